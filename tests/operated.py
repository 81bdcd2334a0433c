"""A centre that an operator asks: pages over a stream in memory, and the command line beside them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import typer
from click.testing import Result
from typer.testing import CliRunner

from adjudication import codec
from adjudication.errors import Invalid
from dashboards.serving import Served, listening
from dashboards.web import pages
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import CONFIRMED, DECISIONS
from integrations.centre import RunningCentre
from integrations.decide import decide_stage
from tests import samples
from tests.faced import centre_over

TOKEN = "operator's"


class Place:
    """A centre's pages over a stream in memory on which two offences were decided and then refused by [register]."""

    def __init__(self, folder: Path) -> None:
        self.centre = centre_over(folder, VirtualClock(samples.CAPTURED_US + 60_000_000))
        self.stream = MemoryStream(clock=self.centre.clock)
        self.centre.stream = self.stream
        self.centre.admin_token = TOKEN
        self.token = folder / "token"
        self.token.write_text(TOKEN)
        for n in (1, 2):
            checked = samples.checked(n)
            self.stream.send([NewRecord(CONFIRMED.name, f"key-{n}", codec.encode(checked))])
        self.run(decide_stage(self.centre.law, self.centre.policy))
        self.run(Stage("register", "function", (DECISIONS,), _refusing))
        app = pages(RunningCentre(self.centre, None), demonstration=False)
        self.served = Served(app, listening("127.0.0.1", 0))

    def run(self, stage: Stage) -> None:
        runner = Runner(stage, self.stream.session(stage.name, stage.reads), self.centre.clock)
        while runner.step(0) == "worked":
            pass

    def tarazy(self, command: str, *words: str) -> Result:
        root = typer.Typer()
        root.callback()(lambda: None)
        root.add_typer(import_module(f"dashboards.cli.{command}").app, name=command)
        return CliRunner().invoke(
            root, [command, *words, "--url", self.served.url, "--admin-token-file", str(self.token)]
        )


@contextmanager
def operated(folder: Path) -> Iterator[Place]:
    """Such a centre, its pages served and its casebook closed at the end."""
    place = Place(folder)
    with place.served:
        yield place
    place.centre.casebook.close()


def _refusing(received: Sequence[Received]) -> Sequence[Outgoing]:
    raise Invalid("row-impossible", "the table does not take it")
