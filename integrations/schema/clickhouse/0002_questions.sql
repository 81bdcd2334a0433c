-- The questions people ask, answered from what is sorted for them.
--
-- Acts and decisions stay sorted by (case_id, id): that is where two rows of one cause meet, and nothing a register
-- answered may enter it. What else leads to a row stands in `keys`, written beside it by the same batch (rows.py), in one
-- place for all years: a projection would be searched once a part and month. Where the time is known, a projection serves.
--
-- Acts and decisions are written anew, because the size of a granule cannot be changed in place: a granule of 10 MB of
-- messages is unpacked for every row that is looked up. Measured: 1 MiB takes a tenth of the time.
--
-- was: 23c17686a8a8daf23bdd70137819168a3653f3cf66e3c05e4a6caf5a61b53031

CREATE TABLE IF NOT EXISTS keys (
    kind LowCardinality(String),
    key String CODEC(ZSTD(1)),
    happened_at DateTime64(6, 'UTC'),
    case_id FixedString(32) CODEC(ZSTD(1)),
    id FixedString(32) CODEC(ZSTD(1)),
    version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (kind, key, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- What a run that was cut short has left: half a copy, or, after the exchange, the old layout. What it holds alone comes back.
CREATE TABLE IF NOT EXISTS acts_0002 ENGINE = MergeTree ORDER BY () EMPTY AS SELECT * FROM acts;
INSERT INTO acts (
    id, case_id, decision_id, number, form, part, district_code, offence_at, initiated_on, mci_count, sum_tiyn, decided_by,
    act_sha256, leaf_index, message, version
) SELECT
    id, case_id, decision_id, number, form, part, district_code, offence_at, initiated_on, mci_count, sum_tiyn, decided_by,
    act_sha256, leaf_index, message, version
FROM acts_0002
WHERE (case_id, id, version) NOT IN (SELECT case_id, id, version FROM acts)
SETTINGS insert_deduplicate = 0;
-- rewrite: all that it held stands in acts
DROP TABLE IF EXISTS acts_0002;
CREATE TABLE IF NOT EXISTS acts_0002 (
    id FixedString(32),
    case_id FixedString(32),
    decision_id FixedString(32) CODEC(ZSTD(1)),
    person_key String CODEC(ZSTD(1)),
    number String,
    form LowCardinality(String),
    body_id LowCardinality(String),
    part LowCardinality(String),
    district_code LowCardinality(String),
    offence_at DateTime64(6, 'UTC'),
    initiated_on Date,
    mci_count UInt32,
    sum_tiyn UInt64,
    decided_by LowCardinality(String),
    act_sha256 FixedString(64) CODEC(ZSTD(1)),
    leaf_index UInt64,
    message String CODEC(ZSTD(1)),
    version UInt64
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(offence_at)
ORDER BY (case_id, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity_bytes = 1048576;
INSERT INTO acts_0002 (
    id, case_id, decision_id, number, form, body_id, part, district_code, offence_at, initiated_on, mci_count, sum_tiyn,
    decided_by, act_sha256, leaf_index, message, version
) SELECT
    id, case_id, decision_id, number, form, JSONExtractString(message, 'act', 'body', 'body_id'), part, district_code,
    offence_at, initiated_on, mci_count, sum_tiyn, decided_by, act_sha256, leaf_index, message, version
FROM acts FINAL
SETTINGS insert_deduplicate = 0;
-- rewrite: smaller granules; every row is copied, before or after
EXCHANGE TABLES acts AND acts_0002;
-- What the old release wrote between the copy and the exchange.
INSERT INTO acts (
    id, case_id, decision_id, number, form, body_id, part, district_code, offence_at, initiated_on, mci_count, sum_tiyn,
    decided_by, act_sha256, leaf_index, message, version
) SELECT
    id, case_id, decision_id, number, form, JSONExtractString(message, 'act', 'body', 'body_id'), part, district_code,
    offence_at, initiated_on, mci_count, sum_tiyn, decided_by, act_sha256, leaf_index, message, version
FROM acts_0002
WHERE (case_id, id, version) NOT IN (SELECT case_id, id, version FROM acts)
SETTINGS insert_deduplicate = 0;
SELECT throwIf(count() > 0, 'the copy of acts is not whole') FROM acts_0002
WHERE (case_id, id, version) NOT IN (SELECT case_id, id, version FROM acts);
-- rewrite: the old layout, copied above
DROP TABLE IF EXISTS acts_0002;
INSERT INTO keys SELECT 'number', number, offence_at, case_id, id, version FROM acts FINAL;

-- What a run that was cut short has left: half a copy, or, after the exchange, the old layout. What it holds alone comes back.
CREATE TABLE IF NOT EXISTS decisions_0002 ENGINE = MergeTree ORDER BY () EMPTY AS SELECT * FROM decisions;
INSERT INTO decisions SELECT *
FROM decisions_0002
WHERE (case_id, id, version) NOT IN (SELECT case_id, id, version FROM decisions)
SETTINGS insert_deduplicate = 0;
-- rewrite: all that it held stands in decisions
DROP TABLE IF EXISTS decisions_0002;
CREATE TABLE IF NOT EXISTS decisions_0002 (
    id FixedString(32),
    case_id FixedString(32),
    event_id FixedString(32),
    passage_id FixedString(32) CODEC(ZSTD(1)),
    device_id LowCardinality(String),
    district_code LowCardinality(String),
    captured_at DateTime64(6, 'UTC'),
    part LowCardinality(String),
    route LowCardinality(String),
    reason LowCardinality(String),
    form LowCardinality(String),
    mci_count UInt32,
    rounds UInt16,
    reviews UInt16,
    law_sha256 FixedString(64),
    policy_sha256 FixedString(64),
    message String CODEC(ZSTD(1)),
    version UInt64,
    PROJECTION by_device (SELECT device_id, captured_at, case_id, id ORDER BY device_id, captured_at)
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(captured_at)
ORDER BY (case_id, id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    index_granularity_bytes = 1048576,
    deduplicate_merge_projection_mode = 'rebuild';
INSERT INTO decisions_0002 SELECT * FROM decisions FINAL SETTINGS insert_deduplicate = 0;
-- rewrite: smaller granules; every row is copied, before or after
EXCHANGE TABLES decisions AND decisions_0002;
-- What the old release wrote between the copy and the exchange.
INSERT INTO decisions SELECT *
FROM decisions_0002
WHERE (case_id, id, version) NOT IN (SELECT case_id, id, version FROM decisions)
SETTINGS insert_deduplicate = 0;
SELECT throwIf(count() > 0, 'the copy of decisions is not whole') FROM decisions_0002
WHERE (case_id, id, version) NOT IN (SELECT case_id, id, version FROM decisions);
-- rewrite: the old layout, copied above
DROP TABLE IF EXISTS decisions_0002;
INSERT INTO keys SELECT 'event', event_id, captured_at, case_id, id, version FROM decisions FINAL;

ALTER TABLE outcomes MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild';
-- Rows past their 72 hours go within the hour; the default leaves them four.
ALTER TABLE outcomes MODIFY SETTING merge_with_ttl_timeout = 3600;
ALTER TABLE outcomes ADD PROJECTION IF NOT EXISTS by_event (SELECT event_id, id, outcome ORDER BY event_id);
ALTER TABLE outcomes MATERIALIZE PROJECTION by_event;
ALTER TABLE outcomes DROP INDEX IF EXISTS by_event;
