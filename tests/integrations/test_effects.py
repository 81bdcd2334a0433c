"""What a candidate would change, as accounts: they balance, add up, and stretches add up to the whole."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication import ids
from adjudication.decide import decide
from adjudication.lawbook import Lawbook
from integrations.effects import added, effects, later, outcome
from integrations.lawfiles import law_files, load_law, load_policy
from integrations.operating import Effects, Fate, Outcome, Report, Reproduced, Share
from tests import samples

REGIONS, PARTS = ("71", "75"), ("592(1)", "592(2)")
ACT = Outcome(route="auto", reason="CLEAR", part="592(1)", mci_count=1, sum_tiyn=500, substance=samples.SHA)
DEARER = Outcome(route="auto", reason="CLEAR", part="592(2)", mci_count=1, sum_tiyn=900, substance=samples.SHA)
DOUBT = Outcome(route="review", reason="PLATE_UNSURE", part="592(1)", mci_count=1, sum_tiyn=0, substance=samples.SHA)
UNPRICED = Outcome(route="auto", reason="CLEAR", part="592(2)", mci_count=1, sum_tiyn=None, substance=samples.SHA)
SIDES = (None, ACT, DEARER, DOUBT, UNPRICED)
ADDITIVE = ("unpriced", "acts_before", "lost", "gained", "acts_after", "otherwise", "sum_before_tiyn", "sum_after_tiyn")


def case(n: int, region: str = "75", before: Outcome | None = None, after: Outcome | None = None) -> Fate:
    return Fate(case_id=ids.stable_id("case", n), region=region, before=before, after=after)


@st.composite
def many(draw: st.DrawFn) -> list[Fate]:
    drawn = draw(st.lists(st.tuples(st.sampled_from(REGIONS), st.sampled_from(SIDES), st.sampled_from(SIDES))))
    return [case(n, region, before, after) for n, (region, before, after) in enumerate(drawn)]


def report(cases: Sequence[Fate], n: int = 1) -> Report:
    proof = Reproduced(same=n, otherwise=n, other_editions=n, told=(ids.stable_id("decision", n),))
    return Report(
        stage="decide",
        source="stream",
        against="candidate",
        records=n,
        same=n,
        changed=n,
        lost=n,
        gained=n,
        told=(),
        reproduced=proof,
        cases=tuple(cases),
    )


@given(many())
def test_every_account_balances(cases: list[Fate]) -> None:
    found = effects(cases)
    for one in (*found.regions, *found.parts, found.total):
        assert one.acts_after == one.acts_before - one.lost + one.gained - one.moved_away + one.moved_here


@given(many())
def test_the_accounts_of_all_regions_and_of_all_parts_add_up_to_the_whole(cases: list[Fate]) -> None:
    found = effects(cases)
    for table, what in product((found.regions, found.parts), ADDITIVE):
        assert sum(getattr(one, what) for one in table) == getattr(found.total, what), what
    assert sum(one.changed for one in found.regions) == found.total.changed
    assert sum(one.changed + one.moved_away for one in found.parts) == found.total.changed
    assert sum(one.moved_away for one in found.parts) == sum(one.moved_here for one in found.parts)


@given(many())
def test_every_case_that_differs_is_counted_once(cases: list[Fate]) -> None:
    total = effects(cases).total
    assert total.lost + total.gained + total.changed + total.otherwise == sum(one.differs for one in cases)


def test_what_becomes_of_an_act_is_told_by_its_kind() -> None:
    cases = (
        case(1, "71", ACT, DEARER),
        case(2, "71", ACT, DOUBT),
        case(3, "75", None, DEARER),
        case(4, "75", ACT, ACT),
    )
    assert effects(cases) == Effects(
        regions=(
            Share(name="71", acts_before=2, lost=1, changed=1, acts_after=1, sum_before_tiyn=1000, sum_after_tiyn=900),
            Share(name="75", acts_before=1, gained=1, acts_after=2, sum_before_tiyn=500, sum_after_tiyn=1400),
        ),
        parts=(
            Share(
                name="592(1)",
                acts_before=3,
                lost=1,
                moved_away=1,
                acts_after=1,
                sum_before_tiyn=1500,
                sum_after_tiyn=500,
            ),
            Share(name="592(2)", gained=1, moved_here=1, acts_after=2, sum_after_tiyn=1800),
        ),
        total=Share(
            name="", acts_before=3, lost=1, gained=1, changed=1, acts_after=3, sum_before_tiyn=1500, sum_after_tiyn=2300
        ),
    )
    assert effects(()).total == Share(name="")
    unpriced = effects((case(1, "71", ACT, UNPRICED),)).total
    assert (unpriced.unpriced, unpriced.sum_before_tiyn, unpriced.sum_after_tiyn) == (1, 500, 0)


@given(many(), st.integers(0, 20))
def test_reports_of_two_stretches_add_up_to_that_of_the_whole(cases: list[Fate], cut: int) -> None:
    both = added(report(cases[:cut], 1), report(cases[cut:], 2))
    assert effects(both.cases) == effects(cases)
    assert (both.records, both.same, both.changed, both.lost, both.gained) == (3, 3, 3, 3, 3)
    assert (both.reproduced.same, both.reproduced.otherwise, both.reproduced.other_editions) == (3, 3, 3)
    assert len(both.reproduced.told) == 2


@pytest.mark.parametrize(
    ("first", "then", "stands"), [(None, ACT, ACT), (DOUBT, ACT, ACT), (ACT, DOUBT, ACT), (ACT, DEARER, ACT)]
)
def test_a_case_of_two_stretches_is_one_and_its_first_act_stands(
    first: Outcome | None, then: Outcome, stands: Outcome
) -> None:
    assert later(first, then) == stands
    (joined,) = added(report([case(1, before=first)]), report([case(1, before=then, after=DOUBT)])).cases
    assert (joined.before, joined.after) == (stands, DOUBT)
    (kept,) = added(report([case(1, before=ACT)]), report([case(1)])).cases
    assert kept.before == ACT


def test_the_sum_is_in_the_mci_of_the_day_of_the_decision() -> None:
    law, policy = load_law(), load_policy("default")
    (decided,) = decide(samples.checked(), (), law, policy)
    came_to = outcome(decided, law, samples.SHA)
    assert (came_to.act, came_to.part, came_to.sum_tiyn) == (True, "592(2)", 10 * 4_325 * 100)
    assert outcome(samples.decision(route="review", reason="PLATE_UNSURE"), law, samples.SHA).sum_tiyn == 0
    assert outcome(samples.decision(mci_count=0), law, samples.SHA).sum_tiyn == 0


def test_where_no_mci_is_known_the_sum_is_not_either() -> None:
    files = law_files()
    (name,) = (name for name, data in files.items() if b"[[mci]]" in data)
    without = Lawbook.parse(files | {name: files[name].partition(b"[[mci]]")[0]})
    assert outcome(samples.decision(), without, samples.SHA).sum_tiyn is None
