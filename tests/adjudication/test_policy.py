"""Operating policy as dated data."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from adjudication.errors import Invalid, Unavailable
from adjudication.policy import Policy
from integrations.lawfiles import LAW, load_policy, policy_names

DEFAULT = load_policy("default")
TEXT = (LAW / "policy" / "default.toml").read_bytes()


def test_the_defaults_are_those_of_the_brief() -> None:
    (edition,) = DEFAULT.edition
    assert (edition.bracket_boundary, edition.tolerance) == ("milder", "subtract_error")
    assert (edition.send_term_lapsed, edition.repeat_year) == ("reject", "shorter")
    assert edition.requery_delay_s == 24 * 3600


def test_only_the_demo_is_marked_and_it_differs_in_seconds_alone() -> None:
    assert policy_names() == ("default", "demo")
    demo = load_policy("demo")
    assert (DEFAULT.demonstration, demo.demonstration) == (False, True)
    names = ("requery_delay_s", "silent_first_delay_s", "silent_longest_delay_s", "silent_budget_s")
    same = {name: getattr(DEFAULT.edition[0], name) for name in names}
    assert replace(demo.edition[0], **same) == DEFAULT.edition[0]


def test_the_latest_edition_that_is_in_force_counts() -> None:
    (first,) = DEFAULT.edition
    later = replace(first, in_force=date(2026, 1, 1), bracket_boundary="lower_inclusive")
    policy = replace(DEFAULT, edition=(first, later))
    assert policy.on(date(2025, 12, 31)) == first
    assert policy.on(date(2026, 1, 1)) == later
    with pytest.raises(Unavailable, match="policy default"):
        policy.on(first.in_force - timedelta(days=1))


def test_equal_values_give_an_equal_digest() -> None:
    assert Policy.parse(TEXT + b"\n# more words\n").sha256 == DEFAULT.sha256
    assert Policy.parse(TEXT.replace(b"9_000", b"9_001")).sha256 != DEFAULT.sha256


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"name = ",
        b'name = "x"\nedition = []',
        TEXT.replace(b'"milder"', b'"harsher"'),
        TEXT.replace(b"silent_rounds = 60", b"silent_rounds = 64"),
        TEXT + b"\nmood = 1",
        TEXT + TEXT.partition(b'"default"')[2],
    ],
)
def test_what_a_policy_may_not_say(data: bytes) -> None:
    with pytest.raises(Invalid, match="policy-malformed"):
        Policy.parse(data)


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(Invalid, match=r"policy-unknown.*default, demo"):
        load_policy("kind")
