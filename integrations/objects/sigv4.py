"""AWS Signature Version 4 for one request with a small body: how an S3 service knows who asks.

Source: AWS, "Signature Version 4 signing process", with its published examples as the test.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from adjudication.units import MICROS_PER_SECOND, Micros

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials of an S3 service. The secret never prints itself."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a signature holds."""

    region: str
    service: str = "s3"


def url_of(endpoint: str, path: str, query: dict[str, str]) -> str:
    """The address of a request as it is signed: path and query encoded, the query in the order of its names."""
    told = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items()))
    return f"{endpoint}{quote(path, safe='/-_.~')}" + (f"?{told}" if told else "")


def signed(
    method: str,
    url: str,
    body: bytes,
    *,
    keys: Keys,
    scope: Scope,
    now_us: Micros,
    headers: dict[str, str] | None = None,
) -> dict[str, str]:
    """The headers to send with a request to `url` (from `url_of`): `headers` and those of the signature, all signed."""
    parts = urlsplit(url)
    at = datetime.fromtimestamp(now_us / MICROS_PER_SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")
    body_sha256 = hashlib.sha256(body).hexdigest()
    sent = {"host": parts.netloc, "x-amz-content-sha256": body_sha256, "x-amz-date": at} | (headers or {})
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    canonical = "\n".join((method, parts.path, parts.query, lines, names, body_sha256))
    within = f"{at[:8]}/{scope.region}/{scope.service}/aws4_request"
    text = "\n".join((ALGORITHM, at, within, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = hmac.new(_key(keys, within), text.encode(), hashlib.sha256).hexdigest()
    credential = f"{keys.access_key_id}/{within}"
    told = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return sent | {"authorization": told}


def _key(keys: Keys, within: str) -> bytes:
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in within.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
