"""Dead letters at the operators' desk: listed, shown, their content opened, records put back.

A list and a letter tell codes, places and digests. The content names plates and persons: it is opened for a reason that
stands in the audit before anything is read. A record is put back through the casebook's outbox, under an id made of
what was refused, so asking twice, from two machines or across a crash, puts it back once.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from adjudication.errors import Invalid
from ingest import frame
from ingest.clock import Clock
from ingest.letters import Letter, letter_at, letters, restored, value_of
from ingest.stream import Reader
from ingest.topics import FRAMES
from integrations.casebook import Casebook
from integrations.operating import Content, LetterCount, Letters, Listed, PutBack, Shown

PAGE = 50
"""As many as a person reads at once."""
MAX_PAGE = 1_000
AT_ONCE = 1_000
"""Records put back by one request: some seconds; who has more asks again, and sees what they do to the stage first."""
OPERATOR = "administrator"
"""Whose name stands in the audit: the token's holder, whom the centre knows no better."""
TEXT_BYTES = 64 * 1024
"""Of content that is no message: enough to see what it is."""


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """`stages` are those whose letters are looked for when none is named."""

    casebook: Casebook
    reader: Reader
    clock: Clock
    stages: Collection[str]

    def page(self, stage: str = "", code: str = "", page: int = 1, size: int = PAGE) -> Letters:
        """A page of letters, of one stage and code where they are given. Raises Invalid, Unavailable."""
        size, page = min(max(1, size), MAX_PAGE), max(1, page)
        counts: Counter[tuple[str, str]] = Counter()

        def counted() -> Iterator[Letter]:
            for letter in self._letters(stage, code):
                counts[letter.stage, letter.code] += 1
                yield letter

        newest = heapq.nlargest(page * size, counted(), key=lambda one: (one.refused_us, one.place))
        shown = newest[(page - 1) * size :]
        known = self.casebook.outbox.known({letter.requeue_id for letter in shown})
        return Letters(
            letters=tuple(Listed(letter=letter, put_back=letter.requeue_id in known) for letter in shown),
            counts=tuple(LetterCount(stage=s, code=c, letters=n) for (s, c), n in sorted(counts.items())),
            total=counts.total(),
            page=page,
        )

    def show(self, place: str) -> Shown:
        """One letter. Raises Invalid `letter-unknown`, `record-expired`; Unavailable."""
        letter, _ = letter_at(self.reader, place)
        known = bool(self.casebook.outbox.known({letter.requeue_id}))
        return Shown(letter=letter, put_back=known, again=self._again(place))

    def open(self, place: str, reason: str) -> Content:
        """A letter's content, after the audit says who wanted it and why.

        Raises:
            Invalid: `reason-missing`, `letter-unknown`, `record-expired`, `record-changed`.
            Unavailable: nothing was opened.
        """
        if not reason.strip():
            raise Invalid("reason-missing", "say why the content is to be seen: it stands in the audit")
        letter, record = letter_at(self.reader, place)
        self.casebook.audit.note(OPERATOR, "dead-content", None, self.clock(), f"{place}: {reason.strip()}")
        kind, text = _told(letter, value_of(self.reader, letter, record))
        return Content(letter=letter, kind=kind, text=text)

    def put_back(self, place: str) -> PutBack:
        """Puts the record of one letter back. Raises Invalid as `ingest.letters.restored`; Unavailable."""
        letter, _ = letter_at(self.reader, place)
        restored(self.reader, place)
        return self._put_back([letter], place)

    def put_back_all(self, stage: str, code: str) -> PutBack:
        """Puts back what `stage` refused as `code`, the oldest first, AT_ONCE at most. Raises Invalid, Unavailable."""
        found = sorted(self._letters(stage, code), key=lambda one: (one.refused_us, one.place))
        return self._put_back(found, f"{stage} {code}")

    def _put_back(self, found: Sequence[Letter], what: str) -> PutBack:
        known = self.casebook.outbox.known({letter.requeue_id for letter in found})
        fresh = {letter.requeue_id: letter for letter in found if letter.requeue_id not in known}
        asked = list(fresh.values())[:AT_ONCE]
        codes = {letter: self._again(letter.place) for letter in asked}
        refused = Counter(code for code in codes.values() if code)
        now_us, queued = self.clock(), 0
        with self.casebook.transaction():
            for letter in (letter for letter, code in codes.items() if not code):
                queued += self.casebook.outbox.put_back(letter.requeue_id, letter.place, now_us)
            if queued:
                self.casebook.audit.note(OPERATOR, "dead-requeue", None, now_us, f"{what}: {queued}")
        return PutBack(
            queued=queued,
            known=len(found) - len(fresh) + len(asked) - queued - refused.total(),
            refused=dict(refused),
            left=len(fresh) - len(asked),
        )

    def _again(self, place: str) -> str:
        """Empty, or the code why the record of a letter cannot be put back."""
        try:
            restored(self.reader, place)
        except Invalid as error:
            return error.code
        return ""

    def _letters(self, stage: str, code: str) -> Iterator[Letter]:
        if stage and stage not in self.stages:
            raise Invalid("stage-unknown", f"no stage {stage!r}; there are {', '.join(self.stages)}")
        for one in (stage,) if stage else self.stages:
            yield from (letter for letter in letters(self.reader, one) if code in {"", letter.code})


def _told(letter: Letter, value: bytes) -> tuple[str, str]:
    if not letter.source.startswith(FRAMES.name + "/"):
        return "message", value.decode(errors="replace")[:TEXT_BYTES]
    try:
        return "header", frame.decode(value).signed[frame.PREFIX_BYTES :].decode()
    except Invalid:
        return "bytes", value[:TEXT_BYTES].decode(errors="replace")
