"""`python -m integrations.simulators`: serve the simulated systems until standard input closes.

Prints its address as its first line. Standard input is the lifeline: when the process that started this one ends, for
whatever reason, the pipe closes and the simulators end with it.
"""

import argparse
import socket
import sys
import threading
from datetime import date

import uvicorn

from adjudication.calendar import civil_day
from ingest.clock import system_clock
from integrations.simulators.faults import ShiftedClock
from integrations.simulators.mailbox import Mailbox
from integrations.simulators.population import Population
from integrations.simulators.registries import PopulationRegistries
from integrations.simulators.server import simulator_app

LOOPBACK = "127.0.0.1"
BACKLOG = 256


def main() -> None:
    """Serve until standard input closes."""
    asked = _arguments()
    population = Population(asked.seed, asked.size, asked.today or civil_day(system_clock()))
    phones = {person.number: person.egov_phone for person in population.persons}
    clock = ShiftedClock()
    app = simulator_app(PopulationRegistries(population, clock), Mailbox(phones, clock), clock)
    listening = _listen(asked.port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    sys.stdout.write(f"http://{LOOPBACK}:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    server.run(sockets=[listening])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m integrations.simulators", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="of the population")
    parser.add_argument("--size", type=int, default=2000, help="vehicles")
    parser.add_argument("--today", type=date.fromisoformat, help="the civil day the papers stand around")
    return parser.parse_args()


def _listen(port: int) -> socket.socket:
    """A listening socket that says it is TCP: asyncio turns off Nagle's delay (40 ms a reply) only then."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((LOOPBACK, port))
    listening.listen(BACKLOG)
    return listening


def _end_with_parent(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.force_exit = True  # a question that a slow system still ponders is nobody's any more
    server.should_exit = True


if __name__ == "__main__":
    main()
