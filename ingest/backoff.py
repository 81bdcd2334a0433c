"""How long to wait before asking again."""

import random

FIRST_S = 0.25
"""A restarting store is often back within a second; asking sooner than this only adds to its load."""
LONGEST_S = 30.0
"""Half of the shortest alarm interval: a store that came back is noticed before anybody is called."""
JITTER = 0.5
"""Up to half as long again, so that stages which failed together do not return together."""


class Backoff:
    """Doubling waits with jitter from a seeded source, so that a run can be repeated."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - spreads retries; no secret

    def wait_s(self, attempt: int, retry_after_s: float = 0.0) -> float:
        """Seconds to wait after failure number `attempt` (from 1); never less than `retry_after_s`."""
        doubled = FIRST_S * 2.0 ** min(attempt - 1, 16)
        return max(retry_after_s, min(LONGEST_S, doubled)) * (1 + JITTER * self._random.random())
