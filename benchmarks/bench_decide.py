"""Decide: what a passage and an offence cost by processor time, the codec beside it, and a million decisions twice.

Rates are of one core by processor time, so that other work on the machine counts little. The floor is what no decide
can spare: the offence's two ids, its trace and its decision made from values that are known already.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time

import msgspec

from adjudication import codec, ids
from adjudication.decide import decide
from adjudication.messages import CaseDecided, PassageChecked, TraceStep
from benchmarks.decisions import Decided, national, of_all_kinds, speeding
from integrations.lawfiles import load_law, load_policy

ROUNDS = 7
"""Of which the quickest counts: the others were disturbed."""
ROUND_S = 0.4
"""Of processor time: long enough to even out the collector's pauses."""
REPLAYED = 1_000_000
HASH_SEEDS = ("1", "2")
SETTLED = 4
"""Looks at memory after which it must be flat: before, caches and the allocator find their size."""

Figures = dict[str, object]


def run() -> Figures:
    """Rates and microseconds on offences and traffic, and the two processes over REPLAYED decisions."""
    return {**rates(), **replayed(REPLAYED)}


def rates() -> Figures:
    """Passages a second of one core, and microseconds of each step."""
    law, policy = load_law(), load_policy("default")
    offence, lawful = speeding(83), speeding(58)
    (decided,) = decide(offence, (), law, policy)
    (closed,) = decide(lawful, (), law, policy)
    assert isinstance(decided, CaseDecided)
    came = codec.encode(offence)

    def deciding(passages: Sequence[PassageChecked]) -> float:
        return _each_us(lambda: [decide(one, (), law, policy) for one in passages], len(passages))

    us = {
        "decide_offence": deciding([offence] * 100),
        "decide_offences_of_all_kinds": deciding(of_all_kinds()),
        "decide_lawful": deciding([lawful] * 100),
        "decide_national_mix": deciding(national()),
        "decode_passage": _each_us(lambda: [codec.decode_message(came) for _ in range(100)], 100),
        "encode_decision": _each_us(lambda: [codec.encode(decided) for _ in range(100)], 100),
        "encode_closing": _each_us(lambda: [codec.encode(closed) for _ in range(100)], 100),
        "floor_of_an_offence": _each_us(lambda: [_made_again(decided) for _ in range(100)], 100),
    }
    through = us["decode_passage"] + 0.99 * us["encode_closing"] + 0.01 * us["encode_decision"]
    return {
        "offences_per_s": 1e6 / us["decide_offence"],
        "offences_of_all_kinds_per_s": 1e6 / us["decide_offences_of_all_kinds"],
        "national_mix_per_s": 1e6 / us["decide_national_mix"],
        "offences_with_codec_per_s": 1e6 / (us["decide_offence"] + us["decode_passage"] + us["encode_decision"]),
        "national_mix_with_codec_per_s": 1e6 / (us["decide_national_mix"] + through),
        **{f"{name}_us": value for name, value in us.items()},
        "passage_bytes": len(came),
        "decision_bytes": len(codec.encode(decided)),
        "trace_steps": len(decided.trace),
    }


def replayed(count: int) -> Figures:
    """`count` decisions in two processes at once that order their hashes differently: one digest, memory flat."""
    with ThreadPoolExecutor(len(HASH_SEEDS)) as pool:
        one, two = pool.map(lambda seed: _in_a_process(count, seed), HASH_SEEDS)
    settled = [one.kib[SETTLED:], two.kib[SETTLED:]]
    return {
        "replayed_decisions": one.decisions,
        "replayed_same": one.sha256 == two.sha256 and one.decisions == two.decisions,
        "replayed_sha256": one.sha256,
        "replayed_cpu_us_each": 1e6 * one.cpu_s / one.decisions,
        "replayed_mib": max(map(max, settled)) / 1024,
        "replayed_growth_kib": max(looks[-1] - looks[0] for looks in settled),
    }


def _in_a_process(count: int, hash_seed: str) -> Decided:
    command = [sys.executable, "-m", "benchmarks.decisions", str(count)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    return msgspec.json.decode(done.stdout, type=Decided)


def _made_again(decided: CaseDecided) -> CaseDecided:
    """The same decision from values that are known: nothing is looked up or compared."""
    passage = decided.checked.passage
    plate = passage.plate.text if passage.plate else ""
    case_id = ids.measured_case_id(passage.event_id, plate, decided.part)
    decision_id = ids.decision_id(case_id, decided.checked.checked_id, (), decided.law_sha256, decided.policy_sha256)
    trace = tuple(
        TraceStep(rule=step.rule, source=step.source, outcome=step.outcome, values=tuple(step.values))
        for step in decided.trace
    )
    return CaseDecided(
        decision_id=decision_id,
        case_id=case_id,
        checked=decided.checked,
        route=decided.route,
        reason=decided.reason,
        part=decided.part,
        form=decided.form,
        mci_count=decided.mci_count,
        discount_offered=decided.discount_offered,
        liable=decided.liable,
        excess_kmh=decided.excess_kmh,
        send_last_day_on=decided.send_last_day_on,
        limitation_last_day_on=decided.limitation_last_day_on,
        ask_again_us=decided.ask_again_us,
        law_sha256=decided.law_sha256,
        policy_sha256=decided.policy_sha256,
        trace=trace,
    )


def _each_us(step: Callable[[], object], count: int) -> float:
    """Microseconds of processor time each of `count`, of the quickest round."""
    step()
    return min(_round_us(step, count) for _ in range(ROUNDS))


def _round_us(step: Callable[[], object], count: int) -> float:
    done, start = 0, process_time()
    while (spent := process_time() - start) < ROUND_S:
        step()
        done += count
    return spent / done * 1e6
