"""`tarazy lag`, `tarazy dead` and the routes they ask: an administrator's, on a stream of any kind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adjudication import codec
from ingest.stream import NewRecord
from ingest.topics import CONFIRMED
from integrations.outbox import Relay
from tests import samples
from tests.operated import Place, operated


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with operated(tmp_path) as place:
        yield place


def test_lag_is_told_of_every_group_on_every_topic(place: Place) -> None:
    place.stream.send([NewRecord(CONFIRMED.name, "key", codec.encode(samples.checked(3)))])
    told = json.loads(place.tarazy("lag", "--json").output)["behind"]
    assert {"stage": "decide", "topic": "confirmed.v1", "records": 1, "age_ms": 0} in told
    assert {(one["stage"], one["topic"]) for one in told} >= {("decide", "reviews.v1"), ("register", "decisions.v1")}
    table = place.tarazy("lag")
    assert (table.exit_code, "confirmed.v1" in table.output) == (0, True)


def test_dead_letters_are_listed_shown_and_put_back_from_the_command_line(place: Place) -> None:
    listed = place.tarazy("dead", "list", "--stage", "register", "--json")
    letters = [one["letter"] for one in json.loads(listed.output)["letters"]]
    assert {one["code"] for one in letters} == {"row-impossible"}
    assert "row-impossible" in place.tarazy("dead", "list").output
    shown = place.tarazy("dead", "show", letters[0]["place"])
    assert (shown.exit_code, letters[0]["source"] in shown.output, "489AAC02" in shown.output) == (0, True, False)
    opened = place.tarazy("dead", "show", letters[0]["place"], "--content", "--reason", "ticket 7")
    assert (opened.exit_code, "489AAC02" in opened.output) == (0, True)
    once = place.tarazy("dead", "requeue", letters[0]["place"])
    assert (once.exit_code, once.output.strip()) == (0, "1 put back, 0 were before")
    rest = place.tarazy("dead", "requeue", "--stage", "register", "--code", "row-impossible", "--json")
    assert (rest.exit_code, json.loads(rest.output)) == (0, {"known": 1, "left": 0, "queued": 1, "refused": {}})
    assert Relay(place.centre.casebook, place.stream, place.centre.clock).drain() == 2
    audited = [line.action for line in place.centre.casebook.audit.latest(9)]
    assert audited == ["dead-requeue", "dead-requeue", "dead-content"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "register.dead/0/99"), "record-expired"),
        (("show", "elsewhere"), "letter-unknown"),
        (("show", "register.dead/0/0", "--content"), "reason-missing"),
        (("list", "--stage", "elsewhere"), "stage-unknown"),
        (("requeue", "register.dead/0/99"), "record-expired"),
    ],
)
def test_what_cannot_be_done_is_told_by_its_code_and_ends_with_two(
    place: Place, words: tuple[str, ...], code: str
) -> None:
    refused = place.tarazy("dead", *words)
    assert (refused.exit_code, code in refused.output) == (2, True)


def test_a_requeue_names_a_letter_or_a_stage(place: Place) -> None:
    assert place.tarazy("dead", "requeue").exit_code == 2
    assert place.tarazy("dead", "requeue", "register.dead/0/1", "--stage", "register").exit_code == 2


def test_another_token_opens_none_of_it(place: Place) -> None:
    place.token.write_text("somebody's")
    for words in (
        ("lag",),
        ("dead", "list"),
        ("dead", "requeue", "--stage", "register"),
        ("replay", "decisions", "--last", "1"),
    ):
        refused = place.tarazy(*words)
        assert (refused.exit_code, "not-authorised" in refused.output) == (2, True)
