"""Proof and paper: signatures, log appends and proofs, whole verifications, PDFs, each on one core.

The sample is one act with one 1920×1080 photograph, as `tests/proofs.py` makes it.
"""

import resource
import time
from collections.abc import Callable
from datetime import date

import cv2
import numpy as np

from adjudication import codec, ledger
from adjudication.facts import Box
from dashboards.render.document import Shot
from dashboards.render.layout import render
from dashboards.render.prescription import prescription
from dashboards.verify.chain import verify
from integrations.lawfiles import load_law
from tests import proofs

SECONDS = 2.0
"""Long enough to drown the clock's grain and the first call's imports, short enough to be run often."""
LINK = "https://tarazy.example/o/11-2026-000000001?t=AbCdEfGhIjKlMnOpQrStUv"


def run() -> dict[str, float]:
    """Figures a second on one core; bytes and growth in KiB."""
    centre, picture = proofs.centre(), _photograph()
    frame = centre.frame((picture,))
    decision = proofs.decided(frame)
    act = proofs.act(decision, proofs.evidence(frame))
    encoded, pack = codec.encode(act), centre.pack(frame, decision, act)
    title, shots = (
        load_law().title("prescription", date(2026, 4, 6)),
        [Shot(picture, Box(x=840, y=745, width=220, height=70))],
    )
    figures = {
        "acts signed a second": _rate(lambda: centre.signer.sign(encoded)),
        "checkpoints signed a second": _rate(lambda: centre.log.checkpoint(7, bytes(32))),
        "packs verified a second": _rate(lambda: verify(pack, centre.trust)),
        "packs built a second": _rate(lambda: centre.pack(frame, decision, act)),
        "PDFs a second, without a photograph": _rate(lambda: render(prescription(act, title, (), LINK))),
    }
    before = _memory_kib()
    figures["PDFs a second, with a photograph and the plate"] = _rate(
        lambda: render(prescription(act, title, shots, LINK))
    )
    figures["growth of memory over these PDFs, KiB"] = _memory_kib() - before
    return figures | _log_figures() | {"pack, KiB": len(pack) / 1024, "photograph, KiB": len(picture) / 1024}


def _log_figures() -> dict[str, float]:
    size = 100_000
    leaves = [ledger.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    started = time.process_time()
    node = ledger.nodes_of(leaves)
    appended = size / (time.process_time() - started)
    return {
        "log appends a second": appended,
        "inclusion proofs a second, of 100 000": _rate(lambda: ledger.inclusion_proof(node, 54_321, size)),
    }


def _rate(once: Callable[[], object]) -> float:
    """Calls a second of processor time, so that other work on the machine does not count."""
    once()
    calls, started = 0, time.process_time()
    while time.process_time() - started < SECONDS:
        once()
        calls += 1
    return calls / (time.process_time() - started)


def _memory_kib() -> float:
    """The most this process ever held, KiB."""
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _photograph() -> bytes:
    """A picture with as much detail as a road at dusk: about 350 KB as JPEG."""
    noise = np.random.default_rng(1).integers(60, 120, (270, 480, 3), np.uint8)
    picture = cv2.resize(noise, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
