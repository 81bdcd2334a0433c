"""Masked copies on a shelf of their own, and links to them that open for some minutes.

Who reads a picture from the store itself spares the pages its bytes. Only copies can be linked to: the shelf knows
nothing outside its folder of the bucket, and takes nothing but what `vision.redact` made. Sealed evidence is never
linked to, though it would be ciphertext.
"""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError

from adjudication.errors import Invalid, Unavailable
from adjudication.units import Sha256
from integrations.objects.local import MISSING
from integrations.objects.lock_calls import Bucket
from integrations.objects.s3 import open_bucket
from integrations.objects.sigv4 import Keys
from vision.redact import MaskedCopy

FOLDER = "masked"
LONGEST = timedelta(minutes=15)
"""Long enough for a page and its pictures on a slow telephone; a link that is passed on is soon worth nothing."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """Masked copies by their own SHA-256, unlocked; a rule of the bucket removes them. `origin`: where links lead."""

    def __init__(self, bucket: Bucket, keys: Keys) -> None:
        self.origin = bucket.public or bucket.endpoint
        self._store = open_bucket(bucket, keys, FOLDER)
        self._seen = open_bucket(replace(bucket, endpoint=self.origin), keys, FOLDER)
        """The shelf as browsers see it: only signed for, never asked from here."""

    def put(self, copy: MaskedCopy) -> Sha256:
        """Lay a copy on the shelf and return its name. Raises Unavailable."""
        name = hashlib.sha256(copy.jpeg).hexdigest()
        try:
            obstore.put(self._store, _path(name), copy.jpeg, attributes={"Content-Type": "image/jpeg"}, mode="create")
        except AlreadyExistsError:
            return name
        except BaseError as error:
            raise Unavailable("evidence store") from error
        return name

    def link(self, name: Sha256, lasts: timedelta = LONGEST) -> str:
        """An address that anyone may read the copy at while it lasts.

        Raises:
            Invalid: `copy-missing`, no copy of that name lies here, whatever else does; `link-too-long`.
            Unavailable: the store cannot answer now.
        """
        if not timedelta(0) < lasts <= LONGEST:
            raise Invalid("link-too-long", f"a link to a copy lasts at most {LONGEST}")
        if not _SHA256.fullmatch(name):
            raise Invalid("copy-missing", "a copy is named by the SHA-256 of itself")
        try:
            obstore.head(self._store, _path(name))
            return obstore.sign(self._seen, "GET", _path(name), lasts)
        except MISSING as error:
            raise Invalid("copy-missing", f"no masked copy {name} lies on the shelf") from error
        except BaseError as error:
            raise Unavailable("evidence store") from error


def _path(name: Sha256) -> str:
    return f"{name}.jpg"
