"""What must be true of everything that a cluster stored, once it has come to rest.

What a simulated day is asked (tests/simulation/invariants.py) is asked of real servers in the same words, as far as it
needs no journal of the ports; beside it, each act's pack is verified, and the register compared with the topics.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from psycopg.rows import dict_row

from adjudication import codec
from adjudication.messages import AnyMessage
from benchmarks.cluster import Cluster
from ingest import deadletter, frame
from ingest.frame import Frame
from ingest.topics import ACTS, CASE_EVENTS, DECISIONS, OUTCOMES, ROAD, STAGES, dead
from integrations.pipeline import Centre
from integrations.register.rows import COLUMNS, TABLE_OF
from integrations.simulators.population import Population
from tests.faults.centres import look
from tests.simulation import invariants
from tests.simulation.remains import ALWAYS, TABLES, DeadLetter, Remains, Stood

if TYPE_CHECKING:
    from tests.simulation.stores import MemoryEvidence

ASKED: tuple[invariants.Invariant, ...] = (
    invariants.everything_comes_to_rest,
    invariants.no_process_fails_by_itself,
    invariants.nothing_is_laid_aside,
    invariants.accepted_events_are_accounted_for,
    invariants.each_id_has_one_content,
    invariants.each_cause_has_one_id,
    invariants.each_decision_is_in_the_casebook,
    invariants.no_case_is_forgotten,
    invariants.histories_follow_the_law,
    invariants.no_case_has_two_acts,
    invariants.numbers_have_no_gap,
    invariants.acts_have_their_evidence,
    invariants.log_is_the_acts_in_order,
    invariants.notices_are_of_acts_that_stand,
)
"""The others compare with a journal of what each port did, which no real server keeps."""
REGISTERED = {
    "decisions": "id, message",
    "acts": "id, message",
    "case_events": "id, message",
    "outcomes": "id, outcome",
}
"""What of a table's rows is compared with the topics."""


def remains(
    cluster: Cluster, centre: Centre, population: Population, accepted: Mapping[str, Frame], bugs: Sequence[str]
) -> Remains:
    """Everything stored, read once: topics by a reader of committed records, tables by SQL."""
    return Remains(
        topics={topic.name: _stood(centre, topic.name) for topic in ROAD},
        dead=[letter for stage in STAGES for letter in _dead(centre, stage)],
        tables=cast("Mapping[str, Sequence[sqlite3.Row]]", _tables(cluster)),  # both are read by column name
        casebook=centre.casebook,
        evidence=cast("MemoryEvidence", centre.evidence),  # the invariants only open what is in it
        registered={},
        replayed={},
        units=(),
        sent=(),
        interrupted=(),
        sendings=(),
        letters=_letters(cluster, population),
        accepted=accepted,
        device_keys={each.device_id: each.keys[-1].public_key for each in centre.casebook.devices.every()},
        payments={},
        payments_known=frozenset(),
        committed={},
        lag=centre.stream.lag(),
        spooled=spooled(centre),
        now_us=centre.clock(),
        bugs=bugs,
    )


def offences(left: Remains, centre: Centre) -> dict[str, list[str]]:
    """Which rules do not hold, and what says so, in order."""
    asked: dict[str, Callable[[], Iterator[str]]] = {
        **{each.__name__: lambda each=each: each(left) for each in ASKED},  # type: ignore[misc]
        "register_equals_the_topics": lambda: _register_equals_the_topics(left, centre),
        "each_act_can_be_proven": lambda: _each_act_can_be_proven(left, centre),
    }
    found = {name: sorted(rule()) for name, rule in asked.items()}
    return {name: offenders for name, offenders in found.items() if offenders}


def repeated(left: Remains) -> dict[str, int]:
    """How many records of a topic say again what stands there already: lawful, for whoever reads collapses them by id;
    none where every unit was made exactly once, but for what the outbox published when it was killed."""
    found = {}
    for topic in (DECISIONS, ACTS, CASE_EVENTS, OUTCOMES):
        values = Counter(stood.record.value for stood in left.of(topic.name))
        if again := sum(values.values()) - len(values):
            found[topic.name] = again
    return found


def spooled(centre: Centre) -> int:
    """Events that the door laid down while the stream refused."""
    return len(list((centre.settings.data / "spool").glob("*.entry")))


def _register_equals_the_topics(left: Remains, centre: Centre) -> Iterator[str]:
    """The register holds of each id the one content that the topics have of it, no more and no less."""
    expected: dict[str, dict[str, str]] = defaultdict(dict)
    for topic in (DECISIONS, ACTS, CASE_EVENTS, OUTCOMES):
        for stood in left.of(topic.name):
            table = TABLE_OF.get(type(stood.message))
            if table in REGISTERED:
                ident, said = (_value(table, name, stood.message) for name in REGISTERED[table].split(", "))
                expected[table].setdefault(ident, said)
    for table, columns in REGISTERED.items():
        rows = centre.register.ask(f"SELECT {columns} FROM {table} FINAL")
        stands = Counter((_text(ident), _text(said)) for ident, said in rows)
        wanted = Counter(expected[table].items())
        yield from (f"{table} lacks {key[0]}" for key in wanted - stands)
        yield from (f"{table} has {key[0]} beyond the topics" for key in stands - wanted)


def _value(table: str, column: str, message: AnyMessage | Frame) -> str:
    return _text(next(each.value for each in COLUMNS[table] if each.name == column)(message))


def _text(value: object) -> str:
    """The same of what is in a message and of what the register's client makes of its columns."""
    return value.decode() if isinstance(value, bytes) else str(value)


def _each_act_can_be_proven(left: Remains, centre: Centre) -> Iterator[str]:
    """Each act's evidence opens, its pack verifies, its leaf is in the log, and the register knows its number."""
    found = look(centre, [each.event_id for each in left.accepted.values()])
    yield from (f"event {event} has no outcome in the register" for event in found.lost)
    yield from (f"act {number}: {', '.join(links)}" for number, links in found.broken.items())
    yield from (f"act {number} is not in the log" for number in found.unproven)
    if found.registered != found.numbers:
        yield f"the register has {len(found.registered)} acts, the casebook {len(found.numbers)}"
    if found.log_size != len(found.numbers):
        yield f"the log has {found.log_size} leaves, the casebook {len(found.numbers)} acts"
    if found.known_cases != len(found.cases):
        yield f"the casebook has {found.known_cases} cases, the register {len(found.cases)}"


def _stood(centre: Centre, topic: str) -> list[Stood]:
    decode: Callable[[bytes], AnyMessage | Frame] = frame.decode if topic == "frames.v1" else codec.decode_message
    return [Stood(record, decode(record.value)) for record in centre.stream.scan(topic, 0, ALWAYS)]


def _dead(centre: Centre, stage: str) -> Iterator[DeadLetter]:
    for record in centre.stream.scan(dead(stage).name, 0, ALWAYS):
        told = record.headers
        yield DeadLetter(stage, told[deadletter.REASON], told[deadletter.SOURCE], told[deadletter.DETAIL])


def _tables(cluster: Cluster) -> dict[str, list[dict[str, Any]]]:
    with cluster.postgres.connect(cluster.settings.casebook_url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        return {table: cursor.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def _letters(cluster: Cluster, population: Population) -> list[tuple[str, str]]:
    """Act number and channel of every notice that reached somebody."""
    return [
        (letter.act_number, letter.channel)
        for person in population.persons
        for letter in cluster.simulators.letters(person.number)
    ]
