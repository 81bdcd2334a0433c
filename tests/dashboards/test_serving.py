"""A web face answers between start and stop, and a taken address is named."""

import httpx
import pytest
from fastapi import FastAPI

from adjudication.errors import Unavailable
from dashboards.serving import Served, listening


def app() -> FastAPI:
    face = FastAPI()
    face.get("/")(lambda: "here")
    return face


def test_it_answers_between_start_and_stop_and_not_after() -> None:
    with Served(app(), listening("127.0.0.1", 0)) as served:
        assert httpx.get(served.url).json() == "here"
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.url)


def test_a_taken_address_is_named_before_anything_starts() -> None:
    first = listening("127.0.0.1", 0)
    port = first.getsockname()[1]
    with pytest.raises(Unavailable, match=str(port)):
        listening("127.0.0.1", port)
    first.close()
