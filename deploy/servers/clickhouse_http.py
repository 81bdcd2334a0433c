"""What ClickHouse's HTTP interface says and hears, over an engine in this process. Development only.

A statement comes in `query`, in the body, or in both; values in `param_…`; every other parameter of the address is a
setting. Each request has a connection of its own, so what it SETs or USEs ends with it.
`python -m deploy.servers.clickhouse_http --data DIR` prints its address and serves until it is told to stop.
Source: https://clickhouse.com/docs/interfaces/http
"""

import argparse
import base64
import gzip
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import uuid
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb
import lz4.frame
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deploy.servers.clickhouse import PASSWORD_VARIABLE, STOP_S, USER

HOST = "127.0.0.1"

NOT_SETTINGS = frozenset(
    {
        *("query", "database", "default_format", "user", "password", "quota_key", "role", "query_id", "stacktrace"),
        *("session_id", "session_timeout", "session_check", "buffer_size", "wait_end_of_query"),
        *("client_protocol_version", "enable_http_compression", "http_headers_progress_interval_ms"),
        *("send_progress_in_http_headers", "cancel_http_readonly_queries_on_client_close"),
    }
)
"""Parameters that the interface takes for itself, or that mean nothing to an engine without a server."""
WITH_DATA = re.compile(
    rb"\s*(?P<into>INSERT\s+INTO\s+(?:[^'`\"]|'[^']*'|`[^`]*`|\"[^\"]*\")*?)"
    rb"(?P<settings>\s+SETTINGS\s+(?:[^'\n]|'[^']*')*?)?\s+FORMAT\s+(?P<format>\w+)[ \t]*;?(?:\r?\n|\Z)",
    re.IGNORECASE,
)
MAX_STATEMENT = 64 * 1024
"""How far into a body an INSERT's FORMAT is looked for; ours stand within the first kilobyte."""
ANSWERED = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN|CHECK)\b", re.IGNORECASE | re.DOTALL
)
"""Statements that answer with rows, even with none."""
FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*\Z", re.IGNORECASE)
NAME = re.compile(r"[A-Za-z_]\w*\Z")
STATUS = {
    **dict.fromkeys((6, 26, 27, 36, 38, 41, 42, 43, 44, 53, 62, 69, 72, 131), 400),
    **dict.fromkeys((46, 47, 50, 56, 60, 73, 81, 115), 404),
    **dict.fromkeys((192, 193, 194, 497, 516), 403),
    48: 501,
    159: 408,
    209: 503,
}
"""ClickHouse's error codes by the HTTP status it reports them with; all others are 500."""
AUTHENTICATION_FAILED = 516
UNSUPPORTED = 48


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `data` is what an INSERT brings in a format, apart from its statement."""

    statement: str
    data: bytes
    values: Mapping[str, str]
    settings: Mapping[str, str]
    database: str
    default_format: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the engine gave, and in which format; `format` is empty where a statement answers nothing."""

    body: bytes
    format: str
    rows: int
    bytes: int
    elapsed_ns: int


class Engine:
    """The one engine of this process. `answer` may be called from many threads at once."""

    def __init__(self, folder: Path) -> None:
        self._path = str(folder.resolve())
        self._root = chdb.connect(self._path)  # the engine lives as long as one connection does
        self.version, self.timezone = self._root.query("SELECT version(), timezone()", "TSV").bytes().decode().split()

    def answer(self, asked: Asked) -> Answered:
        """Run one statement. Raises RuntimeError with ClickHouse's own text."""
        connection = chdb.connect(self._path)
        try:
            if asked.database:
                connection.query(f"USE {_quoted(asked.database, '`')}")
            if asked.settings:
                connection.query("SET " + ", ".join(f"{name} = {_quoted(v)}" for name, v in asked.settings.items()))
            return self._run(connection, asked)
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the folder."""
        self._root.close()

    def _run(self, connection: Any, asked: Asked) -> Answered:
        found = WITH_DATA.match(asked.statement.encode())
        if not found:
            answers = ANSWERED.match(asked.statement)
            named = FORMAT.search(asked.statement)
            form = named[1] if named else asked.default_format
            result = connection.query(asked.statement, form, params=dict(asked.values))
            return _answered(result, form if answers else "")
        # The engine reads inline data only up to the length of a statement, so it comes in a file.
        with tempfile.NamedTemporaryFile(prefix="insert-") as file:
            file.write(asked.data)
            file.flush()
            into, settings, form = found["into"].decode(), (found["settings"] or b"").decode(), found["format"].decode()
            infile = f"{into} FROM INFILE {_quoted(file.name)}{settings} FORMAT {form}"
            return _answered(connection.query(infile, "TabSeparated"), "")


def application(engine: Engine, expected: str) -> Starlette:
    """The interface over `engine`. `expected` is the Basic credential to ask for, or empty."""

    async def query(request: Request) -> Response:
        if expected and request.headers.get("authorization") != f"Basic {expected}":
            return _failed(_error(AUTHENTICATION_FAILED, "Authentication failed", "AUTHENTICATION_FAILED"), engine)
        try:
            asked = await _asked(request)
            answered = await run_in_threadpool(engine.answer, asked)
        except NotImplementedError as error:
            return _failed(_error(UNSUPPORTED, str(error), "NOT_IMPLEMENTED"), engine)
        except RuntimeError as error:
            return _failed(str(error), engine)
        return _given(request, answered, engine)

    async def ping(_request: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    return Starlette(routes=[Route("/ping", ping), Route("/", query, methods=["GET", "POST"])])


async def _asked(request: Request) -> Asked:
    parameters = dict(request.query_params)
    if parameters.keys() & {"compress", "decompress"}:
        raise NotImplementedError("ClickHouse's own block compression; use Content-Encoding")
    form: dict[str, str] = {}
    body = b""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as fields:
            form = {name: value for name, value in fields.items() if isinstance(value, str)}
    else:
        body = _plain(await request.body(), request.headers.get("content-encoding", ""))
    statement, data = _split("\n".join(filter(None, (parameters.get("query"), form.get("query")))), body)
    settings = {name: v for name, v in parameters.items() if name not in NOT_SETTINGS and not name.startswith("param_")}
    if wrong := [name for name in settings if not NAME.match(name)]:
        raise NotImplementedError(f"a setting named {wrong[0]!r}")
    return Asked(
        statement,
        data,
        {name.removeprefix("param_"): v for name, v in {**parameters, **form}.items() if name.startswith("param_")},
        settings,
        parameters.get("database") or request.headers.get("x-clickhouse-database", ""),
        parameters.get("default_format") or request.headers.get("x-clickhouse-format") or "TabSeparated",
    )


def _split(query: str, body: bytes) -> tuple[str, bytes]:
    """Statement and data: the body goes on where `query` ends, and an INSERT's data begins after its FORMAT."""
    if query and WITH_DATA.match(query.encode()):
        return query, body
    whole = query.encode() + (b"\n" if query and body else b"") + body
    found = WITH_DATA.match(whole, 0, MAX_STATEMENT)
    if found:
        return found[0].decode(), whole[found.end() :]
    return whole.decode(), b""


def _given(request: Request, answered: Answered, engine: Engine) -> Response:
    names = "written" if not answered.format else "read"
    summary = (
        f'{{"{names}_rows":"{answered.rows}","{names}_bytes":"{answered.bytes}","elapsed_ns":"{answered.elapsed_ns}"}}'
    )
    headers = {
        "X-ClickHouse-Query-Id": request.query_params.get("query_id") or str(uuid.uuid4()),
        "X-ClickHouse-Summary": summary,
        "X-ClickHouse-Timezone": engine.timezone,
        "X-ClickHouse-Server-Display-Name": "tarazy-chdb",
    }
    if answered.format:
        headers["X-ClickHouse-Format"] = answered.format
    body = answered.body
    wanted = request.headers.get("accept-encoding", "") if request.query_params.get("enable_http_compression") else ""
    coding = next((name for name in re.split(r"[,;\s]+", wanted) if name in PACKED), None)
    if coding and body:
        body, headers["Content-Encoding"] = PACKED[coding](body), coding
    return Response(body, headers=headers, media_type="application/octet-stream")


def _failed(text: str, engine: Engine) -> Response:
    found = re.search(r"Code: (\d+)", text)
    code = int(found[1]) if found else 1002  # UNKNOWN_EXCEPTION
    headers = {"X-ClickHouse-Exception-Code": str(code), "X-ClickHouse-Timezone": engine.timezone}
    return PlainTextResponse(f"{text} (version {engine.version})\n", STATUS.get(code, 500), headers)


def _error(code: int, text: str, name: str) -> str:
    return f"Code: {code}. DB::Exception: {text}. ({name})"


def _answered(result: Any, form: str) -> Answered:
    body = result.bytes() or b""
    return Answered(body, form, result.rows_read(), result.bytes_read(), int(result.elapsed() * 1e9))


def _quoted(text: str, mark: str = "'") -> str:
    return mark + text.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark


def _plain(body: bytes, coding: str) -> bytes:
    if coding not in UNPACKED:
        raise NotImplementedError(f"Content-Encoding {coding}")
    return UNPACKED[coding](body)


def _lz4(body: bytes) -> bytes:
    packed: bytes = lz4.frame.compress(body)
    return packed


PACKED: Mapping[str, Callable[[bytes], bytes]] = {"lz4": _lz4, "gzip": lambda body: gzip.compress(body, 1)}
UNPACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "identity": lambda body: body,
    "lz4": lz4.frame.decompress,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
}


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m deploy.servers.clickhouse_http", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the engine; one process at a time")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--certificate", help="PEM; serves https")
    parser.add_argument("--key", help="PEM, of the certificate")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when whoever started it is gone")
    asked = parser.parse_args()
    if asked.until_stdin_closes:
        threading.Thread(target=_watch, daemon=True).start()
    serve(asked.data, asked.port, asked.certificate, asked.key, os.environ.get(PASSWORD_VARIABLE, ""))


def _watch() -> None:
    with suppress(OSError, ValueError):
        sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def serve(folder: Path, port: int, certificate: str | None, key: str | None, password: str) -> None:
    """Open the engine, print the address, answer until told to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = Engine(folder)
    expected = base64.b64encode(f"{USER}:{password}".encode()).decode() if password else ""
    config = uvicorn.Config(
        application(engine, expected),
        ssl_certfile=certificate,
        ssl_keyfile=key,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=STOP_S // 2,
    )
    # uvicorn's own socket delays small answers by 40 ms: it does not say that it is TCP, so asyncio leaves Nagle on.
    listening = socket.create_server((HOST, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: None)  # uvicorn raises it again once it has stopped; the engine is yet to close
    print(f"{'https' if certificate else 'http'}://{HOST}:{listening.getsockname()[1]}", flush=True)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        engine.close()


if __name__ == "__main__":
    main()
