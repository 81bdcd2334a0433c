"""The register at many acts: people's questions (p50, p99), acts a second, in this process and over HTTP, bytes an act.

`python -m benchmarks.bench_register [--rows N] [--lookups N] [--json]`: fills a chDB folder with N synthetic acts of
one year (10 M unless told), asks, and asks again at half that, from which 100 M is projected; `python -m benchmarks
register` does a million. The acts are made by the engine from numbers: the text of one real act, with ids, digests,
signature, person and time of each its own, so that they pack as badly as real ones. Needs about 1.2 kB of disk an act.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from adjudication.messages import ActIssued
from benchmarks.acts_in_bulk import DAYS, FIRST_US, act_number, fill, issued, person_of
from deploy.servers import clickhouse
from integrations.keys import MasterKey
from integrations.register import migrations, questions, totals
from integrations.register.persons import person_keys
from integrations.register.rows import to_rows
from integrations.register.store import Address, Register, cluster, connected, embedded

ROWS = 10_000_000
"""A year of the whole country (brief: about eleven million prescriptions of cameras)."""
SMALL = 1_000_000
"""What the subject does when all subjects are run: half a minute."""
LARGE = 100_000_000
LOOKUPS = 1_000
"""A p99 of ten samples above it."""
COUNTS = 20
INGEST = 40_000
BATCH = 5_000
"""One poll of 32 MiB holds seven thousand acts."""
DAY_US = 86_400_000_000
HELD = "SELECT sum(bytes_on_disk), count() FROM system.parts WHERE active AND table IN ('acts', 'keys')"
READ = {"SelectedParts": "parts", "SelectedMarks": "granules", "CompressedReadBufferBytes": "bytes unpacked"}
"""The engine's own counters of what a look-up read; they do not depend on who else is at work on the machine."""
KEY = person_keys(MasterKey(bytes(32)))
Figures = dict[str, float]


def run(rows: int = SMALL, lookups: int = LOOKUPS) -> Figures:
    """Every figure of this subject."""
    half, whole = _at(rows // 2, lookups), _at(rows, lookups)
    projected = {f"at {LARGE:,} by projection: {name}": _projected(half, whole, name, rows) for name in PROJECTED}
    return {
        **{f"at {rows // 2:,}: {name}": value for name, value in half.items()},
        **{f"at {rows:,}: {name}": value for name, value in whole.items()},
        **projected,
        **_ingest(),
    }


PROJECTED = (
    "act by number, p99 ms",
    "acts of a person, p99 ms",
    "board tile, p99 ms",
    "form totals FINAL, p50 ms",
    "GiB",
)


def _projected(half: Figures, whole: Figures, name: str, rows: int) -> float:
    """A straight line through the two sizes; what got smaller is taken as staying."""
    slope = max(0.0, (whole[name] - half[name]) / (rows - rows // 2))
    return whole[name] + slope * (LARGE - rows)


def _at(rows: int, lookups: int) -> Figures:
    with _folder() as folder:
        register = embedded(folder)
        started = time.perf_counter()
        fill(register, rows)
        figures: Figures = {"filled by the engine, rows/s": rows / (time.perf_counter() - started)}
        figures |= _asked(register, rows, lookups)
        held = register.ask(HELD)
        figures |= {"bytes a row": held[0][0] / rows, "GiB": held[0][0] / 2**30, "parts": held[0][1]}
        register.close()
        return figures


def _asked(register: Register, rows: int, lookups: int) -> Figures:
    chosen = Random(rows)
    somebody = [chosen.randrange(rows) for _ in range(lookups)]
    last_us = FIRST_US + DAYS * DAY_US
    year = date(2026, 1, 1), date(2027, 2, 28)
    assert questions.act(register, act_number(somebody[0])) is not None
    assert questions.acts_of(register, person_of(somebody[0], rows))
    assert sum(total.acts for total in totals.form_totals(register, *year)) == rows
    return {
        **_looked_up(register, "act by number", [partial(questions.act, register, act_number(n)) for n in somebody]),
        **_looked_up(
            register, "acts of a person", [partial(questions.acts_of, register, person_of(n, rows)) for n in somebody]
        ),
        **_times("board tile", [lambda: totals.acts_tile(register, last_us - 7 * DAY_US, last_us)] * COUNTS),
        **_times("form totals FINAL", [lambda: totals.form_totals(register, *year)] * 5),
        **_times("district and month FINAL", [lambda: totals.offences_by_district(register, FIRST_US, last_us)] * 5),
    }


def _looked_up(register: Register, name: str, asks: Sequence[Callable[[], object]]) -> Figures:
    """As `_times`, and what one of them read."""
    before = _read(register)
    figures = _times(name, asks)
    after = _read(register)
    return figures | {f"{name}, {READ[event]}": (after[event] - before[event]) / len(asks) for event in READ}


def _read(register: Register) -> dict[str, int]:
    counted = {str(event): int(value) for event, value in register.ask("SELECT event, value FROM system.events")}
    return {event: counted[event] for event in READ}


def _times(name: str, asks: Iterable[Callable[[], object]]) -> Figures:
    """Median and p99 in milliseconds, and processor time of all threads; with few samples the p99 is their worst."""
    busy = time.process_time()
    taken = sorted(_seconds(ask) for ask in asks)
    busy = time.process_time() - busy
    return {
        f"{name}, CPU ms": 1000 * busy / len(taken),
        f"{name}, p50 ms": 1000 * taken[len(taken) // 2],
        f"{name}, p99 ms": 1000 * taken[min(len(taken) - 1, len(taken) * 99 // 100)],
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _ingest() -> Figures:
    """Acts a second into an empty register, by what is counted and by how it is reached."""
    acts = [issued(serial) for serial in range(INGEST)]
    batches = [acts[start : start + BATCH] for start in range(0, INGEST, BATCH)]
    _columns(batches)  # memory that was never touched costs more than the work
    figures = {"messages to columns, acts/s": INGEST / _seconds(lambda: _columns(batches))}
    with _folder() as folder:
        register = embedded(folder)
        figures |= _inserted("in this process", register, batches)
        register.close()
    with _folder() as folder, clickhouse.started(folder) as server:
        address = Address(server.url)
        client = connected(address, create=True)
        migrations.migrate(client, migrations.shipped(), rewrites=False)
        client.close()
        figures |= _inserted("over HTTP", cluster(address), batches)
    return figures


def _columns(batches: list[list[ActIssued]]) -> None:
    for batch in batches:
        to_rows(((act, act.leaf_index) for act in batch), KEY)


def _inserted(way: str, register: Register, batches: list[list[ActIssued]]) -> Figures:
    ready = [to_rows(((act, act.leaf_index) for act in batch), KEY) for batch in batches]

    def columns(token: str) -> None:
        for n, tables in enumerate(ready):
            for rows in tables:
                register.insert(rows, f"{token} {n}")

    def messages(token: str, batch: list[ActIssued]) -> None:
        for rows in to_rows(((act, act.leaf_index) for act in batch), KEY):
            register.insert(rows, f"{token} {batch[0].leaf_index}")

    def one_by_one() -> None:
        for batch in batches:
            messages("one", batch)

    def two_at_once() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda batch: messages("two", batch), batches))

    columns("first")  # the first insert after a start costs the engine 1.6 s
    return {
        f"{way}, columns, acts/s": INGEST / _seconds(lambda: columns("columns")),
        f"{way}, messages, acts/s": INGEST / _seconds(one_by_one),
        f"{way}, messages, two threads, acts/s": INGEST / _seconds(two_at_once),
    }


@contextmanager
def _folder() -> Iterator[Path]:
    """On a real disk: the default place for temporary files is memory on many machines."""
    Path("var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir="var", prefix="bench-register-") as folder:
        yield Path(folder)


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_register", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"acts; {ROWS:,} unless told")
    parser.add_argument("--lookups", type=int, default=LOOKUPS, help=f"acts and persons asked for; {LOOKUPS:,}")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    figures = run(asked.rows, asked.lookups)
    if asked.json:
        print(json.dumps({name: round(value, 3) for name, value in figures.items()}, indent=1))
    else:
        print("\n".join(f"{name:70} {value:>14,.5g}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
