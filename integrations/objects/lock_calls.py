"""What obstore does not speak of S3: versions of an object, its retention and its legal hold.

A bucket with Object Lock keeps versions. Deleting an object there only hides it behind a marker; what is to go, and
what is to stay, is always said of a version.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import httpx

from adjudication.calendar import end_of_day_us
from adjudication.errors import Unavailable
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock
from integrations.objects.sigv4 import Keys, Scope, signed, url_of
from integrations.outside import trusted

TIMEOUT_S = 10.0
"""These requests carry a few hundred bytes: ten times what a slow service needs, and short of a stage's patience."""
THROTTLED = 429
SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Bucket:
    """Which bucket of which service. `endpoint` has no slash at its end; the bucket stands in the path.

    `public` is where browsers reach the same service, if not at `endpoint`.
    """

    name: str
    endpoint: str
    region: str
    public: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object; a `marker` hides those before it and has no bytes."""

    version_id: str
    marker: bool


class LockCalls:
    """Signed requests about one bucket; safe to use from several threads. Every call raises Unavailable."""

    def __init__(self, bucket: Bucket, keys: Keys, clock: Clock) -> None:
        self._bucket = bucket
        self._keys = keys
        self._clock = clock
        self._client = httpx.Client(verify=trusted(), trust_env=False, timeout=TIMEOUT_S)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def can_lock(self) -> bool:
        """Whether the bucket is there and has Object Lock."""
        answer = self._call("GET", "", {"object-lock": ""})
        return answer.is_success and _text(answer, "ObjectLockEnabled") == "Enabled"

    def versions(self, path: str) -> tuple[Version, ...]:
        """Every version at this path, the newest first; of more than 1,000, which nothing of ours makes, the newest."""
        answer = self._expected(self._call("GET", "", {"versions": "", "prefix": path}))
        kinds = {"Version": False, "DeleteMarker": True}
        return tuple(
            Version(_child(entry, "VersionId"), kinds[_name(entry)])
            for entry in _tree(answer)
            if _name(entry) in kinds and _child(entry, "Key") == path
        )

    def delete(self, path: str, version_id: str) -> bool:
        """Remove a version for good; False where the service refuses because it is locked or on hold."""
        answer = self._call("DELETE", path, {"versionId": version_id})
        if answer.status_code == httpx.codes.FORBIDDEN and self._is_kept(path, version_id):
            return False
        self._expected(answer)
        return True

    def retain(self, path: str, version_id: str, until_on: date) -> None:
        """Lock a version in compliance mode to the end of that civil day, unless it is locked for longer."""
        until = _end(until_on)
        mode, day = "<Mode>COMPLIANCE</Mode>", f"<RetainUntilDate>{until}</RetainUntilDate>"
        answer = self._put(path, {"retention": "", "versionId": version_id}, "Retention", mode + day)
        if answer.status_code == httpx.codes.FORBIDDEN and (self._retained_until(path, version_id) or "") >= until:
            return
        self._expected(answer)

    def hold(self, path: str, version_id: str, *, on: bool) -> None:
        """Put a version on legal hold, or end that."""
        status = f"<Status>{'ON' if on else 'OFF'}</Status>"
        self._expected(self._put(path, {"legal-hold": "", "versionId": version_id}, "LegalHold", status))

    def _is_kept(self, path: str, version_id: str) -> bool:
        held = self._call("GET", path, {"legal-hold": "", "versionId": version_id})
        on_hold = held.is_success and _text(held, "Status") == "ON"
        return on_hold or self._retained_until(path, version_id) is not None

    def _retained_until(self, path: str, version_id: str) -> str | None:
        """As `YYYY-MM-DDTHH:MM:SS`, of UTC; texts of this form compare as instants do."""
        answer = self._call("GET", path, {"retention": "", "versionId": version_id})
        return _text(answer, "RetainUntilDate")[:19] if answer.is_success else None

    def _put(self, path: str, query: dict[str, str], root: str, inside: str) -> httpx.Response:
        body = f'<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</{root}>'.encode()
        # Services want a digest of what changes a lock; older ones know MD5 alone.
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        return self._call("PUT", path, query, body, {"content-md5": md5, "content-type": "application/xml"})

    def _call(
        self, method: str, path: str, query: dict[str, str], body: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        where = f"/{self._bucket.name}/{path}" if path else f"/{self._bucket.name}"
        url = url_of(self._bucket.endpoint, where, query)
        scope, now_us = Scope(self._bucket.region), self._clock()
        sent = signed(method, url, body, keys=self._keys, scope=scope, now_us=now_us, headers=headers)
        try:
            answer = self._client.request(method, url, content=body, headers=sent)
        except httpx.HTTPError as error:
            raise Unavailable("evidence store") from error
        if answer.status_code == THROTTLED or answer.status_code >= SERVER_FAULT:
            raise Unavailable("evidence store")
        return answer

    @staticmethod
    def _expected(answer: httpx.Response) -> httpx.Response:
        """A refusal here is a key without the right, a bucket that is gone: operations mend it, the record waits."""
        if not answer.is_success:
            raise Unavailable("evidence store")
        return answer


def _end(day: date) -> str:
    return datetime.fromtimestamp(end_of_day_us(day) / MICROS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tree(answer: httpx.Response) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(answer.content)  # noqa: S314 - our own store's answer; expat bounds its entities
    except ElementTree.ParseError as error:
        raise Unavailable("evidence store") from error


def _text(answer: httpx.Response, name: str) -> str:
    return next((entry.text or "" for entry in _tree(answer).iter() if _name(entry) == name), "")


def _child(entry: ElementTree.Element, name: str) -> str:
    return next((child.text or "" for child in entry if _name(child) == name), "")


def _name(entry: ElementTree.Element) -> str:
    return entry.tag.rpartition("}")[2]
