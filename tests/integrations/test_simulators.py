"""The simulators' process and its controls: it serves this machine only, does as told, and outlives nobody."""

import signal
import socket
import subprocess
import sys
import time

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.registries import wire
from integrations.simulators.faults import TARGETS, spoil
from integrations.simulators.population import Population
from integrations.simulators.process import running

POPULATION = Population(2, 100)


def is_listening(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until_gone(url: str) -> None:
    until = time.monotonic() + 10
    while is_listening(url):
        assert time.monotonic() < until, "the simulators outlived their parent"
        time.sleep(0.05)


def test_it_listens_on_loopback_and_ends_with_the_block():
    with running(2, 100) as simulators:
        assert simulators.url.startswith("http://127.0.0.1:")
        assert is_listening(simulators.url)
    assert not is_listening(simulators.url)


def test_it_ends_when_its_parent_is_killed():
    parent = (
        "import time; from integrations.simulators.process import running\n"
        "with running(2, 100) as simulators: print(simulators.url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert is_listening(url)
        process.send_signal(signal.SIGKILL)
    wait_until_gone(url)


def test_it_ends_in_the_middle_of_a_slow_answer():
    started = time.monotonic()
    with running(2, 100) as simulators:
        simulators.command("vehicles", "slow", 60)
        question = msgspec.json.encode(wire.VehicleQuestion(plate="489AAC02", as_of_us=1))
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"{simulators.url}/registries/vehicles", content=question, timeout=0.2)
    assert time.monotonic() - started < 20


def test_commands_and_questions_nobody_understands_are_refused_with_a_reason():
    with running(2, 100) as simulators, httpx.Client(base_url=simulators.url) as client:
        assert client.post("/control/vehicles", json={"mode": "asleep"}).status_code == 422
        assert client.post("/control/vehicles", json={"mode": "slow", "seconds": -1}).status_code == 422
        assert client.post("/control/weather", json={"mode": "ok"}).status_code == 404
        assert client.post("/registries/vehicles", content=b"{}").status_code == 422
        assert client.post("/registries/weather", content=b"{}").status_code == 404
        assert client.post("/registries/cabinet", content=b"{}").status_code == 422
        assert client.post("/channels/sms", content=b"{}").status_code == 400
        assert client.post("/channels/sms", content=b"{}", headers={"Idempotency-Key": "k"}).status_code == 422
        assert set(client.get("/control").json()) == set(TARGETS)


REPLIES = [
    wire.encode_reply(wire.VehicleQuestion(plate=d.vehicle.plate, as_of_us=9), d.vehicle, 1)
    for d in POPULATION.dossiers
]


@given(st.sampled_from(REPLIES), st.sampled_from(["wrong", "partial"]), st.integers(0, 1_000))
def test_a_spoilt_reply_is_never_the_true_one(body, mode, turn):
    assert spoil(body, mode, turn) != body
