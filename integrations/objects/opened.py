"""Which evidence store a setting means: a folder, or a bucket with the keys that lie in the data folder."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from adjudication.errors import Invalid
from ingest.clock import Clock
from ingest.evidence import EvidenceStore
from integrations.objects.local import directory
from integrations.objects.lock_calls import Bucket
from integrations.objects.s3 import S3Evidence
from integrations.objects.shelf import Shelf
from integrations.objects.sigv4 import Keys
from integrations.outside import checked_url

KNOWN = frozenset({"endpoint", "region", "public"})
"""What may stand behind the bucket's name."""
REGION = "us-east-1"
"""What services without regions expect to be signed for."""


def open_evidence_store(where: str, data: Path, clock: Clock) -> EvidenceStore:
    """The store of TARAZY_EVIDENCE: empty (`evidence/` in `data`), `file:PATH` or `s3://BUCKET?endpoint=URL`, and there
    `&region=NAME` and `&public=URL`, where browsers reach the service that the roles reach at `endpoint`.

    Raises:
        Invalid: `setting-wrong`, another form, or http:// to another machine; `key-malformed`, no keys in `keys/s3`;
            `evidence-unlockable`, a bucket without Object Lock.
        Unavailable: the service does not answer.
    """
    if not where.startswith("s3:"):
        if where and not where.startswith("file:"):
            raise _wrong("it must be file:PATH or s3://BUCKET?endpoint=URL")
        return directory(Path(where.removeprefix("file:")) if where else data / "evidence", clock)
    store = S3Evidence(bucket_of(where), read_keys(data / "keys" / "s3"), clock)
    store.check()
    return store


def open_shelf(where: str, data: Path) -> Shelf | None:
    """Where masked copies are linked to, beside the evidence in a bucket; a folder has none. Raises Invalid."""
    return Shelf(bucket_of(where), read_keys(data / "keys" / "s3")) if where.startswith("s3:") else None


def bucket_of(where: str) -> Bucket:
    """The bucket of an `s3:` address. Raises Invalid `setting-wrong`."""
    parts = urlsplit(where)
    told = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not parts.netloc or parts.path.strip("/") or not told.get("endpoint") or told.keys() - KNOWN:
        raise _wrong("it must be s3://BUCKET?endpoint=URL, and where needed &region=NAME and &public=URL")
    try:
        endpoint = checked_url(told["endpoint"]).rstrip("/")
        public = checked_url(told["public"]).rstrip("/") if told.get("public") else None
    except ValueError as error:
        raise _wrong(str(error)) from error
    return Bucket(parts.netloc, endpoint, told.get("region") or REGION, public)


def read_keys(path: Path) -> Keys:
    """Two lines: the access key's id, its secret. Raises Invalid `key-malformed`, without a word of what is in it."""
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("key-malformed", f"{path.name}: no readable file of the evidence store's keys") from error
    if len(lines) != 2:
        raise Invalid("key-malformed", f"{path.name}: it holds two lines, the access key's id and its secret")
    return Keys(*lines)


def _wrong(why: str) -> Invalid:
    return Invalid("setting-wrong", f"TARAZY_EVIDENCE: {why}")
