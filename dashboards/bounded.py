"""How much a request to the pages may send, and how long it may take: nobody holds memory or a thread by dripping."""

import asyncio
from typing import NamedTuple

from fastapi import HTTPException  # Starlette's own is taken for a malformed form
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.access import ADMINISTRATOR


class Bound(NamedTuple):
    """Of one request's body."""

    max_bytes: int
    seconds: float


FORM = Bound(64 * 1024, 10.0)
"""The largest form is a verdict with a note of a thousand letters."""
UPLOADS = {"/verify": Bound(16 * 1024 * 1024 + 64 * 1024, 120.0), "/replay": Bound(1024 * 1024, 30.0)}
"""A pack of the size that page takes, and the form around it, over a slow line (140 kB/s); a candidate's files, of
which the law that is shipped is under a tenth."""


class Bounded:
    """An application whose requests are bounded; the administrator's routes bound their own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and stops it with 413 or 408 where it is too large or too slow."""
        if scope["type"] != "http" or scope["path"].startswith(ADMINISTRATOR):
            await self._app(scope, receive, send)
            return
        bound = UPLOADS.get(scope["path"], FORM)
        give_up, size, whole = asyncio.get_running_loop().time() + bound.seconds, 0, False

        async def bounded() -> Message:
            nonlocal size, whole
            if whole:  # what is waited for now is the end of the connection
                return await receive()
            try:
                async with asyncio.timeout_at(give_up):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            size += len(message.get("body", b""))
            if size > bound.max_bytes:
                raise HTTPException(413)
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, bounded, send)
