"""Channels: what is a lawful sending, that a repeat is the same sending, and what a failing channel may cost."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ingest.clock import VirtualClock, system_clock
from integrations.channels.http import HttpChannel, channel_url
from integrations.channels.port import Channel, Notice, Refused, Sent
from integrations.simulators.mailbox import Mailbox, MailboxChannel
from integrations.simulators.population import Population
from integrations.simulators.process import Running, running

SEED, SIZE = 9, 200
POPULATION = Population(SEED, SIZE)
REACHABLE = POPULATION.pick(lambda d: d.owner.egov_phone is not None).owner
UNREACHABLE = POPULATION.pick(lambda d: d.owner.egov_phone is None).owner
NAMES = ("cabinet", "sms")


def notice(act_number: str, person=REACHABLE, **changes) -> Notice:
    ordinary = Notice(act_number, person.number, person.egov_phone, "kk", "Нұсқама", "https://127.0.0.1/act")
    return replace(ordinary, **changes)


@pytest.fixture(scope="module")
def simulators() -> Iterator[Running]:
    with running(SEED, SIZE, POPULATION.today) as simulators:
        yield simulators


@pytest.fixture(params=["memory", "http"])
def channels(request: pytest.FixtureRequest) -> Iterator[dict[str, Channel]]:
    if request.param == "memory":
        mailbox = Mailbox({p.number: p.egov_phone for p in POPULATION.persons}, system_clock)
        yield {name: MailboxChannel(name, mailbox) for name in NAMES}
        return
    simulators = request.getfixturevalue("simulators")
    adapters = {name: HttpChannel(name, channel_url(simulators.url, name), deadline_s=0.5) for name in NAMES}
    yield adapters
    for adapter in adapters.values():
        adapter.close()
    simulators.command_all("ok")


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_to_the_egov_number_is_a_proper_delivery_with_a_proof(channels, name):
    before_us = system_clock()
    sent = channels[name].send(notice(f"01-2026-{name}"))
    assert isinstance(sent, Sent)
    assert sent.delivered
    assert sent.proof
    assert before_us <= sent.at_us <= system_clock()


@pytest.mark.parametrize("name", NAMES)
def test_a_repeat_is_the_same_sending_with_the_same_proof_and_instant(channels, name):
    first = channels[name].send(notice(f"02-2026-{name}"))
    assert channels[name].send(notice(f"02-2026-{name}")) == first


def test_each_channel_gives_its_own_proof(channels):
    proofs = {channels[name].send(notice("03-2026")).proof for name in NAMES}
    assert len(proofs) == 2


def test_a_text_message_without_an_egov_number_is_no_sending(channels):
    assert channels["sms"].send(notice("04-2026", UNREACHABLE)) == Refused("no-egov-number", again=False)


def test_a_number_found_elsewhere_is_refused(channels):
    for name in NAMES:
        refused = channels[name].send(notice(f"05-2026-{name}", egov_phone="+77000000000"))
        assert refused == Refused("not-the-egov-number", again=False)


def test_a_cabinet_without_a_text_message_to_the_egov_number_is_a_sending_but_no_delivery(channels):
    sent = channels["cabinet"].send(notice("06-2026", UNREACHABLE))
    assert isinstance(sent, Sent)
    assert not sent.delivered


def test_a_person_nobody_knows_has_no_cabinet(channels):
    refused = channels["cabinet"].send(notice("07-2026", recipient="000000000000", egov_phone=None))
    assert refused == Refused("no-cabinet", again=False)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("slow", "timeout"),
        ("wrong", "garbled"),
        ("partial", "garbled"),
        ("dead", "unreachable"),
        ("cut", "garbled"),
    ],
)
def test_a_failing_channel_is_refused_for_now_and_sends_once_in_the_end(simulators, name, mode, reason):
    hasty = mode == "slow"  # the others answer at once, unless the machine is busy
    channel = HttpChannel(name, channel_url(simulators.url, name), deadline_s=0.3 if hasty else 5.0)
    number = f"08-{mode}-{name}"
    simulators.command(name, mode, 0.5)
    for _ in range(3):
        assert channel.send(notice(number)) == Refused(reason, again=True)
    simulators.command(name, "ok")
    sent = channel.send(notice(number))
    channel.close()
    assert isinstance(sent, Sent)
    letters = [letter for letter in simulators.letters(REACHABLE.number) if letter.act_number == number]
    assert [(letter.channel, letter.at_us) for letter in letters] == [(name, sent.at_us)]


def test_a_person_finds_what_was_sent_in_the_cabinet(simulators):
    person = POPULATION.pick(lambda d: d.owner.egov_phone is not None and d.owner != REACHABLE).owner
    channel = HttpChannel("cabinet", channel_url(simulators.url, "cabinet"))
    for number in ("09-1", "09-2"):
        channel.send(notice(number, person, language="ru", text=f"Предписание {number}"))
    channel.close()
    letters = simulators.letters(person.number)
    assert [(letter.act_number, letter.text) for letter in letters] == [
        ("09-1", "Предписание 09-1"),
        ("09-2", "Предписание 09-2"),
    ]


def test_acts_never_travel_in_clear_to_another_machine():
    with pytest.raises(ValueError, match="https"):
        HttpChannel("sms", "http://sms.example/send")


def test_the_instant_of_a_sending_is_the_channels_own():
    clock = VirtualClock(5)
    channel = MailboxChannel("sms", Mailbox({REACHABLE.number: REACHABLE.egov_phone}, clock))
    assert channel.send(notice("10-2026")).at_us == 5


def test_only_a_channel_without_a_connection_surely_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    channel = HttpChannel("sms", f"http://127.0.0.1:{port}/channels/sms")
    assert channel.send(notice("11-2026")) == Refused("unreachable", again=True)
