"""The register: decisions, acts, reviews and case events for good, in ClickHouse; all statistics are asked here.

`store.py` speaks to the database, `rows.py` turns messages into columns, `stage.py` is the stop of the road;
`questions.py` and `totals.py` are what people ask. The tables are `integrations/schema/clickhouse/`, which
`migrations.py` applies.
"""
