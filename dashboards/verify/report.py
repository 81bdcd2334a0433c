"""What verification found, link by link, as data."""

from collections.abc import Callable
from typing import Literal, TypeVar, get_args

import msgspec

from adjudication.errors import Invalid
from adjudication.units import Sha256

Result = TypeVar("Result")
Link = Literal["container", "act", "decision", "signature", "log", "pictures", "record", "facts", "sums"]
LINKS: tuple[Link, ...] = get_args(Link)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the chain. `code` and `detail` say what is wrong where it is broken, else they are empty.

    `unchecked`: a link before it is broken, so that there is nothing trustworthy to compare with.
    """

    link: Link
    state: Literal["holds", "broken", "unchecked"]
    code: str = ""
    detail: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All links in order. `act_number` is what the pack says of itself; trust it only where `valid`.

    `masked`: the pack's pictures are copies, which the body signed for, of the originals that the act names.
    """

    valid: bool
    pack_sha256: Sha256
    act_number: str | None
    links: tuple[Outcome, ...]
    masked: bool = False

    @property
    def broken(self) -> tuple[Outcome, ...]:
        """The broken links, in order."""
        return tuple(outcome for outcome in self.links if outcome.state == "broken")


class Walk:
    """Collects outcomes while the links are walked; whatever is never tried stays unchecked."""

    def __init__(self) -> None:
        self.masked = False
        self._outcomes: dict[Link, Outcome] = {link: Outcome(link=link, state="unchecked") for link in LINKS}

    def check(self, link: Link, check: Callable[[], Result]) -> Result | None:
        """What `check` returns, or None where it found the link broken (by raising Invalid)."""
        try:
            result = check()
        except Invalid as error:
            self._outcomes[link] = Outcome(link=link, state="broken", code=error.code, detail=error.detail)
            return None
        self._outcomes[link] = Outcome(link=link, state="holds")
        return result

    def report(self, pack_sha256: Sha256, act_number: str | None) -> Report:
        """Valid only where every link holds."""
        links = tuple(self._outcomes.values())
        valid = all(outcome.state == "holds" for outcome in links)
        return Report(valid=valid, pack_sha256=pack_sha256, act_number=act_number, links=links, masked=self.masked)
