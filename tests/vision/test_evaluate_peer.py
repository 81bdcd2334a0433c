"""The benchmark's peer: SimpleLPR in its own environment, and what is said where it is not."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import bench_photographs, peer
from vision.evaluate.matching import Sight, judge
from vision.evaluate.paired import PeerRun
from vision.evaluate.peer import PeerName, peer_program, peer_sights
from vision.evaluate.report import summed
from vision.evaluate.run import Run
from vision.evaluate.truth import Labelled, Truth
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene


def candidate(*matches: tuple[str, str, float]) -> SimpleNamespace:
    return SimpleNamespace(
        matches=[SimpleNamespace(text=text, country=country, confidence=sure) for text, country, sure in matches],
        boundingBox=SimpleNamespace(left=1, top=2, width=30, height=10),
    )


def test_the_peer_is_compared_at_its_best_what_fits_a_country_before_what_fits_none() -> None:
    lettering = candidate(("BA SALVADOR", "", 1.0))
    unsure, sure = candidate(("JSK-5419", "Brazil", 0.7), ("JSK 5419", "", 0.9)), candidate(("ABC-1234", "Brazil", 0.8))
    assert sorted([lettering, unsure, sure], key=peer._rank) == [sure, unsure, lettering]


def test_a_candidate_is_its_first_match_and_offers_the_others() -> None:
    got = peer._plate(candidate(("RK 026 AJ", "Slovakia", 1.0), ("RKO 26 AJ", "", 1.0)))
    assert got == {"text": "RK 026 AJ", "confidence": 1.0, "box": [1, 2, 30, 10], "others": ["RKO 26 AJ"]}


def test_without_the_peer_the_way_to_it_is_said(tmp_path: Path) -> None:
    elsewhere = tmp_path / "benchmarks" / "peer.py"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(Path(peer.__file__).read_bytes())
    ended = subprocess.run([sys.executable, elsewhere], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "peer.py --install" in ended.stderr


def test_two_settings_of_one_peer_both_stand_in_the_figures() -> None:
    label = Labelled(2, "kz", Path("kz/a.jpg"), None, "489AAC02")
    ours, theirs = judge([label], [Sight("489AAC02", 0.9)], 2.0, 1.0), judge([label], [], 6.0, 5.0)
    run = Run("r", [ours], [PeerRun(PeerName("P", settings), [theirs], []) for settings in ("near", "all")])
    figures = dict(bench_photographs._figures(summed(run, Truth((label,), (), ()))))
    assert (figures["peer 1"], figures["peer 2"]) == ("P: near", "P: all")
    assert figures["peer 2, kz"] == "surest 0.0%, any 0.0%, 6 ms (5 of CPU); ours +100.0 points (+100.0 to +100.0)"
    assert figures["peer 1, times as long as ours, median"] == 3.0
    assert figures["peer 1, times our CPU, median"] == 5.0


def test_simplelpr_answers_in_the_protocol(tmp_path: Path) -> None:
    if not peer.is_installed():
        pytest.skip("SimpleLPR is not there: python benchmarks/peer.py --install")
    car = DrawnVehicle("sedan", "front", "white", DrawnPlate("489AAC02", "KZ2012-P", 1), x_m=0.5, z_m=20)
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(render_frame(Scene((car,)), 1).image))
    with peer_program(peer.command()) as program:
        assert program.about.name.startswith("SimpleLPR")
        answer, nothing = program.ask(tmp_path / "a.jpg", "kz"), program.ask(tmp_path / "none.jpg", "kz")
    assert "489AAC02" in {text for one in peer_sights(answer) for text in (one.text, *one.others)}
    assert answer.ms > 0
    assert nothing.error
