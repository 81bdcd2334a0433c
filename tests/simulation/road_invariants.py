"""What must be true of the road and its stores: nothing lost, doubled or torn, and all of them agreeing."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from adjudication import codec, ids
from adjudication.messages import (
    ActIssued,
    CaseDecided,
    PassageChecked,
    PassageClosed,
    PassageObserved,
    ReviewRecorded,
)
from adjudication.sections import latest_entry, run_of
from adjudication.units import MICROS_PER_SECOND
from ingest.frame import Frame
from ingest.topics import CHECKED, CONFIRMED, DECISIONS, FRAMES, OUTCOMES, PASSAGES
from integrations.sections import ENDS, End
from tests.simulation.remains import Offenders, Remains
from tests.simulation.world import SECTION, SECTION_ENDS_AT

TOGETHER_US = (FRAMES.retention_s - 120) * MICROS_PER_SECOND
"""How far apart two ends may have been remembered that surely knew of each other: clocks are corrected in between."""


def everything_comes_to_rest(r: Remains) -> Offenders:
    """When nothing breaks any more, everything is read, published and done: nothing waits but for people and terms."""
    yield from (f"{lag.group} has {lag.records} unread on {lag.topic}" for lag in r.lag if lag.records)
    yield from (f"outbox {row['seq']} {row['topic']}" for row in r.tables["outbox"] if row["sent_us"] is None)
    yield from (f"deadline {row['case_id']}" for row in r.tables["deadlines"] if row["due_us"] <= r.now_us)
    if r.spooled:
        yield f"{r.spooled} events in the spool"


def no_process_fails_by_itself(r: Remains) -> Offenders:
    """A process ends because it is killed, or because another took its place, and for no other reason."""
    yield from r.bugs


def nothing_is_laid_aside(r: Remains) -> Offenders:
    """What devices signed and stages wrote can be handled, however often and in whatever order it comes."""
    yield from (f"{one.stage} {one.source}: {one.reason}" for one in r.dead)


def accepted_events_are_accounted_for(r: Remains) -> Offenders:
    """Each event that got a receipt yields passages, and each passage ends: closed, decided, or laid aside."""
    by_content = defaultdict(set)
    for stood in r.of(FRAMES.name):
        if isinstance(stood.message, Frame):
            by_content[stood.message.content_id].add(str(stood.record.position))
    laid_aside = {one.source for one in r.dead}
    seen = {stood.message.passage_id for stood in r.of(PASSAGES.name) if isinstance(stood.message, PassageObserved)}
    closed = {stood.message.passage_id for stood in r.of(OUTCOMES.name) if isinstance(stood.message, PassageClosed)}
    decided = {one.checked.passage.passage_id for one in _decisions(r)}
    lost_on_the_way = {str(stood.record.position) for stood in r.of(PASSAGES.name)} & laid_aside
    for content in r.accepted:
        passage = ids.passage_id(content, 0)
        if content not in by_content:
            yield f"event {content} is not on the stream"
        elif passage not in seen and not by_content[content] & laid_aside:
            yield f"event {content} has no passage"
    if not lost_on_the_way:
        yield from (f"passage {one} has no outcome" for one in seen - closed - decided)


def each_id_has_one_content(r: Remains) -> Offenders:
    """Whatever bears an id says the same wherever it stands: on every topic and in the casebook."""
    contents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for topic in r.topics.values():
        for stood in topic:
            for kind, ident, content in _identified(stood.message):
                contents[kind, ident].add(content)
    for row in r.tables["acts"]:
        contents["act", row["act_id"]].add(row["act_sha256"])
        contents["act", row["act_id"]].add(hashlib.sha256(row["act"]).hexdigest())
    yield from (f"{kind} {ident} has {len(said)}" for (kind, ident), said in contents.items() if len(said) > 1)


def each_cause_has_one_id(r: Remains) -> Offenders:
    """The same cause bears the same id, in every run and on every try."""
    causes: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for one in _decisions(r):
        reviews = tuple(review.review_id for review in one.reviews)
        causes["decision", one.case_id, one.checked.checked_id, reviews].add(one.decision_id)
    for topic in (CHECKED.name, CONFIRMED.name):
        for stood in r.of(topic):
            if isinstance(stood.message, PassageChecked):
                passage, possessor = stood.message.passage.passage_id, stood.message.possessor
                against = None if possessor is None else possessor.case_id
                causes[topic, passage, len(stood.message.rounds), against].add(stood.message.checked_id)
    for row in r.tables["acts"]:
        causes["act", row["act_id"]].add(row["number"])
    yield from (f"{cause[0]} {cause[1]} has {len(named)} ids" for cause, named in causes.items() if len(named) > 1)


def drives_are_paired_once(r: Remains) -> Offenders:
    """A drive through a section that was too fast is one passage more; no exit ends two drives."""
    runs = Counter(
        one.message.event_id
        for one in r.of(PASSAGES.name)
        if isinstance(one.message, PassageObserved) and one.message.section and not one.message.supersedes
    )
    yield from (f"exit {event} ends {count} drives" for event, count in runs.items() if count > 1)
    remembered = _ends(r)
    for leaving, left_us in remembered:
        together = [one for one, at_us in remembered if abs(at_us - left_us) < TOGETHER_US]
        entry = latest_entry(together, SECTION, leaving)
        fast = entry and leaving.event.device_id == SECTION_ENDS_AT and run_of(SECTION, entry, leaving)
        if fast and not runs[leaving.event_id]:
            yield f"exit {leaving.event_id} ends no drive"


def _ends(r: Remains) -> list[tuple[PassageObserved, int]]:
    """Every passage that [sections] remembered for good, and when by the centre's clock."""
    entries = (entry for unit in r.units if unit.committed and unit.group == "sections" for entry in unit.entries)
    return [
        (codec.decode(entry.value, End).passage, entry.expires_us - FRAMES.retention_s * MICROS_PER_SECOND)
        for entry in entries
        if entry.window == ENDS
    ]


def topics_hold_what_was_committed(r: Remains) -> Offenders:
    """On the topics stands what committed units held and what was appended outside of units, no more and no less."""
    expected = Counter(_key(record) for unit in r.units if unit.committed for record in unit.records)
    expected += Counter(_key(record) for _, records in r.sent for record in records)
    expected = Counter({key: count for key, count in expected.items() if not key[0].endswith(".dead")})
    stand = Counter(
        (name, stood.record.key, hashlib.sha256(stood.record.value).hexdigest())
        for name, topic in r.topics.items()
        for stood in topic
    )
    yield from (f"{key[0]} lacks {key[2][:12]} of {key[1]}" for key in expected - stand)
    yield from (f"{key[0]} shows {key[2][:12]} of {key[1]}" for key in stand - expected)


def offsets_agree_with_outputs(r: Remains) -> Offenders:
    """A group goes on where its last committed unit said, and never past what stands."""
    last: dict[tuple[str, object], int] = {}
    for unit in r.units:
        if unit.committed:
            last.update({(unit.group, partition): offset for partition, offset in unit.offsets.items()})
    for group, places in r.committed.items():
        for partition, offset in places.items():
            if offset != last.get((group, partition), 0):
                yield f"{group} goes on at {offset} of {partition}, its last unit said {last.get((group, partition))}"


def register_equals_a_replay(r: Remains) -> Offenders:
    """The register holds of each id the row of its first position, exactly as a replay of the topics would write it."""
    for table, replayed in r.replayed.items():
        registered = r.registered[table]
        yield from (f"{table} lacks {key[-1]!s}" for key in replayed.keys() - registered.keys())
        yield from (f"{table} invents {key[-1]!s}" for key in registered.keys() - replayed.keys())
        both = replayed.keys() & registered.keys()
        yield from (f"{table} has another row of {key[-1]!s}" for key in both if replayed[key] != registered[key])


def outbox_is_published_once(r: Remains) -> Offenders:
    """What the casebook wrote is published once; once more only where publishing was cut off before it was marked."""
    excused = Counter(_key(record) for records in r.interrupted for record in records)
    published = Counter(_key(record) for who, records in r.sent if who == "outbox" for record in records)
    emptied = Counter((row["topic"], row["key"]) for row in r.tables["outbox"] if row["value"] == b"")
    written = Counter(
        (row["topic"], row["key"], hashlib.sha256(row["value"]).hexdigest())
        for row in r.tables["outbox"]
        if row["value"] != b""
    )
    for key, times in written.items():  # an act that is formed anew is asked for in the same words, by another cause
        if not times <= published[key] <= times + excused[key] + emptied[key[:2]]:
            yield f"outbox {key[0]} {key[2][:12]} of {key[1]} was published {published[key]} times for {times}"


def _decisions(r: Remains) -> Iterator[CaseDecided]:
    return (stood.message for stood in r.of(DECISIONS.name) if isinstance(stood.message, CaseDecided))


def _key(record: object) -> tuple[str, str, str]:
    return (record.topic, record.key, hashlib.sha256(record.value).hexdigest())  # type: ignore[attr-defined]


def _identified(message: object) -> Iterator[tuple[str, str, str]]:
    """Kind, id and content of a message."""
    match message:
        case PassageObserved():
            yield "passage", message.passage_id, codec.digest(message)
        case PassageChecked():
            yield "checked", message.checked_id, codec.digest(message)
        case CaseDecided():
            yield "decision", message.decision_id, codec.digest(message)
            yield from _identified(message.checked)
        case ReviewRecorded():
            yield "review", message.review_id, codec.digest(message)
        case PassageClosed():
            yield "closed", message.passage_id, codec.digest(message)
        case ActIssued():
            yield "act", message.act.act_id, message.act_sha256
            yield "issued", message.act.act_id, codec.digest(message)
