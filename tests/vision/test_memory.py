"""Memory stays flat however many pictures are read (`python -m benchmarks.bench_eyes --memory N` for the long run)."""

import pytest

from benchmarks.bench_eyes import assorted, memory, shown
from vision.eyes import open_eyes
from vision.models import default_directory, missing

PICTURES = 120
LEAST_SEEN_MIB = 24
"""In so few pictures the allocator's own steps are of this order; a picture kept is 6 MiB, its file a third of one."""


@pytest.mark.models
@pytest.mark.timeout(300)
def test_pictures_of_every_kind_leave_nothing_behind() -> None:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    eyes, pictures = open_eyes(default_directory()), assorted([*shown(2)])
    # The allocator's pools grow to the largest batch of plates once, by some 35 MiB, and then stand.
    memory(PICTURES, eyes, pictures)
    figures = memory(PICTURES, eyes, pictures)
    assert float(str(figures["held, MiB, most"])) - float(str(figures["held, MiB, least"])) < LEAST_SEEN_MIB
    growth = float(str(figures["growth, bytes a picture (least squares)"]))
    assert growth < 50_000, "a sixth of the file of each picture, or a hundredth of the picture, was kept"
