"""One POST to a system of another body: within a deadline, with a bounded reply, to an address that may be used."""

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

import httpx

MAX_REPLY_BYTES = 256 * 1024
"""The longest honest reply, a person with hundreds of penalties, is a tenth of this."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    body: bytes


class NoReply(Exception):
    """Nothing usable came back. `again`: another attempt at once may do better.

    Only `refused` says for sure that the other side did nothing.
    """

    def __init__(self, reason: Literal["refused", "timeout", "cut", "garbled"], *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Outside:
    """Posts to systems of other bodies; safe to use from several threads. Close it when done.

    Each thread has a client of its own. Measured: with 32 threads on one client, its bookkeeping of connections costs
    as much again as the requests. It follows no redirect and no proxy of the environment.
    """

    def __init__(self) -> None:
        self._own = threading.local()
        self._lock = threading.Lock()
        self._clients: list[httpx.Client] = []

    def post(self, url: str, content: bytes, *, until: float, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply to the JSON `content`, if all of it is here at `until` (time.monotonic, seconds).

        Raises:
            NoReply: `refused` (no connection), `timeout`, `cut` (the connection broke), `garbled` (a reply without end
                or in no encoding).
        """
        left_s = max(until - time.monotonic(), 0.001)
        try:
            with self._client().stream("POST", url, content=content, headers=headers, timeout=left_s) as response:
                return Reply(response.status_code, _body(response, until))
        except httpx.TimeoutException as error:
            raise NoReply("timeout", again=False) from error
        except httpx.DecodingError as error:
            raise NoReply("garbled", again=False) from error
        except httpx.ConnectError as error:
            raise NoReply("refused", again=True) from error
        except httpx.HTTPError as error:
            raise NoReply("cut", again=True) from error

    def close(self) -> None:
        """Give back all connections; nobody may be posting any more."""
        with self._lock:
            for client in self._clients:
                client.close()

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._own, "client", None)
        if client is None:
            client = httpx.Client(trust_env=False, verify=_tls(), headers={"content-type": "application/json"})
            self._own.client = client
            with self._lock:
                self._clients.append(client)
        return client


@cache
def _tls() -> ssl.SSLContext:
    """The certificates this machine trusts: 40 ms to read, so once a process and not once a thread."""
    return httpx.create_ssl_context()


def _body(response: httpx.Response, until: float) -> bytes:
    """The body, while it keeps coming fast enough and is not endless."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if time.monotonic() >= until:
            raise NoReply("timeout", again=False)
        if len(body) > MAX_REPLY_BYTES:
            raise NoReply("garbled", again=False)
    return bytes(body)


def checked_url(url: str) -> str:
    """`url`, if names and plates may travel to it: TLS, or this machine. Raises ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise ValueError("the address of an outside system must be https://, or http:// on loopback")
