"""One POST to a system of another body: within a deadline, with a bounded reply, to an address that may be used."""

import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as errors

MAX_REPLY_BYTES = 256 * 1024
"""The longest honest reply, a person with hundreds of penalties, is a tenth of this."""
CHUNK_BYTES = 16 * 1024
"""Read at once: a reply is one of these but for the longest."""
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

    Each thread has a pool of its own. Measured: with 32 threads on one, its bookkeeping of connections costs as much
    again as the requests. It follows no redirect and no proxy of the environment. urllib3, for a question takes half
    the processor time of httpx (0.35 against 0.69 ms), and a national load asks a thousand a second.
    """

    def __init__(self) -> None:
        self._own = threading.local()
        self._lock = threading.Lock()
        self._pools: list[urllib3.PoolManager] = []

    def post(self, url: str, content: bytes, *, until: float, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply to the JSON `content`, if all of it is here at `until` (time.monotonic, seconds).

        Raises:
            NoReply: `refused` (no connection), `timeout`, `cut` (the connection broke), `garbled` (a reply without end
                or in no encoding).
        """
        left_s = max(until - time.monotonic(), 0.001)
        sent = {"content-type": "application/json", **(headers or {})}
        try:
            response = self._pool().urlopen(
                "POST",
                url,
                body=content,
                headers=sent,
                timeout=urllib3.Timeout(left_s),
                redirect=False,
                preload_content=False,
            )
            with closing(response):  # read to its end, its connection has gone back already
                return Reply(response.status, _body(response, until))
        except errors.NewConnectionError as error:
            raise NoReply("refused", again=True) from error
        except errors.TimeoutError as error:
            raise NoReply("timeout", again=False) from error
        except errors.SSLError as error:
            raise NoReply("refused", again=True) from error
        except errors.DecodeError as error:
            raise NoReply("garbled", again=False) from error
        except (errors.HTTPError, OSError) as error:
            raise NoReply("cut", again=True) from error

    def close(self) -> None:
        """Give back all connections; nobody may be posting any more."""
        with self._lock:
            for pool in self._pools:
                pool.clear()

    def _pool(self) -> urllib3.PoolManager:
        pool: urllib3.PoolManager | None = getattr(self._own, "pool", None)
        if pool is None:
            pool = urllib3.PoolManager(retries=False, ssl_context=trusted())
            self._own.pool = pool
            with self._lock:
                self._pools.append(pool)
        return pool


@cache
def trusted() -> ssl.SSLContext:
    """The authorities this machine trusts, or those of SSL_CERT_FILE: 40 ms to read, so once a process."""
    return ssl.create_default_context()


def _body(response: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The body, while it keeps coming fast enough and is not endless."""
    body = bytearray()
    for chunk in response.stream(CHUNK_BYTES, decode_content=True):
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
