"""Web faces in threads of this process: the embedded stores have one owner, so door and pages live beside them."""

import socket
import threading
from types import TracebackType

import uvicorn
from fastapi import FastAPI

from adjudication.errors import Unavailable

START_S = 20.0
"""Applications here open nothing slow; a start that takes longer has failed without saying so."""
BACKLOG = 2048
"""Connections waiting to be accepted: a burst of every camera of a small region at once."""


class Served:
    """One application on one address, between `start` and `stop`. Also a context manager."""

    def __init__(self, app: FastAPI, listener: socket.socket) -> None:
        """`listener` is an address that `listening` claimed."""
        self._socket = listener
        self.url = url_of(listener)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name=self.url, daemon=True)

    def start(self) -> "Served":
        """Returns when requests are answered.

        Raises:
            Unavailable: the application did not start.
        """
        self._thread.start()
        patience = threading.Event()
        for _ in range(round(START_S / 0.02)):
            if self._server.started:
                return self
            if not self._thread.is_alive():
                break
            patience.wait(0.02)
        raise Unavailable(f"the application at {self.url}")

    def stop(self) -> None:
        """Finish the requests under way, then let go of the address."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> "Served":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def listening(host: str, port: int) -> socket.socket:
    """Claims an address; port 0 takes any free one.

    Raises:
        Unavailable: the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sends at once only then
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Unavailable(f"address {host} port {port} ({error.strerror})") from error
    listener.listen(BACKLOG)
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
