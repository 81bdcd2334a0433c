"""Wires between servers and those who use them, which can be slow, silent or cut: proxies of TCP on loopback.

A silent wire is a partition as a client meets it: connections stand, new ones are taken, and nothing comes through
until it is mended; then all of it does, in order, as TCP would have it. A cut one resets what stands and whoever calls.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

CHUNK = 64 * 1024
"""Bytes that pass at once; a slow wire holds each for its delay, so it is narrow as well."""


class Wire:
    """Leads from a port of its own to one on this machine. What it does is set from any thread."""

    def __init__(self, target: int, loop: asyncio.AbstractEventLoop, tls: ssl.SSLContext | None = None) -> None:
        self._target = target
        self._tls = tls
        self._loop = loop
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_cut = False
        self._delay_s = 0.0
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> asyncio.Server:
        """Listen; `port` is known from then on."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def silence(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._loop.call_soon_threadsafe(self._passes.clear)

    def slow(self, delay_s: float) -> None:
        """What comes through comes so much later, each way."""
        self._delay_s = delay_s

    def cut(self) -> None:
        """Whoever is connected, and whoever connects, is refused."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._drop)

    def mend(self) -> None:
        """As if nothing had been."""
        self._is_cut, self._delay_s = False, 0.0
        self._loop.call_soon_threadsafe(self._passes.set)

    def _drop(self) -> None:
        for end in tuple(self._ends):
            end.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = {writer}
        self._ends |= ends
        try:
            await self._passes.wait()
            if self._is_cut:
                return
            onward, there = await asyncio.open_connection("127.0.0.1", self._target)
            ends.add(there)
            self._ends.add(there)
            await asyncio.gather(self._pump(reader, there), self._pump(onward, writer))
        except OSError:
            return  # one side has gone, so the other goes too
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort() if self._is_cut else end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            await self._passes.wait()
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            if writer.can_write_eof():  # TLS has no half of an end
                writer.write_eof()


@contextmanager
def wiring(tls: ssl.SSLContext | None = None) -> Iterator[Callable[[int], Wire]]:
    """Gives what lays a wire to a port; all of them go at the end. With `tls` their near end speaks it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wires", daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []

    def lay(target: int) -> Wire:
        wire = Wire(target, loop, tls)
        servers.append(asyncio.run_coroutine_threadsafe(wire.open(), loop).result())
        return wire

    try:
        yield lay
    finally:
        asyncio.run_coroutine_threadsafe(_end(servers), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
