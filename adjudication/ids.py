"""An id is a hash of its cause: same cause, same id, on every machine and in every run.

`stable_id("case", event_id, plate, "592(1)")` hashes the kind and each part behind its length, so that no two lists of
parts share bytes. 128 bits: among 10¹² cases the chance that any two collide is below 10⁻¹⁴.
"""

import hashlib
import hmac

from adjudication.units import Id, Sha256

ID_BYTES = 16


def stable_id(kind: str, *parts: str | int) -> Id:
    """The id of the cause `parts`, in the name space `kind`: 32 lower-case hex digits."""
    digest = hashlib.sha256()
    for part in (kind, *parts):
        encoded = str(part).encode()
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return digest.hexdigest()[: 2 * ID_BYTES]


def event_id(device_id: str, sequence: int) -> Id:
    """One number of one device's sequence is one event, however often it is sent."""
    return stable_id("event", device_id, sequence)


def passage_id(content: Id, ordinal: int, supersedes: str = "") -> Id:
    """The `ordinal`-th vehicle of an event's content; a corrected plate is a new passage and names what it supersedes.

    `content` is `ingest.frame.Frame.content_id`, so that two contents under one number share no passage; where there is
    something to supersede, the event says enough.
    """
    return stable_id("passage", content, ordinal, supersedes)


def run_id(entry: Id, leaving: Id) -> Id:
    """A drive through a section, by what names its ends: their passages for the passage, their events for a case."""
    return stable_id("run", entry, leaving)


def checked_id(passage: Id, asked_round: int, *against: Id) -> Id:
    """A passage as answered by the registries the `asked_round`-th time (from 1).

    `against`: the case against a possessor it was asked for, whose answers are of another person than the owner's.
    """
    return stable_id("checked", passage, asked_round, *against)


def confirmed_id(checked: Id, reader: str) -> Id:
    """A checked passage as seen by the second reader `reader`: another content than `checked`, so another name."""
    return stable_id("confirmed", checked, reader)


def measured_case_id(event: Id, vehicle: str, part: str) -> Id:
    """An offence a device saw: one event, one vehicle (plate, or passage id if unread), one part of an article."""
    return stable_id("case", "measured", event, vehicle, part)


def register_case_id(person: str, vehicle: str, part: str, local_day: str) -> Id:
    """An offence found in registers: ten cameras on one day see one person's one uninsured car, and it is one case."""
    return stable_id("case", "register", person, vehicle, part, local_day)


def possessor_case_id(owners_case: Id, person: str) -> Id:
    """The case against whoever possessed the vehicle, in place of the one that its owner was released from."""
    return stable_id("case", "possessor", owners_case, person)


def decision_id(case: Id, checked: Id, reviews: tuple[Id, ...], law: Sha256, policy: Sha256) -> Id:
    """What was decided, from what was known, by which law."""
    return stable_id("decision", case, checked, "+".join(reviews), law, policy)


def keyed_pseudonym(secret: bytes, version: int, kind: str, value: str) -> str:
    """A stream key that names a vehicle or person without saying which: `v1-` and 32 hex digits of HMAC-SHA-256.

    Rotating `secret` splits the order of events, so it happens on drained topics only and raises `version`.
    """
    mac = hmac.new(secret, f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()
    return f"v{version}-{mac[: 2 * ID_BYTES]}"
