"""What several suites share, made once, when a test first asks; who asks for a server is marked `cluster`."""

from collections.abc import Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.servers import kafka as kafka_server
from deploy.servers import postgres
from tests.casebooks import MASTER, Place, Places, in_file
from vision.train.faces import TRAINED

settings.register_profile("tarazy", deadline=None)  # a machine that is busy breaks no property
settings.load_profile("tarazy")

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server for the whole run."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the casebook's schema; a test's own is copied from it."""
    with postgres_server.database() as url:
        folder = tmp_path_factory.mktemp("template")
        Place(folder, url, postgres_server, postgres_server.password_file).open(MASTER).close()
        yield url


@pytest.fixture(params=BOTH)
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """A fresh place for each call."""
    if request.param == "sqlite":
        yield lambda: in_file(tmp_path_factory.mktemp("casebook"))
    else:
        yield request.getfixturevalue("server_places")


@pytest.fixture
def server_places(
    postgres_server: postgres.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Places]:
    """A fresh place on the server for each call; who uses it is marked `cluster`."""
    with ExitStack() as dropped:
        yield lambda: Place(
            tmp_path_factory.mktemp("casebook"),
            dropped.enter_context(postgres_server.database(template)),
            postgres_server,
            postgres_server.password_file,
        )


@pytest.fixture
def place(places: Places) -> Place:
    """A fresh place for this test."""
    return places()


@pytest.fixture
def server_place(server_places: Places) -> Place:
    """A fresh place on the server."""
    return server_places()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a broker."""
    with kafka_server.running() as started:
        yield started.bootstrap


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The typefaces of training, each the one that is installed: drawing asks for a file, not for a look."""
    folder = tmp_path_factory.mktemp("faces")
    data = resources.files("font_roboto").joinpath("files", "Roboto-Medium.ttf").read_bytes()
    for face in TRAINED:
        (folder / face.member).write_bytes(data)
    return folder
