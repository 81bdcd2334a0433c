"""The simulated registries and notice channels, as a process of their own that ends with this one."""

import subprocess
import sys
from types import TracebackType

from adjudication.errors import Unavailable


class Simulators:
    """`python -m integrations.simulators` between `with` and its end."""

    def __init__(self, seed: int, size: int) -> None:
        self._command = [sys.executable, "-m", "integrations.simulators", "--seed", str(seed), "--size", str(size)]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> "Simulators":
        """Raises Unavailable if the process ends instead of answering."""
        self._process = subprocess.Popen(  # noqa: S603 — our own module, by this interpreter
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise Unavailable("the simulated registries")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()  # its lifeline
            self._process.wait(timeout=20)
