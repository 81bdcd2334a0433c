"""What must be true of cases, acts and people: what nobody may suffer from whatever breaks."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from adjudication import codec, ledger
from adjudication.errors import TarazyError
from adjudication.messages import ActIssued, CaseDecided, PaymentReceived, PossessorNamed
from adjudication.protocol import Act
from adjudication.standing import Standing
from adjudication.states import TERMINAL, TRANSITIONS
from ingest.frame import decode_record
from ingest.signatures import is_signed
from ingest.topics import ACTS, CASE_EVENTS, DECISIONS, RECHECKS
from integrations.seal import open_evidence
from tests.simulation.remains import Offenders, Remains


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


def nobody_is_fined_twice_for_one_act(r: Remains) -> Offenders:
    """Where a possessor's act was formed, the owner's case has ended and no act of it stands."""
    owners = {row["case_id"]: row["state"] for row in r.tables["cases"]}
    standing = {row["case_id"] for row in r.tables["acts"] if row["voided_us"] is None}
    for one in _decisions(r):
        if one.checked.possessor is not None:
            before = one.checked.possessor.owners_case
            if owners[before] != "TERMINATED" or before in standing:
                yield f"case {one.case_id} beside {before}"


def each_release_goes_on_once(r: Remains) -> Offenders:
    """A possessor who was established has one case, and nobody else has it for the same act."""
    named = {one.message.possessor for one in r.of(RECHECKS.name) if isinstance(one.message, PossessorNamed)}
    decided = {one.case_id for one in _decisions(r)}
    yield from (f"no case against the possessor of {one.owners_case}" for one in named if one.case_id not in decided)
    times = Counter(one.owners_case for one in named)
    yield from (f"case {owners} goes on {count} times" for owners, count in times.items() if count > 1)


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
        taken = [media.sha256 for record in records for media in record.header.media]
        if len(records) != (1 if act.section is None else 2) or pictures != taken:
            yield f"act {act.number} shows other pictures than its records"
        for record in records:
            if not is_signed(record.signed, record.signature, [r.device_keys[record.header.device_id]]):
                yield f"act {act.number}: a record is not signed"


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
    """A notice reaches a person once a channel, of an act that stood when it was sent; what was sent is not unsent.

    Where a crash hides whether it was, nobody says it was not: only that nobody proved it.
    """
    numbers = {row["number"]: row for row in r.tables["acts"]}
    for (number, channel), times in Counter(r.letters).items():
        if times > 1 or number not in numbers:
            yield f"act {number} came {times} times by {channel}"
        elif numbers[number]["void_reason"] in {"SUPERSEDED_UNSENT", "SEND_TERM_LAPSED"}:
            yield f"act {number} was sent by {channel} and is void as unsent"
    yield from (f"act {one.act_number} by {one.channel}, void" for one in r.sendings if not one.stood)


def payments_count_once(r: Remains) -> Offenders:
    """Each receipt is one row and one event, a case's account is the sum of its receipts, and of an act that does not
    stand all of it is due back."""
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
        standing = None if case["standing"] is None else codec.decode(case["standing"], Standing)
        counted = 0 if standing is None else standing.paid_tiyn
        if counted != paid[case["case_id"]]:
            yield f"case {case['case_id']}: {paid[case['case_id']]} tiyn came, {counted} count"
        if standing is not None and standing.state == "TERMINATED" and standing.refund_tiyn != counted:
            yield f"case {case['case_id']}: {counted} tiyn came for an act that does not stand"


def _decisions(r: Remains) -> Iterator[CaseDecided]:
    return (stood.message for stood in r.of(DECISIONS.name) if isinstance(stood.message, CaseDecided))


def _acts(r: Remains) -> Iterator[ActIssued]:
    return (stood.message for stood in r.of(ACTS.name) if isinstance(stood.message, ActIssued))
