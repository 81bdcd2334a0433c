"""A process that is told to stop does, wherever its main thread stands."""

import signal
from collections.abc import Iterator

import pytest

from dashboards.stopping import SIGNALS, told_to_stop


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """As they were."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_stops_also_who_stands_in_the_middle_of_waiting(number: signal.Signals) -> None:
    stop = told_to_stop()
    with stop._cond:  # as inside `wait`, between two sleeps
        signal.raise_signal(number)
    assert stop.wait(10)
