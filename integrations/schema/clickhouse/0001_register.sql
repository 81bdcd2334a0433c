-- The register: what was decided, issued and done, for good; one DDL for chDB and ClickHouse.
--
-- First write wins: ReplacingMergeTree keeps the row with the highest version, and version falls with the position in the
-- stream (stage.py). Partitions and sort keys come only from fields that follow from the cause, and end in the id, so two
-- rows of one cause always meet. `non_replicated_deduplication_window` is what makes insert tokens count on one node.
-- Read with FINAL where the law looks; boards may count uniq(id).

CREATE TABLE IF NOT EXISTS decisions (
    id FixedString(32),
    case_id FixedString(32),
    event_id FixedString(32),
    passage_id FixedString(32),
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
    message String CODEC(ZSTD(3)),
    version UInt64,
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 4
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(captured_at)
ORDER BY (case_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS acts (
    id FixedString(32),
    case_id FixedString(32),
    decision_id FixedString(32),
    number String,
    form LowCardinality(String),
    part LowCardinality(String),
    district_code LowCardinality(String),
    offence_at DateTime64(6, 'UTC'),
    initiated_on Date,
    mci_count UInt32,
    sum_tiyn UInt64,
    decided_by LowCardinality(String),
    act_sha256 FixedString(64),
    leaf_index UInt64,
    message String CODEC(ZSTD(3)),
    version UInt64,
    INDEX by_number number TYPE bloom_filter GRANULARITY 4
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(offence_at)
ORDER BY (case_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS reviews (
    id FixedString(32),
    case_id FixedString(32),
    decision_id FixedString(32),
    officer LowCardinality(String),
    verdict LowCardinality(String),
    reason LowCardinality(String),
    reviewed_at DateTime64(6, 'UTC'),
    message String CODEC(ZSTD(3)),
    version UInt64
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(reviewed_at)
ORDER BY (case_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS case_events (
    id FixedString(32),
    case_id FixedString(32),
    kind LowCardinality(String),
    happened_at DateTime64(6, 'UTC'),
    message String CODEC(ZSTD(3)),
    version UInt64
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(happened_at)
ORDER BY (case_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- A passage without a finding: no plate, no person, the hour instead of the instant, and gone after 72 hours.
CREATE TABLE IF NOT EXISTS outcomes (
    id FixedString(32),
    event_id FixedString(32),
    device_id LowCardinality(String),
    hour DateTime('UTC'),
    outcome LowCardinality(String),
    version UInt64,
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 4
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(hour)
ORDER BY (hour, device_id, id)
TTL hour + INTERVAL 72 HOUR
SETTINGS non_replicated_deduplication_window = 1000;

-- What is left of them: counts by hour. Counting again gives the same or, while late ones arrive, a higher number.
CREATE TABLE IF NOT EXISTS outcome_hours (
    hour DateTime('UTC'),
    device_id LowCardinality(String),
    outcome LowCardinality(String),
    passages UInt64
) ENGINE = ReplacingMergeTree(passages)
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, device_id, outcome);
