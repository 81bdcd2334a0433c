"""Real servers for tests and benchmarks, from packages alone: each starts on loopback and stops with its caller."""
