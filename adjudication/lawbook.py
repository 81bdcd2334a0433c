"""The lawbook: dated law as data (`law/kz/*.toml`), parsed from bytes, asked by day.

Nothing here judges. A rule applies from the day `in_force` to the day before `repealed`. Every number the law gives
stands in the files with its article and how sure we are of it (A text read … M from memory).
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from adjudication.answers import SizeClass
from adjudication.calendar import Calendar, Year
from adjudication.errors import Invalid, NoData
from adjudication.facts import Offence
from adjudication.messages import Form, Part, ReasonCode
from adjudication.units import TIYN_PER_TENGE, Count, Sha256, Tiyn

SubjectClass = Literal["individual", "small", "medium", "large"]
"""Whom a fine's size depends on. Source: art. 44(2), brief §1.1; non-profit bodies stand with `small`."""
TermCode = Literal[
    "SEND",
    "LIM_OFFENCE",
    "DISCOUNT",
    "DEEMED",
    "APPEAL",
    "FORWARD",
    "DECISION",
    "DECISION_MORE",
    "COPY",
    "COURT",
    "PROTEST_DISC",
    "PAY",
    "DEFERRAL",
    "INSTALMENTS",
    "HAND_OVER",
    "WAGE",
    "YEAR",
    "REPEAT",
    "TYPO",
    "TYPO_SEND",
    "PROTO_MAKE",
    "PROTO_SEND",
    "PROTO_RETURN",
    "PROTO_FWD",
    "CASE",
    "CASE_MORE",
    "PETITION",
]
Detection = Literal["speed", "overweight", "oversize", "no_insurance", "no_inspection", "signs", Offence]
"""What a rule can find: a measured excess, a paper that is missing, or what a device reports
(adjudication.rules.reported)."""
Fine = Count | dict[SubjectClass, Count]
"""In MCI: one for everybody, or one for each class."""
MEASURED: tuple[Detection, ...] = ("speed", "overweight", "oversize")
"""What only a verified instrument can find (note to art. 31)."""
Confidence = Literal["A", "B", "C", "M"]
Language = Literal["kk", "ru", "en"]
KG_PER_TONNE = 1_000


class _Data(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what the files hold."""


class Texts(_Data, frozen=True, kw_only=True):
    """One sentence or title in the three languages."""

    kk: Annotated[str, Meta(min_length=1)]
    ru: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]


class Dated(_Data, frozen=True, kw_only=True):
    """A rule with the days it applies: from `in_force` to the day before `repealed`."""

    in_force: date
    source: Annotated[str, Meta(min_length=1)]
    confidence: Confidence
    repealed: date | None = None

    def applies(self, day: date) -> bool:
        """Whether the rule is in force on `day`."""
        return self.in_force <= day and (self.repealed is None or day < self.repealed)


class Step(_Data, frozen=True, kw_only=True):
    """One of several fines of a part, for an excess from `from_kg` to `to_kg`; the last has no end."""

    from_kg: Count
    mci: Fine
    to_kg: Count | None = None

    @property
    def borders(self) -> tuple[int, int | None]:
        """From and to, in kilograms."""
        return self.from_kg, self.to_kg

    @property
    def fine(self) -> str:
        """The fine as people write it: `1 to 5 t: individual 40, small 80`."""
        upto = "t and more" if self.to_kg is None else f"to {self.to_kg / KG_PER_TONNE:g} t"
        return f"{self.from_kg / KG_PER_TONNE:g} {upto}: {_fine(self.mci)}"


class InspectionDuty(_Data, frozen=True, kw_only=True):
    """Who must have a vehicle inspected: `categories`, but for `exempt_category` of at most `exempt_years` years, the
    year of manufacture counted, and not used commercially."""

    categories: tuple[str, ...]
    exempt_category: str
    exempt_years: Count


class PartRule(Dated, frozen=True, kw_only=True):
    """One part of an article as it stood in one period.

    One of four says when it applies. `detects`: what a device or a register tells. `repeat_of`: the base parts whose
    repetition it punishes. `instead_of`: the parts it stands for where something is so that only an officer or a court
    finds out. `by_officer`: nothing here tells it; it is known so that earlier penalties are.

    `mci` is the fine in MCI for everybody, by class, or in steps by excess; 0 where there is none. `besides` is what
    else the sanction provides: then there is a protocol, never an automatic act (807(1)(2)). `or_fine` is what a
    warning may become where the person is still punished under chapter 30 (43(2), 57(2)). `automatic_since` None:
    never automatic.
    `settled_by_officer` is the reason why an officer looks at every case of it. `only_in` are the regions it applies
    in, by the two digits of KATO. `continuing`: one act for as long as it lasts. `measuring`: found by an instrument.
    `section_since`: from when an average speed between two points counts; None: it does not. `earlier`: of days before
    the text was read (`Lawbook.read_from`), whether this edition was read as well, or is taken to have been the same.
    """

    part: Part
    mci: Fine | tuple[Step, ...]
    discount: bool
    form: Form
    statement: Texts
    automatic_since: date | None = None
    detects: Detection | None = None
    from_kmh: Count | None = None
    to_kmh: Count | None = None
    repeat_of: tuple[Part, ...] = ()
    instead_of: tuple[Part, ...] = ()
    by_officer: bool = False
    besides: Texts | None = None
    or_fine: Count = 0
    settled_by_officer: ReasonCode | None = None
    only_in: tuple[Annotated[str, Meta(pattern=r"^\d{2}\Z")], ...] = ()
    continuing: bool = False
    measuring: bool = False
    section_since: date | None = None
    passenger_carriers: Literal["ordinary", "refer"] = "ordinary"
    inspection: InspectionDuty | None = None
    earlier: Literal["read", "unread"] = "read"

    @property
    def fine(self) -> str:
        """The fine in MCI as people write it: `10`, `individual 10, small 160`, or one for each step."""
        return "; ".join(step.fine for step in self.mci) if isinstance(self.mci, tuple) else _fine(self.mci)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the fine, mildest first; one without end where there is but one fine."""
        return self.mci if isinstance(self.mci, tuple) else (Step(from_kg=0, mci=self.mci),)

    @property
    def borders(self) -> tuple[int, int | None]:
        """Of an excess of speed, in km/h."""
        return self.from_kmh or 0, self.to_kmh

    @property
    def article(self) -> str:
        """The article's number, as in `592`."""
        return self.part.partition("(")[0]


class Mci(_Data, frozen=True, kw_only=True):
    """The monthly calculation index from `first_day` to `last_day`, both inclusive."""

    first_day: date
    last_day: date
    tenge: Annotated[int, Meta(gt=0)]
    source: str
    confidence: Confidence

    @property
    def tiyn(self) -> Tiyn:
        """One MCI in hundredths of a tenge."""
        return self.tenge * TIYN_PER_TENGE


class Term(Dated, frozen=True, kw_only=True):
    """A term of law: `days` in the sense of art. 739(3), or calendar `months`; one of the two is not 0.

    `of` are the articles or parts that it is a term of, where others have another.
    """

    code: TermCode
    days: Count = 0
    months: Count = 0
    of: tuple[Annotated[str, Meta(pattern=r"^\d{1,4}(-\d{1,2})?(\(\d{1,2}(-\d{1,2})?\))?\Z")], ...] = ()

    @property
    def scope(self) -> tuple[str, ...]:
        """What it is a term of; "" alone: whatever has no other."""
        return self.of or ("",)

    @property
    def length(self) -> str:
        """How long it is, as people say it: `10 days`, `2 months`."""
        number, unit = (self.days, "day") if self.days else (self.months, "month")
        return f"{number} {unit}{'' if number == 1 else 's'}"


class CodeText(_Data, frozen=True, kw_only=True):
    """From which day on the Code's own text was read."""

    read_from: date
    source: Annotated[str, Meta(min_length=1)]
    confidence: Confidence


class Document(Dated, frozen=True, kw_only=True):
    """What a form of document is called."""

    form: Form
    title: Texts


class _File(_Data, frozen=True, kw_only=True):
    """What one file may hold: tables, or an article with its parts. `of_roads`: of chapter 30, transport and roads."""

    article: str = ""
    title: Texts | None = None
    of_roads: bool = True
    part: tuple[PartRule, ...] = ()
    year: tuple[Year, ...] = ()
    mci: tuple[Mci, ...] = ()
    term: tuple[Term, ...] = ()
    document: tuple[Document, ...] = ()
    text: CodeText | None = None


_D = TypeVar("_D", bound=Dated)


class Lawbook:
    """All law known to this release. `sha256` names it: the same files give the same digest."""

    def __init__(self, files: Mapping[str, "_File"], sha256: Sha256) -> None:
        self.sha256 = sha256
        self.articles = {f.article: f.title for f in files.values() if f.article and f.title}
        self._elsewhere = frozenset(f.article for f in files.values() if f.article and not f.of_roads)
        self.parts = tuple(part for f in files.values() for part in f.part)
        self.calendar = Calendar(year for f in files.values() for year in f.year)
        self.mci = tuple(mci for f in files.values() for mci in f.mci)
        self.terms = tuple(term for f in files.values() for term in f.term)
        self.documents = tuple(document for f in files.values() for document in f.document)
        self.read_from = max((f.text.read_from for f in files.values() if f.text), default=date.min)
        self._days: dict[date, _Day] = {}
        self._check()

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> "Lawbook":
        """The lawbook from its files, by name.

        Raises:
            Invalid: `law-malformed`; the detail names the file and what is wrong with it.
        """
        digest = hashlib.sha256()
        for name in sorted(files):
            digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
        return cls({name: _parse_file(name, files[name]) for name in sorted(files)}, digest.hexdigest())

    def parts_on(self, day: date) -> tuple[PartRule, ...]:
        """Every part in force on `day`."""
        return self._on(day).parts

    def part_on(self, name: str, day: date) -> PartRule | None:
        """The part called `name` as it stood on `day`; None if it did not."""
        return next((part for part in self.parts_on(day) if part.part == name), None)

    def detecting(self, what: str, day: date) -> tuple[PartRule, ...]:
        """The base parts that punish `what` on `day`, mildest bracket first."""
        return self._on(day).detecting.get(what, ())

    def repeat_part(self, base: str, day: date) -> PartRule | None:
        """The part that punishes a repetition of `base` on `day`, if any does."""
        return self._on(day).repeating.get(base)

    def was_read(self, part: PartRule, day: date) -> bool:
        """Whether the text of `part` as it stood on `day` was read; else it is taken to have been the same."""
        return part.earlier == "read" or day >= self.read_from

    def confidence(self, part: PartRule, day: date) -> Confidence:
        """How sure it is that `part` stood so on `day`: from memory (M), where that day's text was not read."""
        return part.confidence if self.was_read(part, day) else "M"

    def is_of_roads(self, part: Part) -> bool:
        """Whether a part stands in chapter 30, on transport and roads; one that is not here is taken to."""
        return part.partition("(")[0] not in self._elsewhere

    def mci_on(self, day: date) -> Mci:
        """The MCI of a day.

        Raises:
            NoData: there is no figure for that day; it is never guessed.
        """
        found = next((mci for mci in self.mci if mci.first_day <= day <= mci.last_day), None)
        if found is None:
            raise NoData(f"the MCI of {day}")
        return found

    def term(self, code: TermCode, day: date, part: Part = "") -> Term:
        """The term `code` as it stood on `day`; in a case of `part`, the one that this part or its article has.

        Raises:
            NoData: the law data does not reach that day.
        """
        terms = self._on(day).terms
        found = terms.get((code, part)) or terms.get((code, part.partition("(")[0])) or terms.get((code, ""))
        if found is None:
            raise NoData(f"the term {code} on {day}")
        return found

    def title(self, form: Form, day: date) -> Texts:
        """What a document formed on `day` is called.

        Raises:
            NoData: there was no such document on that day.
        """
        return _applying(self.documents, f"the title of a {form}", day, lambda one: one.form == form).title

    def _on(self, day: date) -> "_Day":
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = _Day(self, day)
        return known

    def _check(self) -> None:
        """Raises Invalid `law-malformed` on what the files' types cannot say."""
        _check_no_overlap((part.part, part) for part in self.parts)
        _check_no_overlap((f"{term.code} {of}".rstrip(), term) for term in self.terms for of in term.scope)
        _check_no_overlap((document.form, document) for document in self.documents)
        for earlier, later in pairwise(self.mci):
            if later.first_day != earlier.last_day + timedelta(1):
                raise Invalid(
                    "law-malformed", f"the MCI of {later.first_day} does not follow that of {earlier.last_day}"
                )
        for part in self.parts:
            self._check_part(part)
        for term in self.terms:
            if bool(term.days) == bool(term.months):
                raise Invalid("law-malformed", f"term {term.code} is in days or in months")

    def _check_part(self, part: PartRule) -> None:
        unknown = {*part.repeat_of, *part.instead_of} - {one.part for one in self.parts}
        if unknown:
            raise Invalid("law-malformed", f"{part.part} speaks of parts that are not here: {sorted(unknown)}")
        if [part.detects is not None, bool(part.repeat_of), bool(part.instead_of), part.by_officer].count(True) != 1:
            raise Invalid(
                "law-malformed", f"{part.part} is one of: detected, a repetition, instead of another, an officer's"
            )
        protocol = part.besides is not None or bool(part.instead_of) or part.by_officer
        if protocol != (part.form == "protocol") or (protocol and part.automatic_since is not None):
            raise Invalid(
                "law-malformed", f"{part.part}: a protocol is never automatic, and nothing else is a protocol"
            )
        if part.discount and part.besides is not None:
            raise Invalid("law-malformed", f"{part.part}: half the sum ends nothing but a fine (810(2))")
        measured = {one.part for one in self.parts if one.detects in MEASURED}
        if part.measuring != (part.part in measured or bool(measured.intersection(part.repeat_of))):
            raise Invalid("law-malformed", f"{part.part}: what is measured, and its repetition, needs an instrument")
        if isinstance(part.mci, tuple):
            borders = [step.borders for step in part.mci]
            if not borders or borders[-1][1] is not None or any(a[1] != b[0] for a, b in pairwise(borders)):
                raise Invalid("law-malformed", f"{part.part}: each step begins where the one before it ends")
        if (part.detects == "no_inspection") != (part.inspection is not None):
            raise Invalid("law-malformed", f"{part.part}: who must be inspected belongs to no_inspection only")


def _fine(mci: Fine) -> str:
    return str(mci) if isinstance(mci, int) else ", ".join(f"{who} {n}" for who, n in mci.items())


class _Day:
    """The rules of one day, by what they are asked for: a passage asks some twenty times."""

    def __init__(self, law: Lawbook, day: date) -> None:
        self.parts = tuple(part for part in law.parts if part.applies(day))
        self.terms = {(term.code, of): term for term in law.terms if term.applies(day) for of in term.scope}
        self.detecting: dict[str, tuple[PartRule, ...]] = {}
        for part in sorted(self.parts, key=lambda part: part.from_kmh or 0):
            if part.detects is not None:
                self.detecting[part.detects] = (*self.detecting.get(part.detects, ()), part)
        # The first that stands in the files, where several do.
        self.repeating = {base: part for part in reversed(self.parts) for base in part.repeat_of}


def class_of(size: SizeClass | None, non_profit: bool) -> SubjectClass | None:
    """The class of a legal person; None where its size is not known. Source: art. 44(2), brief §1.1."""
    if non_profit:
        return "small"
    return None if size is None or size == "unknown" else size


def _parse_file(name: str, data: bytes) -> _File:
    try:
        return msgspec.convert(tomllib.loads(data.decode()), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid("law-malformed", f"{name}: {error}") from error


def _applying(rules: tuple[_D, ...], what: str, day: date, wanted: Callable[[_D], bool]) -> _D:
    found = next((rule for rule in rules if wanted(rule) and rule.applies(day)), None)
    if found is None:
        raise NoData(f"{what} on {day}")
    return found


def _check_no_overlap(named: Iterable[tuple[str, Dated]]) -> None:
    ordered = sorted(named, key=lambda one: (one[0], one[1].in_force))
    for (name, earlier), (other, later) in pairwise(ordered):
        if name == other and (earlier.repealed is None or earlier.repealed > later.in_force):
            raise Invalid("law-malformed", f"{name} stands twice on {later.in_force}")
