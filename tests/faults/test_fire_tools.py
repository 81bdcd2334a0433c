"""What a run under fire strikes with does what it says: wires that are slow, silent or cut, and clocks put wrong."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fire import skewed
from tests.faults.fire.wires import Wire, wiring

SHORT_S = 0.3


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Leads to a server that says everything again."""
    with socket.create_server(("127.0.0.1", 0)) as server, wiring() as lay:
        threading.Thread(target=echo, args=(server,), daemon=True).start()
        yield lay(server.getsockname()[1])


def echo(server: socket.socket) -> None:
    """To all who come, one after the other."""
    try:
        while True:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(65536):
                    connection.sendall(data)
    except OSError:
        return


def call(wire: Wire) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wire.port), timeout=5)


def test_a_wire_hands_on_what_it_gets_and_a_slow_one_later(wire: Wire) -> None:
    with call(wire) as line:
        line.sendall(b"one")
        assert line.recv(10) == b"one"
        wire.slow(SHORT_S)
        sent = time.monotonic()
        line.sendall(b"two")
        assert line.recv(10) == b"two"
        assert time.monotonic() - sent >= 2 * SHORT_S, "each way"


def test_a_silent_wire_holds_all_and_loses_nothing(wire: Wire) -> None:
    with call(wire) as line:
        line.sendall(b"one")
        assert line.recv(10) == b"one"
        wire.silence()
        time.sleep(SHORT_S)
        line.sendall(b"two")
        line.settimeout(SHORT_S)
        with pytest.raises(TimeoutError):
            line.recv(10)
        line.settimeout(5)
        wire.mend()
        assert line.recv(10) == b"two"


def test_a_cut_wire_drops_who_is_there_and_who_comes_until_it_is_mended(wire: Wire) -> None:
    with call(wire) as line:
        line.sendall(b"one")
        assert line.recv(10) == b"one"
        wire.cut()
        assert not received(line)
    with call(wire) as line:
        assert not received(line)
    wire.mend()
    with call(wire) as line:
        line.sendall(b"two")
        assert line.recv(10) == b"two"


def received(line: socket.socket) -> bytes:
    try:
        return line.recv(10)
    except ConnectionError:
        return b""


def test_a_clock_is_wrong_by_what_its_file_says_and_right_again(tmp_path: Path) -> None:
    file = skewed.clock_file(tmp_path, "member-0")
    told = f"""
import sys, time
from pathlib import Path
from tests.faults.fire import skewed
right = time.time_ns
skewed.skew(Path({str(file)!r}))
from ingest.clock import system_clock
for off_us in (0, 40_000_000, -40_000_000, 0):
    skewed.put(Path({str(file)!r}), off_us)
    print(round((system_clock() - right() // 1000) / 1e6))
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "40", "-40", "0"]
