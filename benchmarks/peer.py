"""SimpleLPR as a peer: a program that reads pictures beside the eyes (protocol: vision/evaluate/peer.py).

    python benchmarks/peer.py --install        once: SimpleLPR into an environment of its own, var/peer
    tarazy vision evaluate FOLDER --truth FILE.csv --peer

SimpleLPR is commercial, with a trial of 60 days: it is compared with, and is in no environment of the product. This
file imports nothing of the product, so that the peer's environment needs nothing of it.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

PACKAGE = "simplelpr==3.6.4.1"
"""The version that the figures of the README are of."""
HOME = Path(__file__).parents[1] / "var" / "peer"

# fmt: off
EUROPE = {
    "Albania", "Andorra", "Austria", "Belarus", "Belgium", "Bosnia and Herzegovina", "Bulgaria", "Croatia",
    "Cyprus", "Czech-Republic", "Denmark", "Estonia", "Finland", "France", "Germany", "Greece", "Hungary",
    "Iceland", "Ireland", "Italy", "Kosovo", "Latvia", "Lithuania", "Luxembourg", "Malta", "Netherlands", "Norway",
    "Poland", "Portugal", "Romania", "Slovakia", "Slovenia", "Spain", "Sweden", "Switzerland", "UK-GreatBritain",
    "Ukraine",
}
# fmt: on
COUNTRIES: Mapping[str, Collection[str]] = {
    "eu": EUROPE,
    "br": {"Brazil"},
    "ua": {"Ukraine"},
    "us": {"Canada", "Puerto Rico"},
    "kz": {"Kazakhstan"},
}
"""What somebody who knows where the camera stands would switch on. SimpleLPR knows no plates of the states of the USA:
its neighbours' are nearest, and what fits none of them it offers as it reads it."""


def main() -> None:
    """Install, or answer until there is no more input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="make the peer's environment, and end")
    parser.add_argument("--countries", choices=("region", "all"), default="region", help="which countries it considers")
    parser.add_argument("--cores", type=int, default=1, help="how many cores it may use; the eyes use one")
    asked = parser.parse_args()
    if asked.install:
        install()
    else:
        _as_peer()
        answer(asked.countries, asked.cores)


def command(*arguments: str) -> list[str]:
    """How to run this file as a program."""
    return [sys.executable, str(Path(__file__).resolve()), *arguments]


def is_installed() -> bool:
    """Whether the peer's environment is there."""
    return _python().is_file()


def install() -> None:
    """Makes the peer's environment."""
    venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([_python(), "-m", "pip", "install", "--quiet", PACKAGE], check=True)


def answer(countries: str, cores: int) -> None:
    """Names the peer, then one line for each line asked."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    engine = _Engine(countries)
    considered = "the countries of each region" if countries == "region" else "all countries"
    settings = f"{considered}; plate regions detected and cropped to; {cores} core{'s' * (cores > 1)}"
    _say({"name": f"SimpleLPR {engine.version}", "settings": settings})
    for line in sys.stdin:
        _say(engine.read(**json.loads(line)))


class _Engine:
    def __init__(self, countries: str) -> None:
        simplelpr = import_module("simplelpr")  # by name: the product's types know nothing of it
        self._engine: Any = simplelpr.SimpleLPR(simplelpr.EngineSetupParms())
        self._countries = countries
        self._region: str | None = None
        number = self._engine.versionNumber
        self.version = ".".join(str(part) for part in (number.A, number.B, number.C, number.D))

    def read(self, file: str, region: str) -> dict[str, object]:
        """What SimpleLPR sees in one picture. Setting countries is not timed: a camera does it once."""
        self._consider(region)
        start, start_cpu = time.perf_counter(), time.process_time()
        try:
            seen = self._processor.analyze(file)
        except RuntimeError as error:
            return {"error": str(error) or type(error).__name__}
        ms, cpu_ms = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - start_cpu)
        ranked = sorted((one for one in seen if one.matches), key=_rank)
        return {"plates": [_plate(one) for one in ranked], "ms": ms, "cpu_ms": cpu_ms}

    def _consider(self, region: str) -> None:
        if self._region == region or (self._countries == "all" and self._region is not None):
            return
        names = COUNTRIES.get(region) if self._countries == "region" else None
        for number in range(self._engine.numSupportedCountries):
            wanted = names is None or self._engine.get_countryCode(number) in names
            self._engine.set_countryWeight(number, 1.0 if wanted else 0.0)
        self._engine.realizeCountryWeights()
        self._processor: Any = self._engine.createProcessor()
        self._processor.plateRegionDetectionEnabled = True
        self._processor.cropToPlateRegionEnabled = True
        self._region = region


def _rank(seen: Any) -> tuple[bool, float]:
    """What fits a country before what fits none, then by confidence.

    Measured: of five orders and three settings, the one that reads most of the development photographs (113 of 155; the
    engine's own order of candidates reads 94). A peer is compared at its best.
    """
    return not seen.matches[0].country, -seen.matches[0].confidence


def _plate(seen: Any) -> dict[str, object]:
    """One candidate. The engine gives a match for each country, best first, and the text that fits none last."""
    best, *others = seen.matches
    box = seen.boundingBox
    return {
        "text": best.text,
        "confidence": min(max(best.confidence, 0.0), 1.0),
        "box": [box.left, box.top, box.width, box.height],
        "others": sorted({match.text for match in others}),
    }


def _say(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer), flush=True)


def _as_peer() -> None:
    """Goes on in the peer's environment, unless this is it."""
    if Path(sys.prefix).resolve() == HOME.resolve():
        return
    if not is_installed():
        sys.exit("SimpleLPR is not installed: python benchmarks/peer.py --install")
    os.execv(_python(), [str(_python()), *sys.argv])


def _python() -> Path:
    return HOME / "bin" / "python"


if __name__ == "__main__":
    main()
