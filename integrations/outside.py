"""One POST to a system of another body: within a deadline, with a bounded reply, to an address that may be used."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
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
    """Nothing usable came back. `again`: another attempt at once may do better."""

    def __init__(self, reason: Literal["timeout", "refused", "garbled"], *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


def outside_client(connections: int) -> httpx.Client:
    """A client for at most `connections` at once; it follows no redirect and no proxy of the environment."""
    return httpx.Client(
        trust_env=False,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        headers={"content-type": "application/json"},
    )


def post(
    client: httpx.Client, url: str, content: bytes, *, until: float, headers: Mapping[str, str] | None = None
) -> Reply:
    """The reply to `content`, if all of it is here at `until` (time.monotonic, seconds).

    Raises:
        NoReply: `timeout`, `refused` (no connection, or cut off), `garbled` (endless, or not HTTP's encoding).
    """
    left_s = max(until - time.monotonic(), 0.001)
    try:
        with client.stream("POST", url, content=content, headers=headers, timeout=left_s) as response:
            return Reply(response.status_code, _body(response, until))
    except httpx.TimeoutException as error:
        raise NoReply("timeout", again=False) from error
    except httpx.DecodingError as error:
        raise NoReply("garbled", again=False) from error
    except httpx.HTTPError as error:
        raise NoReply("refused", again=True) from error


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
