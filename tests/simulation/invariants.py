"""What must be true of everything stored once a day is over, whatever broke in it. Each is a function and a sentence.

An invariant gives the ids that offend it; none means that it holds. `INVARIANTS` is the list. The first half is about
the stores agreeing with each other, the second about what must not happen to a person.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from adjudication import codec, ids, ledger
from adjudication.errors import TarazyError
from adjudication.lifecycle import TERMINAL, TRANSITIONS, Standing
from adjudication.messages import (
    ActIssued,
    CaseDecided,
    PassageChecked,
    PassageClosed,
    PassageObserved,
    PaymentReceived,
    ReviewRecorded,
)
from adjudication.protocol import Act
from ingest.frame import Frame, decode_record
from ingest.signatures import is_signed
from ingest.topics import ACTS, CASE_EVENTS, CHECKED, CONFIRMED, DECISIONS, FRAMES, OUTCOMES, PASSAGES
from integrations.seal import open_evidence
from tests.simulation.remains import Remains

Offenders = Iterator[str]
Invariant = Callable[[Remains], Offenders]


# The road


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
                passage = stood.message.passage.passage_id
                causes[topic, passage, len(stood.message.rounds)].add(stood.message.checked_id)
    for row in r.tables["acts"]:
        causes["act", row["act_id"]].add(row["number"])
    yield from (f"{cause[0]} {cause[1]} has {len(named)} ids" for cause, named in causes.items() if len(named) > 1)


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
    for row in r.tables["outbox"]:
        if row["value"] == b"":
            continue  # emptied: its message is older than its topic
        key = (row["topic"], row["key"], hashlib.sha256(row["value"]).hexdigest())
        if not 1 <= published[key] <= 1 + excused[key]:
            yield f"outbox {row['seq']} {row['topic']} was published {published[key]} times"


# Cases, acts, people


def each_decision_is_in_the_casebook(r: Remains) -> Offenders:
    """Each case that was ever decided stands in the casebook."""
    known = {row["case_id"] for row in r.tables["cases"]}
    yield from {f"case {one.case_id}" for one in _decisions(r) if one.case_id not in known}


def no_case_is_forgotten(r: Remains) -> Offenders:
    """A case that has not ended has somebody or some time to move it on: a queue, a term, or a letter to be sent."""
    due = defaultdict(set)
    for row in r.tables["deadlines"]:
        due[row["case_id"]].add(row["code"])
    queued = {row["case_id"] for row in r.tables["review_queue"] if row["closed_us"] is None}
    for row in r.tables["cases"]:
        case_id, state = row["case_id"], row["state"]
        if state in TERMINAL or state in {"OVERDUE", "POST_PENDING", "UNDELIVERED"} or case_id in queued:
            continue  # POST_PENDING and UNDELIVERED are people's, with the counts of operations before them
        if state in {"NEW", "DECIDED", "SIGNED"} or not due[case_id] - {"CANDIDATE_EXPIRES"}:
            yield f"case {case_id} in {state}"
        elif state == "REVIEW":
            yield f"case {case_id} in REVIEW and in no queue"
        elif state == "WAITING" and "RECHECK" not in due[case_id]:
            yield f"case {case_id} waits for nothing"


def histories_follow_the_law(r: Remains) -> Offenders:
    """Each step of a case is one the law knows, begins where the last ended, and ends where the case stands."""
    lawful = {(state, transition.to) for (state, _), transition in TRANSITIONS.items()}
    stands: dict[str, str] = {}
    for row in sorted(r.tables["case_history"], key=lambda row: row["seq"]):
        before, after, case_id = row["from_state"], row["to_state"], row["case_id"]
        if before != stands.get(case_id, "NEW") or (before != after and (before, after) not in lawful):
            yield f"case {case_id}: {before} to {after} ({row['what']})"
        stands[case_id] = after
    yield from (
        f"case {row['case_id']} is {row['state']}"
        for row in r.tables["cases"]
        if stands.get(row["case_id"]) != row["state"]
    )


def no_case_has_two_acts(r: Remains) -> Offenders:
    """Of a case's acts one stands at most, and each other was void before the next was formed."""
    by_case = defaultdict(list)
    for row in sorted(r.tables["acts"], key=lambda row: row["leaf_index"]):
        by_case[row["case_id"]].append(row)
    for case_id, acts in by_case.items():
        if any(act["voided_us"] is None for act in acts[:-1]):
            yield f"case {case_id} has {len(acts)} acts"
    issued = {one.act.act_id: one for one in _acts(r)}
    yield from (f"act {one}" for one in issued.keys() - {row["act_id"] for row in r.tables["acts"]})
    yield from (f"act {row['act_id']} was not published" for row in r.tables["acts"] if row["act_id"] not in issued)


def numbers_have_no_gap(r: Remains) -> Offenders:
    """The numbers of a series are 1 to N, each given once; a void act keeps its own."""
    given: dict[str, list[int]] = defaultdict(list)
    for row in r.tables["acts"]:
        series, serial = row["number"].rsplit("-", 1)
        given[series].append(int(serial))
    last = {row["series"]: row["last"] for row in r.tables["serials"]}
    for series in given.keys() | last.keys():
        if sorted(given[series]) != list(range(1, last.get(series, 0) + 1)):
            yield f"series {series}: {sorted(given[series])} of {last.get(series)}"


def acts_have_their_evidence(r: Remains) -> Offenders:
    """Each act rests on sealed pieces that open, match their digests, and hold what the device signed."""
    for row in r.tables["acts"]:
        act = codec.decode(row["act"], Act)
        try:
            opened = [(ref.role, open_evidence(r.casebook, r.evidence, act.case_id, ref)) for ref in act.evidence]
        except TarazyError as error:
            yield f"act {act.number}: {error}"
            continue
        records = [decode_record(body) for role, body in opened if role == "record"]
        pictures = [hashlib.sha256(body).hexdigest() for role, body in opened if role != "record"]
        if len(records) != 1 or pictures != [media.sha256 for media in records[0].header.media]:
            yield f"act {act.number} shows other pictures than its record"
        elif not is_signed(records[0].signed, records[0].signature, [r.device_keys[records[0].header.device_id]]):
            yield f"act {act.number}: its record is not signed"


def log_is_the_acts_in_order(r: Remains) -> Offenders:
    """The log's leaves are the acts, in the order of their numbers, and the newest checkpoint speaks of all of them."""
    acts = sorted(r.tables["acts"], key=lambda row: row["leaf_index"])
    leaves = [
        ledger.act_leaf(row["nonce"], row["act_sha256"], hashlib.sha256(row["signature"]).hexdigest()) for row in acts
    ]
    stored = {row["place"]: bytes(row["hash"]) for row in r.tables["log_nodes"] if row["level"] == 0}
    yield from (
        f"leaf {at} is not act {acts[at]['number']}" for at, leaf in enumerate(leaves) if stored.get(at) != leaf
    )
    if len(stored) != len(acts):
        yield f"{len(stored)} leaves, {len(acts)} acts"
    checkpoints = sorted(r.tables["log_checkpoints"], key=lambda row: row["size"])
    if acts:
        newest, _, _ = ledger.parse_checkpoint(checkpoints[-1]["signed"])
        if (newest.size, newest.root) != (len(leaves), ledger.root(leaves)):
            yield f"the checkpoint of {newest.size} is not of these {len(leaves)} acts"


def notices_are_of_acts_that_stand(r: Remains) -> Offenders:
    """A notice reaches a person once a channel, of an act that stood when it was sent; what was sent is not unsent."""
    numbers = {row["number"]: row for row in r.tables["acts"]}
    for (number, channel), times in Counter(r.letters).items():
        if times > 1 or number not in numbers:
            yield f"act {number} came {times} times by {channel}"
        elif numbers[number]["void_reason"] in {"SUPERSEDED_UNSENT", "SEND_TERM_LAPSED"}:
            yield f"act {number} was sent by {channel} and is void as unsent"
    yield from (f"act {one.act_number} by {one.channel}, void" for one in r.sendings if not one.stood)


def payments_count_once(r: Remains) -> Offenders:
    """Each receipt is one row and one event, and a case's account is the sum of its receipts."""
    rows = {row["receipt"]: row for row in r.tables["payments"]}
    yield from (f"receipt {one} is lost" for one in r.payments_known - rows.keys())
    events = {
        one.message.receipt: one.message for one in r.of(CASE_EVENTS.name) if isinstance(one.message, PaymentReceived)
    }
    yield from (f"receipt {one} has no event" for one in rows.keys() - events.keys())
    paid: Counter[str] = Counter()
    for row in rows.values():
        paid[row["case_id"]] += row["tiyn"]
    for case in r.tables["cases"]:
        counted = 0 if case["standing"] is None else codec.decode(case["standing"], Standing).paid_tiyn
        if counted != paid[case["case_id"]]:
            yield f"case {case['case_id']}: {paid[case['case_id']]} tiyn came, {counted} count"


INVARIANTS: tuple[Invariant, ...] = (
    everything_comes_to_rest,
    no_process_fails_by_itself,
    nothing_is_laid_aside,
    accepted_events_are_accounted_for,
    each_id_has_one_content,
    each_cause_has_one_id,
    topics_hold_what_was_committed,
    offsets_agree_with_outputs,
    register_equals_a_replay,
    outbox_is_published_once,
    each_decision_is_in_the_casebook,
    no_case_is_forgotten,
    histories_follow_the_law,
    no_case_has_two_acts,
    numbers_have_no_gap,
    acts_have_their_evidence,
    log_is_the_acts_in_order,
    notices_are_of_acts_that_stand,
    payments_count_once,
)


def offences(r: Remains) -> dict[str, list[str]]:
    """Which invariants do not hold, and the ids that say so, in order."""
    found = {invariant.__name__: sorted(invariant(r)) for invariant in INVARIANTS}
    return {name: offenders for name, offenders in found.items() if offenders}


def _decisions(r: Remains) -> Iterator[CaseDecided]:
    return (stood.message for stood in r.of(DECISIONS.name) if isinstance(stood.message, CaseDecided))


def _acts(r: Remains) -> Iterator[ActIssued]:
    return (stood.message for stood in r.of(ACTS.name) if isinstance(stood.message, ActIssued))


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
