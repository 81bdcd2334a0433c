"""A request's body, read no further and waited for no longer than it may be."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from adjudication.errors import Invalid


async def body_of(request: Request, max_bytes: int, seconds: float, too_large: str = "body-too-large") -> bytes:
    """The whole body.

    Raises:
        Invalid: `too_large`; `body-too-slow` where it was not there in time or never came.
    """
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > max_bytes:
                    raise Invalid(too_large, f"more than {max_bytes} bytes")
                chunks.append(chunk)
    except (TimeoutError, ClientDisconnect) as error:
        raise Invalid("body-too-slow", f"{size} bytes came in {seconds:g} s") from error
    return b"".join(chunks)
