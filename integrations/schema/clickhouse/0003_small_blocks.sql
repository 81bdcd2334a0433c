-- A look-up unpacks what it needs and little beside it.
--
-- A row that is looked up costs its granule, and of each column the whole compressed block that the granule lies in: at
-- 8,192 rows and 64 KiB, two kilobytes of an answer unpacked a megabyte of `keys`, and as much of `acts`. 256 keys a
-- granule and blocks of 4 KiB take a twentieth of that and 3 % more disk. Acts and decisions, whose granules are small
-- already, get the blocks with their next parts and merges; a granule of keys cannot be changed in place.
--
-- Marks and primary keys are in memory from the start (some megabytes): otherwise the first to ask of a part waits for them.

-- rewrite: what a run that was cut short has left: half a copy, or, after the exchange, the old layout
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
SELECT throwIf((SELECT count() FROM keys_0003) != (SELECT count() FROM keys FINAL), 'the copy of keys is not whole');
-- rewrite: smaller granules; every row is copied first
EXCHANGE TABLES keys AND keys_0003;
-- rewrite: the old layout, copied above
DROP TABLE IF EXISTS keys_0003;

ALTER TABLE acts MODIFY SETTING
    min_compress_block_size = 4096, prewarm_mark_cache = 1, primary_key_lazy_load = 0;
ALTER TABLE decisions MODIFY SETTING
    min_compress_block_size = 4096, prewarm_mark_cache = 1, primary_key_lazy_load = 0;
