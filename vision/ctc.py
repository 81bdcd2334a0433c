"""Reading a text out of a recogniser's output under the grammar of number plates.

The recogniser says for each of T narrow columns how likely each character is (connectionist temporal classification,
Graves et al. 2006). The search keeps the likeliest beginnings and with each the plate shapes it can still become, so
a zero where only letters may stand costs something, and a text that fits no shape has to be much clearer to win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray

from adjudication.plates import CLASSES, DIGITS, FORMATS, LETTERS, PAIRS, ROWS, PlateFormat, fits_shape, follow

ALPHABET = DIGITS + LETTERS
BLANK = len(ALPHABET)
"""Column of the blank: no new character here."""
Emissions = NDArray[np.float64]
"""[T, 37] probabilities: the alphabet's characters, then the blank."""
Span = tuple[int, int]
"""First and last column of a character."""

BEAM = 24
"""Beginnings kept: a few for each of eight characters that could be two. Chosen, not swept."""
HOPELESS = 1e-8
"""A beginning so much less likely than the best is dropped. Measured on 300 drawn plates: no text changes, no doubt by
more than that, and the search takes 45 % less time."""
NEGLIGIBLE = 2e-3
"""A character below this is not tried in a column."""
FLOOR = 0.02
"""What a column gives the blank at least, so that a rivet or a badge read as a character may be skipped."""
GENERIC_COST = 7.5
"""Nats that a text of no known shape must be clearer than the best that fits one."""
COSTS = {"KZ2012-P": 0.0, "KZ2012-L": 0.5, "KZ2012-TR": 4.0, "KZ2012-MC": 2.0, "KZ-MIL": 4.0}
RARE_COST, FOREIGN_COST, DOUBTFUL_COST = 2.0, 2.5, 5.0
"""Nats by how seldom a format is met in Kazakhstan, where nearly every plate is of 2012, a person's or a firm's. They
decide between texts that look the same (`120AB05` a firm's car, `12OAB05` a trailer)."""
IN_TWO_ROWS = {"KZ2012-TR": 1.0}
"""The same on two rows, where a trailer's letters stand above and nothing else looks the same."""
SIGN_COST = 1.0
"""Nats for taking the first or last characters as the country's sign."""
SIGNS = {"KZ": (("KZ", ""), ("", "KZ")), "UA": (("UA", ""),), "UZ": (("", "UZ"),), "RU": (("", "RUS"),)}
"""Signs at the left or right edge that recognisers read together with the plate: the flag's KZ, the oval's of 1993."""
LONGEST = 12
SURELY_BLANK = 0.999
"""Of a column's probability: what is left to all characters together is half of `NEGLIGIBLE`."""

LENT = {
    **{"0O": 0.5, "O0": 0.5, "1I": 0.5, "I1": 0.5},
    **{"0Q": 0.03, "0D": 0.03, "1L": 0.03, "1T": 0.03},
    **{"Q0": 0.06, "D0": 0.06, "L1": 0.06, "T1": 0.06, "2Z": 0.06, "Z2": 0.06, "3B": 0.02, "B3": 0.02, "4A": 0.06},
    **{"A4": 0.06, "5S": 0.06, "S5": 0.06, "6G": 0.06, "G6": 0.06, "7T": 0.06, "T7": 0.06, "8B": 0.06, "B8": 0.06},
    **{"9G": 0.06, "G9": 0.06},
}
"""Share of a character's probability lent to another of the other kind: what most faces draw the same, and what a
recogniser without grammar gives now and then. Position, not the face, tells digits from letters."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What each format costs in nats before a character is looked at; `generic` is the cost of having no known shape.

    `foreign` holds for every format that is not in `formats`. `lends` where the recogniser was not taught plates and
    takes 0 for O (`LENT`).
    """

    formats: Mapping[str, float]
    foreign: float
    generic: float
    lends: bool

    def of(self, format_id: str) -> float:
        return self.formats.get(format_id, self.foreign)


@dataclass(frozen=True, slots=True)
class Read:
    """One candidate text; `score` is its log probability less its form's cost, `shape` its plate shape, "" for none."""

    text: str
    score: float
    shape: str


def read(emissions: Emissions, limit: int, prior: Prior | None = None) -> list[Read]:
    """The likeliest plates on one line, best first, at most `limit`; none where every column is blank.

    Without a `prior` formats cost what they are rare by on the roads of Kazakhstan.
    """
    found: dict[str, Read] = {}
    known_costs = prior or _road()
    shown = _lent(emissions) if known_costs.lends else emissions
    for text, mask, logp in _search(shown, _EVERYTHING, known_costs.generic):
        for candidate in _endings(text, mask, logp, known_costs):
            known = found.get(candidate.text)
            if known is None or candidate.score > known.score:
                found[candidate.text] = candidate
    return sorted(found.values(), key=lambda candidate: -candidate.score)[:limit]


def read_row(emissions: Emissions, limit: int, *, lends: bool = True) -> list[Read]:
    """The likeliest texts of one row of a two-row plate, best first: no grammar, for a row alone has none."""
    shown = _lent(emissions) if lends else emissions
    beams = sorted(_search(shown, 0, GENERIC_COST), key=lambda beam: -beam[2])
    return [Read(text, logp, "") for text, _, logp in beams[:limit] if text]


def form_cost(text: str, prior: Prior | None = None) -> tuple[float, str]:
    """What taking a whole text of two rows for a plate costs, in nats, and the shape it then has, "" for none."""
    known_costs = prior or _road_in_two_rows()
    fitting = ((known_costs.of(form.format_id), form.shape) for form in _forms() if not form.signed)
    found = min(((cost, shape) for cost, shape in fitting if fits_shape(shape, text)), default=(inf, ""))
    return min(found, (known_costs.generic, ""))


def admitted(text: str, shape: str) -> tuple[str, ...]:
    """What may stand at each position of `text` by its shape; anything where it has none."""
    return tuple(follow(shape, text[:position]) if shape else ALPHABET for position in range(len(text)))


def certainties(emissions: Emissions, text: str, admit: Sequence[str]) -> tuple[float, ...]:
    """How sure each character of `text` is, 0 to 1: its best column's share, counting in look-alikes that are not
    admitted at its position. A text that the columns do not carry gets zeros."""
    spans = located(emissions, text)
    return tuple(
        _certainty(emissions[first : last + 1], character, allowed)
        for character, allowed, (first, last) in zip(text, admit, spans, strict=True)
    )


def located(emissions: Emissions, text: str) -> list[Span]:
    """The columns of each character of `text`, whether they carry it or a look-alike."""
    return aligned(_lent(emissions), text)


def _certainty(columns: Emissions, character: str, allowed: str) -> float:
    meant = [character, *(other for other in _lookalikes(character) if other not in allowed)]
    return min(float(columns[:, [ALPHABET.index(one) for one in meant]].sum(axis=1).max()), 1.0)


def _lookalikes(character: str) -> str:
    return "".join(pair[0] for pair in LENT if pair[1] == character)


@lru_cache(maxsize=1)
def _lending() -> NDArray[np.float64]:
    """[37, 37]: what each character's probability lends to every other."""
    matrix = np.eye(BLANK + 1)
    for pair, share in LENT.items():
        matrix[ALPHABET.index(pair[0]), ALPHABET.index(pair[1])] = share
    return matrix


def _lent(emissions: Emissions) -> Emissions:
    lent = np.asarray(emissions @ _lending(), np.float64)
    lent[:, BLANK] = np.maximum(lent[:, BLANK], FLOOR)
    return lent


@dataclass(frozen=True, slots=True)
class _Form:
    """A shape as it may be read: with or without the country's sign before or after it."""

    before: str
    shape: str
    after: str
    format_id: str

    @property
    def signed(self) -> bool:
        return bool(self.before or self.after)

    def admitted(self, position: int) -> str:
        """What may stand there; a pair's second digit is checked only when the text is complete."""
        inside = position - len(self.before)
        if inside < 0:
            return self.before[position]
        if inside >= len(self.shape):
            return self.after[inside - len(self.shape)]
        kind = self.shape[inside]
        return DIGITS if kind in PAIRS else CLASSES.get(kind, kind)

    def __len__(self) -> int:
        return len(self.before) + len(self.shape) + len(self.after)


@lru_cache(maxsize=1)
def _forms() -> tuple[_Form, ...]:
    known = [plate for plate in FORMATS if plate is not ROWS]
    plain = [_Form("", shape, "", plate.id) for plate in known for shape in plate.shapes]
    signed = [
        _Form(before, shape, after, plate.id)
        for plate in known
        for before, after in SIGNS.get(plate.country, ())
        for shape in plate.shapes
    ]
    return (*plain, *signed)


@lru_cache(maxsize=LONGEST + 1)
def _forms_of(length: int) -> tuple[tuple[int, _Form], ...]:
    """The forms of one length, each with its bit."""
    return tuple((bit, form) for bit, form in enumerate(_forms()) if len(form) == length)


@lru_cache(maxsize=1)
def _road() -> Prior:
    return Prior({plate.id: _rarity(plate) for plate in FORMATS}, FOREIGN_COST, GENERIC_COST, lends=True)


@lru_cache(maxsize=1)
def _road_in_two_rows() -> Prior:
    return replace(_road(), formats={**_road().formats, **IN_TWO_ROWS})


def condensed(emissions: Emissions) -> Emissions:
    """The same without columns that are surely blank, but for one between any two others: every text keeps its
    probability to within `SURELY_BLANK` a column, and a search of it takes a third of the time."""
    blank = emissions[:, BLANK] >= SURELY_BLANK
    kept = ~blank
    kept[1:] |= blank[1:] & ~blank[:-1]
    kept[0] = True
    return emissions[kept]


def _rarity(plate: PlateFormat) -> float:
    foreign = DOUBTFUL_COST if plate.confidence == "M" else FOREIGN_COST
    return COSTS.get(plate.id, RARE_COST if plate.country == "KZ" else foreign)


@lru_cache(maxsize=1)
def _masks() -> tuple[dict[str, int], ...]:
    """For each position: which forms (as bits) admit a character there."""
    masks: list[dict[str, int]] = [{} for _ in range(LONGEST + 1)]
    for bit, form in enumerate(_forms()):
        for position in range(len(form)):
            for character in form.admitted(position):
                masks[position][character] = masks[position].get(character, 0) | 1 << bit
    return tuple(masks)


_EVERYTHING = -1
"""A mask with the bit of every form."""


def _search(emissions: Emissions, forms: int, generic: float) -> list[tuple[str, int, float]]:
    """Prefix beam search. Returns texts with those of `forms` (bits) they still fit and their log probabilities."""
    beams: dict[str, tuple[float, float, int]] = {"": (1.0, 0.0, forms)}
    masks = _masks()
    shift = 0.0
    for column in emissions:
        tried = [int(c) for c in np.flatnonzero(column[:BLANK] > NEGLIGIBLE)]
        blank = float(column[BLANK])
        following: dict[str, list[float]] = {}
        alive: dict[str, int] = {}
        for text, (ending_blank, ending_character, mask) in beams.items():
            entry = following.setdefault(text, [0.0, 0.0])
            alive[text] = mask
            entry[0] += (ending_blank + ending_character) * blank
            if text:
                entry[1] += ending_character * float(column[ALPHABET.index(text[-1])])
            if len(text) == LONGEST:
                continue
            for index in tried:
                character = ALPHABET[index]
                longer = text + character
                through = ending_blank if text and text[-1] == character else ending_blank + ending_character
                if longer not in following:
                    following[longer] = [0.0, 0.0]
                    alive[longer] = mask & masks[len(text)].get(character, 0)
                following[longer][1] += through * float(column[index])
        beams = _kept(following, alive, exp(-generic))
        total = max(b + c for b, c, _ in beams.values()) or 1.0
        shift += log(total)
        beams = {text: (b / total, c / total, mask) for text, (b, c, mask) in beams.items()}
    return [(text, mask, shift + log(b + c)) for text, (b, c, mask) in beams.items() if b + c > 0]


def _kept(
    following: dict[str, list[float]], alive: dict[str, int], generic: float
) -> dict[str, tuple[float, float, int]]:
    """The best beginnings; one that fits no shape any more counts `generic` of its probability."""
    likely = {text: sum(shares) * (1.0 if alive[text] else generic) for text, shares in following.items()}
    least = HOPELESS * max(likely.values())
    ranked = sorted((text for text in likely if likely[text] >= least), key=likely.__getitem__, reverse=True)[:BEAM]
    return {text: (following[text][0], following[text][1], alive[text]) for text in ranked}


def _endings(text: str, mask: int, logp: float, prior: Prior) -> list[Read]:
    """What a text can be: of each shape that it completes, and of none."""
    found = [Read(text, logp - prior.generic, "")] if text else []
    for bit, form in _forms_of(len(text)):
        if mask >> bit & 1:
            inside = text[len(form.before) : len(text) - len(form.after)]
            if fits_shape(form.shape, inside):
                cost = prior.of(form.format_id) + (SIGN_COST if form.signed else 0.0)
                found.append(Read(inside, logp - cost, form.shape))
    return found


def aligned(emissions: Emissions, text: str) -> list[Span]:
    """The columns of each character on the likeliest path that spells `text` somewhere in the emissions.

    Characters before and after it (a country's sign) count as blank.
    """
    logs = np.log(np.maximum(emissions, 1e-9))
    indices = [ALPHABET.index(character) for character in text]
    states = [BLANK, *(state for index in indices for state in (index, BLANK))]
    columns, size = len(logs), len(states)
    # Two states of padding before the first: nothing comes from there.
    score = np.full((columns + 1, size + 2), -np.inf)
    score[0, 2] = 0.0
    barred = np.array([0.0 if s > 2 and s % 2 and states[s] != states[s - 2] else -np.inf for s in range(size)])
    shown = logs[:, states]
    for t in range(columns):
        before, after = score[t], score[t + 1, 2:]
        np.maximum(before[2:], before[1:-1], out=after)
        np.maximum(after, before[:-2] + barred, out=after)
        after += shown[t]
    state = size - 1 if score[columns, size + 1] >= score[columns, size] else size - 2
    spans: dict[int, tuple[int, int]] = {}
    for t in range(columns, 0, -1):
        if state % 2:
            spans[state // 2] = (t - 1, spans.get(state // 2, (t - 1, t - 1))[1])
        stay, step, leap = score[t - 1, state + 2], score[t - 1, state + 1], score[t - 1, state] + barred[state]
        state -= 0 if stay >= max(step, leap) else 1 if step >= leap else 2
    return [spans.get(position, (0, 0)) for position in range(len(text))]
