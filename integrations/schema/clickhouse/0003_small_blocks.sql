-- A look-up unpacks what it needs and little beside it.
--
-- A row that is looked up costs its granule, and of each column the whole compressed block that the granule lies in: at
-- 8,192 rows and 64 KiB, two kilobytes of an answer unpacked a megabyte of `keys`, and as much of `acts`. 256 keys a
-- granule and blocks of 4 KiB take a twentieth of that and 3 % more disk. Acts and decisions, whose granules are small
-- already, get the blocks with their next parts and merges; a granule of keys cannot be changed in place.
--
-- Marks and primary keys are in memory from the start (some megabytes): otherwise the first to ask of a part waits for them.
--
-- was: d6da2eb58bd07ab922d9cb144f359712375cf72f198ab0f66a13387e70a4d278

-- What a run that was cut short has left: half a copy, or, after the exchange, the old layout. What it holds alone comes back.
CREATE TABLE IF NOT EXISTS keys_0003 ENGINE = MergeTree ORDER BY () EMPTY AS SELECT * FROM keys;
INSERT INTO keys SELECT *
FROM keys_0003
WHERE (kind, key, id, version) NOT IN (SELECT kind, key, id, version FROM keys)
SETTINGS insert_deduplicate = 0;
-- rewrite: all that it held stands in keys
DROP TABLE IF EXISTS keys_0003;
CREATE TABLE IF NOT EXISTS keys_0003 (
    kind LowCardinality(String),
    key String CODEC(ZSTD(1)),
    happened_at DateTime64(6, 'UTC'),
    case_id FixedString(32) CODEC(ZSTD(1)),
    id FixedString(32) CODEC(ZSTD(1)),
    version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (kind, key, id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    index_granularity = 256,
    min_compress_block_size = 4096,
    prewarm_mark_cache = 1,
    primary_key_lazy_load = 0;
INSERT INTO keys_0003 SELECT * FROM keys FINAL SETTINGS insert_deduplicate = 0;
-- rewrite: smaller granules; every row is copied, before or after
EXCHANGE TABLES keys AND keys_0003;
-- What the old release wrote between the copy and the exchange.
INSERT INTO keys SELECT *
FROM keys_0003
WHERE (kind, key, id, version) NOT IN (SELECT kind, key, id, version FROM keys)
SETTINGS insert_deduplicate = 0;
SELECT throwIf(count() > 0, 'the copy of keys is not whole') FROM keys_0003
WHERE (kind, key, id, version) NOT IN (SELECT kind, key, id, version FROM keys);
-- rewrite: the old layout, copied above
DROP TABLE IF EXISTS keys_0003;

ALTER TABLE acts MODIFY SETTING
    min_compress_block_size = 4096, prewarm_mark_cache = 1, primary_key_lazy_load = 0;
ALTER TABLE decisions MODIFY SETTING
    min_compress_block_size = 4096, prewarm_mark_cache = 1, primary_key_lazy_load = 0;
