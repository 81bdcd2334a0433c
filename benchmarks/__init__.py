"""Benchmarks: one `bench_*.py` a subject, each with `run() -> dict[str, float]`; `python -m benchmarks [SUBJECT…]`."""
