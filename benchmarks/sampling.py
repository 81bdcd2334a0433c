"""Where a process spends its processor time, by sampling: what each thread has used since the last look is put down to
the functions that it stands in. No dependency, and cheap enough to leave on in a load.

Source: /proc/PID/task/TID/schedstat of Linux, nanoseconds on a processor. Threads of C libraries alone are not seen.
"""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

EVERY_S = 0.02
"""Fifty looks a second at some fifty threads cost a few percent of a core."""
SHOWN = 40


@contextmanager
def sampled(path: Path) -> Iterator[None]:
    """Writes to `path`, at the end of the block, the dearest functions: alone, and with all they call."""
    end = threading.Event()
    alone, inclusive = Counter[str](), Counter[str]()
    thread = threading.Thread(target=_sample, args=(end, alone, inclusive), daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        path.write_text(f"# alone, ms of processor\n{_table(alone)}\n# with what they call\n{_table(inclusive)}\n")


def _sample(end: threading.Event, alone: Counter[str], inclusive: Counter[str]) -> None:
    spent: dict[int, int] = {}
    me = threading.get_ident()
    while not end.wait(EVERY_S):
        frames = sys._current_frames()
        for thread in threading.enumerate():
            frame = frames.get(ident := thread.ident or 0)
            if ident == me or frame is None:
                continue
            try:
                now = int(Path(f"/proc/self/task/{thread.native_id}/schedstat").read_bytes().split()[0])
            except OSError:  # it has just ended
                continue
            used, spent[ident] = now - spent.get(ident, now), now
            if used:
                names = _names(frame)
                alone[names[0]] += used
                for name in set(names):
                    inclusive[name] += used


def _names(frame: FrameType | None) -> list[str]:
    names = []
    while frame is not None:
        code = frame.f_code
        names.append(f"{'/'.join(Path(code.co_filename).parts[-3:])}:{code.co_qualname}")
        frame = frame.f_back
    return names


def _table(spent: Counter[str]) -> str:
    return "\n".join(f"{nanoseconds / 1e6:10.0f} {name}" for name, nanoseconds in spent.most_common(SHOWN))
