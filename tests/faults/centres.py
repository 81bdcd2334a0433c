"""A whole centre in a process of its own, which a test can kill, and the audit of what it leaves behind."""

import hashlib
import multiprocessing
import os
import signal
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from adjudication import ledger
from adjudication.messages import ActIssued
from adjudication.units import Id
from benchmarks.legend import LegendEyes, LegendSecond
from dashboards.centre import door_of
from dashboards.serving import Served, listening
from dashboards.verify.chain import verify
from ingest.topics import dead
from integrations import crosscheck
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.pack import build_pack
from integrations.pipeline import Centre, embedded, road
from integrations.register import questions
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.registries.register import Manners
from integrations.seal import open_evidence

PATIENCE_S = 30.0
"""A start takes 1 s once everything is imported; a loaded machine needs many times that."""
HEARD_OUT_S = 60.0
"""For a question and for a batch of them: simulated registers answer in milliseconds, a loaded machine after seconds.
Measured: at a load of six on two cores, one passage in 160 met a register that was silent for two seconds."""

_PROCESSES = multiprocessing.get_context("forkserver")
"""Each life is a process of its own; what takes four seconds of importing is imported once (chDB is opened later)."""
_PROCESSES.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Work:
    """What a running centre still has in hand."""

    unread: int
    unsent: int
    waiting: int

    def __bool__(self) -> bool:
        return bool(self.unread or self.unsent or self.waiting)


@dataclass(frozen=True)
class Audit:
    """What stands in the stores of a centre that was stopped."""

    lost: tuple[Id, ...]
    """Accepted events without a decision and without a closing in the register."""
    cases: frozenset[tuple[object, ...]]
    """(case, state, reason, part, MCI) of every case that the register has a decision of."""
    known_cases: int
    """How many cases stand in the casebook."""
    fined: frozenset[tuple[object, ...]]
    """(case, form, part, MCI) of every act, standing or void."""
    closed: frozenset[tuple[object, ...]]
    """(passage, outcome) of every passage without a finding."""
    numbers: tuple[str, ...]
    registered: tuple[str, ...]
    """Numbers of the acts in the register."""
    log_size: int
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By act number, the links that do not hold when its pack is verified."""
    unproven: tuple[str, ...] = ()
    dead_letters: tuple[str, ...] = ()


class CentreProcess:
    """One life of a centre; it ends by `kill` or by `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._pipe, there = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(target=_live, args=(there, settings), daemon=True)
        self._process.start()
        there.close()

    def wait_open(self) -> None:
        """Returns when the door is open."""
        self._answer()

    def work(self) -> Work:
        """What is still in hand."""
        self._pipe.send("work")
        answer = self._answer()
        assert isinstance(answer, Work)
        return answer

    def kill(self) -> None:
        """SIGKILL, and wait until it is dead."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()

    def stop(self) -> None:
        """Ends it as an operator would."""
        self._pipe.send("stop")
        self._process.join(PATIENCE_S)
        assert self._process.exitcode == 0

    def _answer(self) -> object:
        assert self._pipe.poll(PATIENCE_S), "the centre does not answer"
        return self._pipe.recv()


def audit(settings: Settings, accepted: Iterable[Id]) -> Audit:
    """Opens the stores of a stopped centre in a process of its own and looks at everything."""
    here, there = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_audit, args=(there, settings, tuple(accepted)), daemon=True)
    process.start()
    there.close()
    found = here.recv()
    process.join(PATIENCE_S)
    assert isinstance(found, Audit)
    return found


def _live(pipe: Connection, settings: Settings) -> None:
    with RunningCentre(_patient(embedded(settings)), LegendEyes(), LegendSecond()) as running, served_door(running):
        pipe.send("open")
        with suppress(EOFError):
            while pipe.recv() == "work":
                pipe.send(_work(running.centre))


def _patient(centre: Centre) -> Centre:
    """The centre, but it hears every register out: a register's silence lawfully ends a passage of which nothing was
    measured (REGISTER_SILENT), so two runs would differ by how busy the machine was. Silence has tests of its own."""
    crosscheck.BATCH_DEADLINE_S = HEARD_OUT_S
    manners = Manners(deadline_s=HEARD_OUT_S)
    centre.registries = HttpRegistries(registry_urls(centre.settings.registries_url), centre.clock, manners)
    return centre


def served_door(running: RunningCentre) -> Served:
    """The centre's door on its address, as `tarazy up` serves it."""
    settings = running.centre.settings
    return Served(door_of(running), listening(settings.host, settings.door_port))


def _work(centre: Centre) -> Work:
    return Work(
        sum(lag.records for lag in centre.stream.lag()), centre.casebook.outbox.waiting(), centre.casebook.waits.count()
    )


def _audit(pipe: Connection, settings: Settings, accepted: tuple[Id, ...]) -> None:
    centre = embedded(settings)
    pipe.send(look(centre, accepted))
    centre.close()


def look(centre: Centre, accepted: Iterable[Id]) -> Audit:
    """Everything a test may want to know of a centre's stores."""
    book, register = centre.casebook, centre.register
    acts = [issued for number in book.acts.numbers() if (issued := _act(centre, number)) is not None]
    return Audit(
        lost=tuple(event for event in accepted if not questions.of_event(register, event)),
        cases=frozenset(_cases(centre)),
        known_cases=sum(book.cases.by_state().values()),
        fined=frozenset((a.act.case_id, a.act.form, a.act.part, a.act.mci_count) for a in acts),
        closed=frozenset((r[0], r[1]) for r in register.ask("SELECT toString(id), outcome FROM outcomes FINAL")),
        numbers=book.acts.numbers(),
        registered=tuple(r[0] for r in register.ask("SELECT number FROM acts FINAL ORDER BY number")),
        log_size=book.log.size(),
        broken={a.act.number: links for a in acts if (links := _broken(centre, a))},
        unproven=tuple(a.act.number for a in acts if not _is_proven(centre, a)),
        dead_letters=tuple(_dead_letters(centre)),
    )


def _cases(centre: Centre) -> Iterable[tuple[object, ...]]:
    for row in centre.register.ask("SELECT DISTINCT toString(case_id) FROM decisions"):
        case = centre.casebook.cases.find(row[0])
        assert case is not None, "the register has a case that the casebook does not know"
        mci = case.decision.mci_count if case.decision else None
        yield (case.case_id, case.state, case.reason, case.part, mci)


def _act(centre: Centre, number: str) -> ActIssued | None:
    stored = centre.casebook.acts.by_number(number)
    return stored.issued if stored else None


def _is_proven(centre: Centre, issued: ActIssued) -> bool:
    """Whether the act's leaf is in the log as the newest checkpoint commits to it."""
    checkpoint, _, _ = ledger.parse_checkpoint(centre.casebook.log.checkpoint())
    digest = hashlib.sha256(b64decode(issued.signature)).hexdigest()
    leaf = ledger.act_leaf(issued.nonce, issued.act_sha256, digest)
    path = centre.casebook.log.inclusion(issued.leaf_index, checkpoint.size)
    return ledger.verify_inclusion(leaf, issued.leaf_index, checkpoint.size, path, checkpoint.root)


def _broken(centre: Centre, issued: ActIssued) -> tuple[str, ...]:
    """The links that do not hold in the pack of an act, its evidence unsealed from the store."""
    book, case_id = centre.casebook, issued.act.case_id
    case = book.cases.find(case_id)
    assert case is not None
    assert case.decision is not None
    checkpoint, _, _ = ledger.parse_checkpoint(book.log.checkpoint())
    opened = [(ref.role, open_evidence(book, centre.evidence, case_id, ref)) for ref in issued.act.evidence]
    pack = build_pack(
        issued,
        case.decision,
        path=book.log.inclusion(issued.leaf_index, checkpoint.size),
        checkpoint=book.log.checkpoint(),
        records=[body for role, body in opened if role == "record"],
        pictures=[body for role, body in opened if role != "record"],
    )
    return tuple(f"{one.link}: {one.code} {one.detail}" for one in verify(pack, centre.trust()).broken)


def _dead_letters(centre: Centre) -> Iterable[str]:
    for stage in (one.name for one in road(centre, None)):
        for record in centre.stream.scan(dead(stage).name, 0, 2**62):
            yield f"{stage}: {dict(record.headers)}"
