"""`tarazy law`: look the law up, check its data, run a lawyer's scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from adjudication.lawbook import Lawbook
    from adjudication.policy import Policy
    from adjudication.scenarios.coverage import Ran
    from adjudication.scenarios.format import Scenario
    from adjudication.terms import Stop

app = typer.Typer(help="Look the law up, check its data, run scenarios.", no_args_is_help=True)

SCENARIO_FAILED = 1
FILE_UNREADABLE = 2
SHIPPED = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
"""The scenarios of the source tree; an installed package has none."""


@app.command()
def scenario(
    files: Annotated[list[Path], typer.Argument(help="Files in the scenario format.", exists=True, dir_okay=False)],
    policy: Annotated[str, typer.Option(help="The operating policy to start from.")] = "default",
    coverage: Annotated[bool, typer.Option("--coverage", help="Then what they show of the law, by article.")] = False,
) -> None:
    """Run scenarios; print each expectation that is not met, with both values. With --coverage, what of the law those
    that hold show: each amount, each day around a change, each route, reason, state and policy value. Exit 1 where an
    expectation is not met or something is not shown, 2 where a file is wrong.
    """
    from integrations.lawfiles import load_law, load_policy

    law, rules = load_law(), load_policy(policy)
    tally = _run(files, law, rules)
    holes = _print_coverage(tally.held, law, rules) if coverage else 0
    if tally.unreadable or tally.failed or holes:
        raise typer.Exit(FILE_UNREADABLE if tally.unreadable else SCENARIO_FAILED)


@dataclass(frozen=True, slots=True)
class _Tally:
    """What came of files of scenarios: those that hold, how many cases and terms do not, how many files are wrong."""

    held: "tuple[Ran, ...]"
    failed: int
    unreadable: int


def _run(files: "Sequence[Path]", law: "Lawbook", rules: "Policy") -> _Tally:
    """Every scenario and term of the files; prints what is not as expected, then the count."""
    from adjudication.errors import Invalid
    from adjudication.scenarios.coverage import Ran
    from adjudication.scenarios.format import parse, worked_terms
    from adjudication.scenarios.terms import unmet_term

    held: list[Ran] = []
    wrong = total = failed = terms = terms_failed = 0
    for file in files:
        try:
            data = file.read_bytes()
            cases, worked = parse(data), worked_terms(data)
        except Invalid as error:
            typer.echo(f"{file}: {error}", err=True)
            wrong += 1
            continue
        for case in cases:
            ran = _held(file, case, law, rules)
            total, failed = total + 1, failed + (not ran)
            held += ran
        failures = [failure for term in worked for failure in unmet_term(term, law)]
        for failure in failures:
            typer.echo(f"{file}: {failure}")
        terms, terms_failed = terms + len(worked), terms_failed + len(failures)
    typer.echo(f"{total} cases, {failed} failed" + (f"; {terms} terms, {terms_failed} failed" if terms else ""))
    return _Tally(tuple(held), failed + terms_failed, wrong)


def _held(file: Path, case: "Scenario", law: "Lawbook", policy: "Policy") -> "tuple[Ran, ...]":
    """What came of the scenario, once for each offence it speaks of; () with what is not as expected printed."""
    from adjudication.errors import Invalid, Unavailable
    from adjudication.scenarios.coverage import Ran
    from adjudication.scenarios.run import came_to, unmet, with_changes

    try:
        changed = with_changes(policy, case.policy)
        ran = tuple(Ran(one, came_to(one.facts, law, changed, one.expected.about)) for one in case.apart())
        failures = [str(failure) for one in ran for failure in unmet(one.scenario, one.result, law, changed)]
    except (Invalid, Unavailable) as error:
        ran, failures = (), [f"{case.id}: {error}"]
    for failure in failures:
        typer.echo(f"{file}: {failure}")
    return () if failures else ran


def _print_coverage(held: "Sequence[Ran]", law: "Lawbook", policy: "Policy") -> int:
    """A line for each article and heading, and one for each hole; how many holes there are."""
    from itertools import groupby

    from adjudication.scenarios.coverage import coverage

    demands = sorted(coverage(held, law, policy), key=lambda one: one.heading)
    holes = 0
    for heading, about in groupby(demands, key=lambda one: one.heading):
        listed = list(about)
        missing = [one.what for one in listed if not one.shown_by]
        cases = {name for one in listed for name in one.shown_by}
        typer.echo(f"{heading:<9} {len(listed) - len(missing):>3} of {len(listed):>3} shown, by {len(cases)} cases")
        for what in missing:
            typer.echo(f"{'':<9} not shown: {what}")
        holes += len(missing)
    typer.echo(f"{holes} holes")
    return holes


@app.command()
def check(
    scenarios: Annotated[
        list[Path] | None,
        typer.Option(help="Scenarios to show the law by, instead of those that ship.", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Check the law's data and the policies that ship; print what there is, with its digests. Then run the scenarios,
    and name each amount, each day before, of and after a change, each route, reason, state and policy value that none
    shows. Exit 1 where data is wrong, a scenario does not hold or something is not shown.
    """
    from adjudication.errors import Invalid
    from integrations.lawfiles import load_law, load_policy, policy_names

    try:
        law = load_law()
        policies = [load_policy(name) for name in policy_names()]
        default = load_policy("default")
    except Invalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    articles = ", ".join(sorted(law.articles))
    typer.echo(f"law {law.sha256}: {len(law.parts)} parts of articles {articles}")
    for policy in policies:
        typer.echo(f"policy {policy.name} {policy.sha256}{' (demonstration)' if policy.demonstration else ''}")
    files = scenarios or sorted(SHIPPED.glob("*.toml"))
    if not files:
        typer.echo("not checked: that scenarios show each amount around its change; none is here (--scenarios FILE)")
        return
    tally = _run(files, law, default)
    holes = _print_coverage(tally.held, law, default)
    if tally.unreadable or tally.failed or holes:
        raise typer.Exit(1)


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="An article or a part: 592, 592(3-1).")],
    on: Annotated[str | None, typer.Option(help="The day, YYYY-MM-DD; without it, every edition there is.")] = None,
    lang: Annotated[Literal["kk", "ru", "en"], typer.Option(help="Language of the statements.")] = "en",
) -> None:
    """Print the parts of an article as they stood on a day, each with its source and how sure it is."""
    from adjudication.reasons import text_of
    from integrations.lawfiles import load_law

    law = load_law()
    parts = law.parts if on is None else law.parts_on(_day(on, "--on"))
    found = [part for part in parts if what in (part.part, part.article)]
    if not found:
        typer.echo(f"nothing about {what}{f' on {on}' if on else ''}; there is: {', '.join(sorted(law.articles))}")
        raise typer.Exit(1)
    for part in found:
        until = f" to {part.repealed} (exclusive)" if part.repealed else ""
        sure = part.confidence if on is None else law.confidence(part, _day(on, "--on"))
        typer.echo(f"{part.part}  from {part.in_force}{until}  [{sure}: {part.source}]")
        if part.earlier == "unread":
            typer.echo(f"    before {law.read_from} the text was not read: taken to have been the same [M]")
        typer.echo(f"    {getattr(part.statement, lang)}")
        typer.echo(
            f"    {part.form}, MCI: {part.fine}; automatic since {part.automatic_since}; half price: {part.discount}"
        )
        if part.measuring:
            typer.echo("    found by a verified measuring instrument only (note to art. 31)")
        if part.besides is not None:
            typer.echo(f"    {getattr(part.besides, lang)}")
        if part.settled_by_officer is not None:
            typer.echo(f"    {text_of(part.settled_by_officer, lang)}")


@app.command()
def codes(
    on: Annotated[str, typer.Option(help="The day, YYYY-MM-DD.")],
    policy: Annotated[str, typer.Option(help="The operating policy that settles doubtful norms.")] = "default",
    lang: Annotated[Literal["kk", "ru", "en"], typer.Option(help="Language of the statements.")] = "en",
) -> None:
    """Print what a device that does not measure may report, and the part of the law that punishes it on a day."""
    from typing import get_args

    from adjudication.facts import ViolationCode
    from adjudication.rules.reported import reported_as
    from integrations.lawfiles import load_law, load_policy

    day, law = _day(on, "--on"), load_law()
    edition = load_policy(policy).on(day)
    for code in get_args(ViolationCode):
        parts = law.detecting(reported_as(code, edition), day)
        said = "; ".join(f"{part.part} {getattr(part.statement, lang)}" for part in parts)
        typer.echo(f"{code:<20} {said or '—'}")


@app.command()
def controls(lang: Annotated[Literal["kk", "ru", "en"], typer.Option(help="Language of the words.")] = "en") -> None:
    """Print the controls that hold each act against law and facts before it is numbered and signed."""
    from adjudication.formation import CONTROLS

    for one in CONTROLS:
        typer.echo(f"{one.code:<26} {one.severity:<7} [{one.reason.source}]  {getattr(one.reason.text, lang)}")
    typer.echo(f"{len(CONTROLS)} controls")


@app.command()
def term(
    code: Annotated[str, typer.Argument(help="SEND, PROTO_MAKE, …; without it, all there are.")] = "",
    start: Annotated[str | None, typer.Option("--from", help="The day it starts on, YYYY-MM-DD.")] = None,
    part: Annotated[str, typer.Option(help="The part of the case, where the term depends on it: 571(6).")] = "",
    stopped: Annotated[
        list[str] | None, typer.Option(help="Days on which it does not run: FROM..AGAIN; may be given again.")
    ] = None,
) -> None:
    """Print a term of the law with its source, and, from a day, its last day and why. Days are those of art. 739(3)."""
    from adjudication.errors import Unavailable
    from adjudication.terms import last_day
    from integrations.lawfiles import load_law

    law = load_law()
    found = [one for one in law.terms if code in ("", one.code)]
    if not found:
        typer.echo(f"no term {code}; there are: {', '.join(dict.fromkeys(one.code for one in law.terms))}")
        raise typer.Exit(1)
    if not code or start is None:
        for one in found:
            of = f" of {', '.join(one.of)}" if one.of else ""
            typer.echo(f"{one.code:<14} {one.length:<10}{of}  from {one.in_force}  [{one.confidence}: {one.source}]")
        return
    day, stops = _day(start, "--from"), [_stop(one) for one in stopped or []]
    try:
        used = law.term(found[0].code, day, part)
        end = last_day(law, used.code, day, part=part, stops=stops)
        moved = law.calendar.rolled(end)
    except Unavailable as error:
        typer.echo(str(error))
        raise typer.Exit(1) from error
    off = "" if moved == end else f", a day off; the next working day is {moved} (739(5))"
    typer.echo(f"{used.code} from {day}: last day {end}{off}")
    typer.echo(f"    {used.length} [{used.confidence}: {used.source}]")
    for stop in stops:
        typer.echo(f"    does not run from {stop.from_on}, runs again from {stop.again_on}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A day, YYYY-MM-DD.")],
    after: Annotated[str, typer.Argument(help="Another, usually later.")],
    lang: Annotated[Literal["kk", "ru", "en"], typer.Option(help="Language of statements and titles.")] = "en",
) -> None:
    """Print what the law says otherwise on another day: parts, amounts, borders, the index, terms, titles."""
    from adjudication.lawdiff import differences
    from integrations.lawfiles import load_law

    found = differences(load_law(), _day(before, "BEFORE"), _day(after, "AFTER"), lang)
    for one in found:
        typer.echo(f"{one.rule}  {one.point}: {one.before or '—'} → {one.after or '—'}")
    typer.echo(f"{len(found)} differences")


def _stop(text: str) -> "Stop":
    from adjudication.terms import Stop

    from_on, _, again_on = text.partition("..")
    return Stop(from_on=_day(from_on, "--stopped"), again_on=_day(again_on, "--stopped"))


def _day(text: str, hint: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day (YYYY-MM-DD)", param_hint=hint) from error
