"""Eyes for load and fault tests see what the test wrote, nothing else, and stay out of the product."""

from pathlib import Path

import pytest

from benchmarks.legend import Legend, LegendEyes, LegendSecond, legend_of, picture
from ingest.jpeg import size_of
from tests import samples
from vision.ports import Look

PRODUCT = ("adjudication", "ingest", "vision", "integrations", "dashboards")


@pytest.mark.parametrize("size", [200, 30_000, 350_000])
def test_a_picture_with_a_legend_is_one_the_door_takes_and_has_its_size(size: int) -> None:
    legend = Legend(plate="489AAC02", vehicle_class="bus")
    jpeg = picture(legend, size)
    assert len(jpeg) == size
    assert size_of(jpeg) == (1920, 1080)
    assert legend_of(jpeg) == legend


def test_two_readers_agree_on_what_the_legend_says() -> None:
    body = picture(Legend(plate="489AAC02"), 500)
    [seen] = LegendEyes().read_many([Look(body)])
    [target] = seen.targets
    assert target.plate is not None
    assert target.plate_box is not None
    [again] = LegendSecond().read([(body, target.plate_box)])
    assert target.plate.text == again.text == "489AAC02"
    assert LegendSecond.reader != LegendEyes.reader
    assert target.plate.country == "KZ"


def test_a_picture_without_a_legend_is_an_empty_road() -> None:
    [seen] = LegendEyes().read_many([Look(samples.PICTURE)])
    assert seen.targets == ()
    assert seen.flags == ("empty",)


def test_no_package_of_the_product_imports_benchmarks() -> None:
    root = Path(__file__).parents[2]
    sources = [path for package in PRODUCT for path in (root / package).rglob("*.py")]
    assert [
        path for path in sources if "import benchmarks" in (text := path.read_text()) or "from benchmarks" in text
    ] == []
