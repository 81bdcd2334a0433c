"""The script, run once through the real centre and compared with what had to come of it.

1. the script is written, with what must come of each passage, before any picture is drawn or read
2. twenty cameras are enrolled and push their passages; vision, registries, law and issue do their work
3. every passage is settled, and compared
4. one act is packed with its evidence, the trust bundle beside it
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from adjudication import codec
from adjudication.messages import Route
from adjudication.units import Id
from dashboards.demo.expected import Verdict
from dashboards.demo.script import Script, ScriptedPassage
from dashboards.demo.world import World, play
from ingest.status import EventState
from integrations.packing import pack_of

DRAWING_AT_ONCE = 2
"""Cameras that draw and push at the same time: drawing is the work here, and the centre needs the cores as well."""
SETTLE_S = 240.0
"""How long nothing may settle before a run is given up: longer than the slowest register's answers."""
LOOK_EVERY_S = 0.5
AUTOMATIC_SHARE = 0.9
"""Of the clear offences, at least; a person looks at the rest."""

Step = Literal["drawn and sent", "settled"]
STEPS: tuple[Step, ...] = ("drawn and sent", "settled")
Told = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One passage: what was scripted, what came of it."""

    passage: ScriptedPassage
    event_id: Id
    words: tuple[tuple[str, Route, str], ...]
    plates: tuple[str | None, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """A run. `passed` is the demonstration's own judgement of the centre."""

    compared: tuple[Compared, ...]
    acts: int
    seconds: float
    pack: Path | None
    trouble: tuple[str, ...] = field(default=())

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many passages ended how."""
        return Counter(one.verdict for one in self.compared)

    @property
    def clear(self) -> tuple[Compared, ...]:
        """The passages with nothing but clear offences."""
        return tuple(one for one in self.compared if one.passage.expected.clear)

    @property
    def automatic(self) -> float:
        """The share of them that needed nobody, 0 to 1."""
        return sum(one.verdict == "expected" for one in self.clear) / max(1, len(self.clear))

    @property
    def passed(self) -> bool:
        """No wrong fine or refusal, nothing lost or left open, nearly all clear offences automatic."""
        settled = self.verdicts["wrong"] == self.verdicts["unfinished"] == self.verdicts["missed"] == 0
        return settled and self.automatic >= AUTOMATIC_SHARE and not self.trouble and self.pack is not None


def run_once(place: World, script: Script, folder: Path, told: Told) -> Result:
    """Runs `script` in `place` and writes expected.json, the pack and `trust` into `folder`."""
    started = time.monotonic()
    (folder / "expected.json").write_bytes(_written(script))
    sent = _send_all(place, script, told)
    states = _settled(place, list(sent.values()), told)
    compared = tuple(_compare(passage, sent[passage.number], states) for passage in script.passages)
    numbers = place.faced.centre.casebook.acts.numbers()
    return Result(
        compared=compared,
        acts=len(numbers),
        seconds=time.monotonic() - started,
        pack=_pack(place, folder, numbers[0]) if numbers else None,
        trouble=tuple(_trouble(numbers, states)),
    )


def _written(script: Script) -> bytes:
    lines = [
        {
            "passage": passage.number,
            "kind": passage.kind.name,
            "device": passage.device.device_id,
            "clear": passage.expected.clear,
            "cases": [
                {"part": case.part, "route": case.route, "reasons": sorted(case.reasons)}
                for case in passage.expected.cases
            ],
        }
        for passage in script.passages
    ]
    return msgspec.json.format(msgspec.json.encode({"seed": script.seed, "passages": lines}))


def _send_all(place: World, script: Script, told: Told) -> dict[int, Id]:
    by_device: dict[str, list[ScriptedPassage]] = {}
    for passage in script.passages:
        by_device.setdefault(passage.device.device_id, []).append(passage)
    files = {device.device_id: place.enrol(device) for device in script.devices}
    sent: dict[int, Id] = {}
    with ThreadPoolExecutor(DRAWING_AT_ONCE) as pool:
        runs = [
            pool.submit(play, place, script, passages, files[device_id], lambda: told("drawn and sent"))
            for device_id, passages in by_device.items()
        ]
        for run in runs:
            sent |= run.result()
    return sent


def _settled(place: World, events: Sequence[Id], told: Told) -> dict[Id, EventState]:
    """What came of each event, once every case has come to rest or nothing moves any more."""
    resting: dict[Id, EventState] = {}
    open_events, last_news = list(events), time.monotonic()
    while open_events and time.monotonic() - last_news < SETTLE_S:
        still = []
        for event_id in open_events:
            state = place.faced.centre.fates.find(event_id)
            if state is not None and _at_rest(state):
                resting[event_id] = state
                last_news = time.monotonic()
                told("settled")
            else:
                still.append(event_id)
        open_events = still
        time.sleep(LOOK_EVERY_S)
    return resting


def _at_rest(state: EventState) -> bool:
    cases = [case for passage in state.passages for case in passage.cases]
    moving = any(case.route == "wait" or (case.route == "auto" and case.act_number is None) for case in cases)
    return state.done and not moving


def _compare(passage: ScriptedPassage, event_id: Id, states: dict[Id, EventState]) -> Compared:
    state = states.get(event_id)
    if state is None:
        return Compared(passage, event_id, (), (), "unfinished")
    words = tuple((case.part, case.route, case.reason) for seen in state.passages for case in seen.cases)
    plates = tuple(seen.plate for seen in state.passages)
    return Compared(passage, event_id, words, plates, passage.expected.compare_words(words))


def _trouble(numbers: Sequence[str], states: dict[Id, EventState]) -> list[str]:
    """What must never be, whatever was scripted."""
    found = []
    serials = [int(number.rsplit("-", 1)[1]) for number in numbers]
    if serials != list(range(1, len(serials) + 1)):
        found.append("the numbers of acts have a gap")
    printed = [case.act_number for state in states.values() for seen in state.passages for case in seen.cases]
    given = Counter(number for number in printed if number)
    if any(count > 1 for count in given.values()):
        found.append("one act stands for two cases")
    return found


def _pack(place: World, folder: Path, number: str) -> Path:
    centre = place.faced.centre
    stored = centre.casebook.acts.by_number(number)
    assert stored is not None
    path = folder / f"act-{stored.act.number}.zip"
    path.write_bytes(pack_of(centre, stored))
    (folder / "trust").write_bytes(codec.encode(centre.trust()))
    return path
