"""Every figure and date of the law's data, changed by one unit: which of these changes no scenario notices."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from adjudication.errors import TarazyError
from adjudication.lawbook import Lawbook
from adjudication.policy import Policy
from adjudication.scenarios.format import Scenario, WorkedTerm
from adjudication.scenarios.run import run
from adjudication.scenarios.terms import unmet_term

FIGURE = re.compile(r"\d{4}-\d{2}-\d{2}|(?<![\w\"(.-])\d+(?![\w\").-])")
"""A date or a whole number of TOML; not what stands in a name such as 592(3-1) or in a text."""
TEXTS = ("#", "source", "statement", "title", "part =", "article", "confidence", "repeat_of", "code")
"""How lines begin that hold words, and figures in them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one line, and what it was changed to. `part` is the part it stands in, "" outside of all."""

    file: str
    part: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text.strip()} [{self.before} → {self.after}]"


def changes(files: Mapping[str, bytes]) -> Iterator[tuple[Change, dict[str, bytes]]]:
    """Each change, and the files with it."""
    for name, data in files.items():
        lines, part = data.decode().splitlines(keepends=True), ""
        for number, line in enumerate(lines):
            if line.startswith("part = "):
                part = line.split('"')[1]
            if line.lstrip().startswith(TEXTS):
                continue
            for found in FIGURE.finditer(line.partition("#")[0]):
                for after in _by_one(found[0]):
                    changed = line[: found.start()] + after + line[found.end() :]
                    text = "".join([*lines[:number], changed, *lines[number + 1 :]])
                    yield Change(name, part, number + 1, found[0], after, line), {**files, name: text.encode()}


def _by_one(figure: str) -> tuple[str, ...]:
    if "-" in figure:
        day = date.fromisoformat(figure)
        return tuple((day + timedelta(days)).isoformat() for days in (-1, 1))
    return (str(int(figure) + 1), *([str(int(figure) - 1)] if int(figure) else []))


def is_noticed(
    change: Change,
    files: Mapping[str, bytes],
    cases: Sequence[Scenario],
    terms: Sequence[WorkedTerm],
    policy: Policy,
) -> bool:
    """Whether the law is refused for its form, or a term or a scenario does not hold under it; the part's own first."""
    likely = sorted(cases, key=lambda case: change.part not in case.basis)
    try:
        law = Lawbook.parse(files)
        return any(unmet_term(term, law) for term in terms) or any(run(case, law, policy) for case in likely)
    except TarazyError:
        return True
