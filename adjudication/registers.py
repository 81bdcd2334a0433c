"""Silence and second asking: what a register did not say is never held against anybody.

A silent register is asked again, first soon, then at growing intervals, until the policy's budget is spent or the
sending term draws near. A register that says "there is none" is asked a second time before it counts (brief §5, §15.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adjudication.answers import Answer, Vehicle
from adjudication.calendar import end_of_day_us
from adjudication.errors import Unavailable
from adjudication.findings import Finding, Ruling, Scene, in_order, is_silent, ruled
from adjudication.policy import MOST_ROUNDS
from adjudication.terms import send_last_day
from adjudication.units import MICROS_PER_SECOND, Micros


@dataclass(frozen=True, slots=True)
class Ask:
    """One answer to "is there a valid one?": `found` None if the register was silent."""

    asked_us: Micros
    found: bool | None


def established(scene: Scene, asks: Sequence[Ask], rule: str) -> tuple[Ruling, ...] | None:
    """Rulings on whether the registers establish that something is missing; None if it plainly is not."""
    if asks[0].found or all(ask.found for ask in asks):
        return None
    if any(ask.found for ask in asks):
        return (ruled("reject", "NO_OFFENCE", rule, asked=len(asks)),)
    missing = [ask for ask in asks if ask.found is False]
    if not missing:
        return (silence(scene, rule, len(asks), spent="REGISTER_SILENT"),)
    due_us = missing[0].asked_us + scene.policy.requery_delay_s * MICROS_PER_SECOND
    if len(missing) > 1 and missing[-1].asked_us >= due_us:
        return (in_order(rule, "31(1); brief 15.2", "the register said twice that there is none", asked=len(missing)),)
    if asks[-1].found is None:
        return (silence(scene, rule, _silent_at_end(asks), not_before_us=due_us),)
    return (second_ask(scene, rule, due_us),)


def answered(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: every register this finding needs has spoken."""
    needed: dict[str, Answer | None] = {"devices": scene.device}
    if scene.local:
        needed["vehicles"] = scene.vehicle
        if isinstance(scene.vehicle, Vehicle):
            needed["persons"] = scene.liable
            if scene.law.repeat_part(finding.base.part, scene.day):
                needed["penalties"] = scene.penalties
    silent = [system for system, answer in needed.items() if is_silent(answer)]
    if not silent:
        return (in_order("registers", "brief 5", "every register needed has answered", asked=", ".join(needed)),)
    # The latest word of a register stands, so one that is silent now has been silent in every round.
    return (silence(scene, "registers", len(scene.checked.rounds), silent=", ".join(silent)),)


def silence(
    scene: Scene,
    rule: str,
    count: int,
    *,
    not_before_us: Micros = 0,
    spent: str = "REGISTERS_STILL_SILENT",
    silent: str = "",
) -> Ruling:
    """Waits after the `count`-th silence in a row, each time twice as long; `spent` is the reason at the end.

    After an officer's verdict a spent budget is opened once more: what a register must say nobody can confirm. A
    passage that holds all the rounds it can is asked about no more.
    """
    policy, rounds = scene.policy, scene.checked.rounds
    delay_s = min(policy.silent_first_delay_s * 2 ** (count - 1), policy.silent_longest_delay_s)
    again_us = max(scene.decided_us + delay_s * MICROS_PER_SECOND, not_before_us)
    waited_us = scene.decided_us - rounds[0].asked_us
    over = waited_us >= policy.silent_budget_s * MICROS_PER_SECOND or len(rounds) >= policy.silent_rounds
    if (over and not scene.reviews) or _is_full(scene) or again_us > latest_ask_us(scene):
        return ruled("reject" if spent == "REGISTER_SILENT" else "review", spent, rule, registers=silent)
    return ruled("wait", "REGISTER_UNANSWERED", rule, again_us, registers=silent)


def second_ask(scene: Scene, rule: str, due_us: Micros) -> Ruling:
    """Waits for the second asking, if there is time for it."""
    if _is_full(scene) or due_us > latest_ask_us(scene):
        return ruled("review", "REGISTERS_STILL_SILENT", rule)
    return ruled("wait", "SECOND_ASK_DUE", rule, due_us)


def latest_ask_us(scene: Scene) -> Micros:
    """The last instant at which an answer still leaves time to form and send an act."""
    try:
        end_us = end_of_day_us(send_last_day(scene.law, scene.sending_from_us))
    except Unavailable:
        return 0
    return end_us - scene.policy.send_reserve_s * MICROS_PER_SECOND


def _is_full(scene: Scene) -> bool:
    return len(scene.checked.rounds) >= MOST_ROUNDS


def _silent_at_end(asks: Sequence[Ask]) -> int:
    count = 0
    while asks[-1 - count].found is None:
        count += 1
    return count
