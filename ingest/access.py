"""Refused access: every attempt that a face refuses is counted, and told in the log.

A line names the face, the code, the status, the method and the route as it is written in the code: never an address, a
token, an id or anything else that was sent. Of one kind of attempt the log takes a line a second, which says how many
more there were, so that nobody fills a disk by knocking; the counter has them all.
"""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Literal

from starlette.requests import Request

Face = Literal["door", "pages", "administrator", "machines"]
"""Whose door was tried: devices', people's, the administrator's, or that of whatever watches the process."""
ADMINISTRATOR = "/v1/admin/"
MACHINES = ("/metrics", "/ready")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
"""Others are told as `other`: a method is what the sender says."""
LINE_EVERY_S = 1.0
"""Of one kind: enough to see an attempt begin and end, little enough that ten thousand a second fill no disk."""
LOG = logging.getLogger("tarazy.access")

Counted = Callable[[Face, str], None]


def uncounted(face: Face, code: str) -> None:
    """Counts nothing."""


class Refusals:
    """Where faces tell what they refused. Safe to call from many threads at once."""

    def __init__(self, count: Counted = uncounted, now_s: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._now_s = now_s
        self._turn = Lock()
        self._told: dict[tuple[Face, str, str], tuple[float, int]] = {}  # when a line was written; how many since

    def tell(self, request: Request, face: Face, code: str, status: int) -> None:
        """One attempt was refused. `code` is one of ours, never something that was sent."""
        face = face_of(request, face)
        self._count(face, code)
        route = _route(request)
        more = self._more((face, code, route))
        if more is not None:
            method = request.method if request.method in METHODS else "other"
            LOG.warning(
                "refused face=%s code=%s status=%d method=%s route=%s more=%d", face, code, status, method, route, more
            )

    def _more(self, kind: tuple[Face, str, str]) -> int | None:
        """How many of this kind were not told since the last line; None where it is too early for another."""
        with self._turn:
            now_s = self._now_s()
            at_s, since = self._told.get(kind, (-LINE_EVERY_S, 0))
            if now_s - at_s < LINE_EVERY_S:
                self._told[kind] = (at_s, since + 1)
                return None
            self._told[kind] = (now_s, 0)
            return since


def face_of(request: Request, face: Face) -> Face:
    """Whose routes the request tries, on an application that is `face` for the rest."""
    path = request.url.path
    if path.startswith(ADMINISTRATOR):
        return "administrator"
    return "machines" if path in MACHINES else face


def _route(request: Request) -> str:
    """The route's pattern, as `/a/{token}`; `-` where there is none."""
    return str(getattr(request.scope.get("route"), "path", "") or "-")
