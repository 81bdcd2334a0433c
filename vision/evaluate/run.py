"""Shows labelled pictures to the eyes, and to peers beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from vision.evaluate.matching import Picture, judge, sights
from vision.evaluate.paired import PeerRun
from vision.evaluate.peer import Peer, PeerAnswer, peer_sights
from vision.evaluate.truth import Labelled, by_picture
from vision.ports import Eyes, Look


@dataclass(frozen=True, slots=True)
class Run:
    """Every picture judged, in the order of the truth, and what each peer made of the same ones."""

    reader: str
    pictures: Sequence[Picture]
    peers: Sequence[PeerRun] = ()


def run(
    eyes: Eyes, labelled: Sequence[Labelled], peers: Sequence[Peer] = (), done: Callable[[], None] = lambda: None
) -> Run:
    """Reads every picture, one at a time so that times are those of a single one; `done` is called after each.

    A peer is asked right after the eyes, so that both meet the machine in the same state.

    Raises:
        Invalid: `peer-failed`, a peer ended or broke its protocol.
    """
    pictures: list[Picture] = []
    answers: list[list[PeerAnswer]] = [[] for _ in peers]
    labels = by_picture(labelled)
    for one in labels:
        pictures.append(_read(eyes, one))
        for peer, said in zip(peers, answers, strict=True):
            said.append(peer.ask(one[0].path, one[0].region))
        done()
    return Run(eyes.reader, pictures, [_peer_run(p, labels, said) for p, said in zip(peers, answers, strict=True)])


def _read(eyes: Eyes, labels: Sequence[Labelled]) -> Picture:
    look = Look(labels[0].path.read_bytes())
    start, start_cpu = perf_counter(), process_time()
    (seen,) = eyes.read_many([look])
    spent, spent_cpu = perf_counter() - start, process_time() - start_cpu
    return judge(labels, sights(seen), 1000 * spent, 1000 * spent_cpu)


def _peer_run(peer: Peer, labels: Sequence[Sequence[Labelled]], answers: Sequence[PeerAnswer]) -> PeerRun:
    return PeerRun(
        about=peer.about,
        pictures=[
            judge(one, peer_sights(said), said.ms, said.cpu_ms) for one, said in zip(labels, answers, strict=True)
        ],
        failed=[_name(one[0].path) for one, said in zip(labels, answers, strict=True) if said.error],
    )


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
