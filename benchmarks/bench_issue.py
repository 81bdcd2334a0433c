"""Issue: acts a second from a checked passage to a signed, logged and stored act, on each casebook.

One process and one core's worth of work: decide, form, number, sign, log and commit, a batch of the stage at a time,
as the runner gives them. PostgreSQL stands on the same machine and shares its cores. `python -m
benchmarks.bench_issue --profile` prints where the time goes instead.
"""

import cProfile
import hashlib
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import Person
from adjudication.calendar import start_of_day_us
from adjudication.decide import decide
from adjudication.facts import EvidenceRef
from adjudication.messages import CaseDecided, CaseSealed, PassageChecked
from adjudication.scenarios.build import checked_passage
from adjudication.scenarios.format import ScenarioFacts
from ingest.stage import Position, Received, Stage
from ingest.topics import SEALED
from integrations import authority, signing
from integrations.casebook import Casebook
from integrations.form import Issuer
from integrations.issue import issue
from integrations.keys import MasterKey
from integrations.lawfiles import load_law, load_policy
from integrations.objects import directory
from integrations.pipeline import BODY_CODE, LOG_ORIGIN

SEEN = datetime.fromisoformat("2026-04-06T08:00:00+05:00")
NOW_US = start_of_day_us(SEEN.date()) + 9 * 3600 * 1_000_000
ACTS = 1_024
"""Some seconds' work: enough for sixteen full batches, little enough to be run often."""
WARM = 64
"""Not counted: the first statements are compiled and the pages of the store are made."""


def run() -> dict[str, float]:
    """Acts a second on SQLite and on PostgreSQL."""
    figures: dict[str, float] = {}
    for name, opened in {"sqlite": _sqlite, "postgresql": _postgresql}.items():
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as casebook:
            acts_s, cpu_ms = _rate(casebook, Path(folder))
            figures |= {f"{name}_acts_s": acts_s, f"{name}_cpu_ms_an_act": cpu_ms}
    return figures


def _rate(casebook: Casebook, folder: Path) -> tuple[float, float]:
    """Acts a second by the clock, and this process's CPU milliseconds an act, which another's load changes little."""
    work = _work(casebook, folder)
    work(range(1, WARM + 1))
    before = casebook.log.size()
    started, cpu = time.perf_counter(), time.process_time()
    work(range(WARM + 1, WARM + ACTS + 1))
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    if casebook.log.size() != before + ACTS:
        raise RuntimeError("not every decision became an act")
    return ACTS / took_s, cpu_s / ACTS * 1e3


def _work(casebook: Casebook, folder: Path) -> Callable[[range], None]:
    law, policy = load_law(), load_policy("default")
    authority.ensure_demo_authority(folder / "keys", authority.DEMO_BODY, authority.DEMO_NUMBER)

    def clock() -> int:
        return NOW_US

    stage: Stage = issue(
        casebook,
        store=directory(folder / "evidence"),
        signer=signing.open_signer(folder / "keys", clock),
        log=signing.open_log_signer(folder / "keys", LOG_ORIGIN),
        law=law,
        policy=policy,
        issuer=Issuer(authority.DEMO_BODY, BODY_CODE),
        clock=clock,
    )
    ordinary = _ordinary()

    def work(sequences: range) -> None:
        for first in range(sequences.start, sequences.stop, stage.batch):
            passages = [_passage(ordinary, number) for number in range(first, first + stage.batch)]
            decided = [one for passage in passages for one in decide(passage, (), law, policy)]
            stage.handle(
                [
                    Received(CaseSealed(decision=one, evidence=_evidence(one)), Position(SEALED.name, 0, 0), "")
                    for one in decided
                    if isinstance(one, CaseDecided)
                ]
            )

    return work


def _ordinary() -> PassageChecked:
    """A speed, of a person whose address is known."""
    checked = checked_passage(
        ScenarioFacts(
            offence_at=SEEN,
            kind="speed",
            measured_kmh=Decimal(83),
            measurement_error_kmh=Decimal(2),
            limit_kmh=Decimal(60),
        )
    )
    (answers,) = checked.rounds
    assert isinstance(answers.liable, Person)
    return replace(checked, rounds=(replace(answers, liable=replace(answers.liable, address="Алматы")),))


def _passage(ordinary: PassageChecked, sequence: int) -> PassageChecked:
    """The same vehicle at another event: another case."""
    event = replace(ordinary.passage.event, sequence=sequence)
    event_id = ids.event_id(event.device_id, sequence)
    passage = replace(ordinary.passage, event=event, event_id=event_id, passage_id=ids.passage_id(event_id, 0))
    return replace(ordinary, passage=passage, checked_id=ids.stable_id("checked", sequence))


def _evidence(decision: CaseDecided) -> tuple[EvidenceRef, ...]:
    """The event's picture and its record, as [seal] would name them."""
    (shown,) = decision.checked.passage.event.media
    case_id, digest = decision.case_id, hashlib.sha256(decision.case_id.encode()).hexdigest()
    record = EvidenceRef(
        role="record", sha256=digest, address_sha256=digest, key_id=case_id, bytes=1_000, captured_us=shown.captured_us
    )
    return replace(record, role=shown.role, sha256=shown.sha256, bytes=350_000), record


@contextmanager
def _sqlite(folder: Path) -> Iterator[Casebook]:
    casebook = Casebook(f"sqlite:///{folder / 'casebook.db'}", MasterKey(bytes(32)))
    yield casebook
    casebook.close()


@contextmanager
def _postgresql(_folder: Path) -> Iterator[Casebook]:
    from deploy.servers import postgres

    with postgres.running() as server, server.database() as url:
        casebook = Casebook(url, MasterKey(bytes(32)), password_file=server.password_file)
        yield casebook
        casebook.close()


def _profile(opened: Callable[[Path], AbstractContextManager[Casebook]]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as casebook:
        work = _work(casebook, Path(folder))
        work(range(1, WARM + 1))
        profile = cProfile.Profile(time.process_time)
        profile.runcall(work, range(WARM + 1, WARM + ACTS // 2 + 1))
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    if "--profile" in sys.argv:
        _profile(_postgresql if "postgresql" in sys.argv else _sqlite)
    else:
        print(run())
