"""What a scripted passage must come to, and how what it came to compares. Written before anything is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from adjudication.messages import CaseDecided, Route

Verdict = Literal["expected", "reviewed", "missed", "wrong", "unfinished"]
"""Of one case: as scripted; looked at by a person instead; not found; a wrong act, refusal or referral; waiting."""
WORST: tuple[Verdict, ...] = ("wrong", "unfinished", "missed", "reviewed", "expected")


@dataclass(frozen=True, slots=True)
class ExpectedCase:
    """One offence: the part that applies, the last route of its case, and the reasons that would be right."""

    part: str
    route: Route
    reasons: frozenset[str]

    def fits(self, part: str, route: Route, reason: str) -> bool:
        """Whether a decided case is this one, decided as scripted."""
        return (self.part, self.route) == (part, route) and reason in self.reasons


@dataclass(frozen=True, slots=True)
class Expected:
    """All cases of a passage, none for a passage that must be closed. `clear`: all of them must be automatic."""

    cases: tuple[ExpectedCase, ...] = ()

    @property
    def clear(self) -> bool:
        """Whether there is an offence and nothing in doubt about it."""
        return bool(self.cases) and all(case.route == "auto" for case in self.cases)

    def compare(self, decided: Sequence[CaseDecided]) -> Verdict:
        """The worst verdict on the last decisions of a passage's cases (an officer's are not for this)."""
        return self.compare_words([(case.part, case.route, case.reason) for case in decided])

    def compare_words(self, decided: Sequence[tuple[str, Route, str]]) -> Verdict:
        """As `compare`, of (part, route, reason)."""
        found: list[Verdict] = [self._verdict(*case) for case in decided]
        looked_at = any(route == "review" for _, route, _ in decided)
        for case in self.cases:
            if not any(case.fits(*words) for words in decided):
                found.append("reviewed" if looked_at else "missed")
        return min(found, key=WORST.index, default="expected")

    def _verdict(self, part: str, route: Route, reason: str) -> Verdict:
        if any(case.fits(part, route, reason) for case in self.cases):
            return "expected"
        if route == "review":
            return "reviewed"
        return "unfinished" if route == "wait" else "wrong"


def auto(part: str) -> ExpectedCase:
    """A clear offence."""
    return ExpectedCase(part, "auto", frozenset({"CLEAR"}))


def review(part: str, *reasons: str) -> ExpectedCase:
    """A doubtful one."""
    return ExpectedCase(part, "review", frozenset(reasons))


def refer(part: str, *reasons: str) -> ExpectedCase:
    """One for another body."""
    return ExpectedCase(part, "refer", frozenset(reasons))


def reject(part: str, *reasons: str) -> ExpectedCase:
    """One that ends by law."""
    return ExpectedCase(part, "reject", frozenset(reasons))
