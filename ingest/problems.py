"""Every refusal of the door, in one table: its stable code, its HTTP status, what it means and what the sender does.

A refusal travels as `application/problem+json`. Source: RFC 9457. ingest/doors/README.md shows the table to vendors,
the OpenAPI document lists the codes by status; tests hold both to this file.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

Then = Literal["drop", "again", "later", "repair"]
"""What the sender does with the event: `drop` it (it will never be taken), send it `again` at once, send it `later`
(Retry-After says when), or wait until a person has made the `repair` and send it then."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: `title` is the same for every occurrence, the occurrence's own words stand in `detail`."""

    code: str
    status: int
    title: str
    then: Then


REFUSALS = (
    Refusal("frame-malformed", 400, "The body is not a frame", "drop"),
    Refusal("message-malformed", 400, "The JSON does not have the form of its schema", "drop"),
    Refusal("not-canonical", 400, "The JSON is not in canonical form", "drop"),
    Refusal("length-malformed", 400, "Content-Length is not a number of bytes", "drop"),
    Refusal("not-authorised", 401, "This route needs a device's signature or an administrator's token", "repair"),
    Refusal("device-unknown", 403, "No such device is enrolled", "repair"),
    Refusal("device-suspended", 403, "The device is suspended", "repair"),
    Refusal("device-retired", 403, "The device is retired", "drop"),
    Refusal("key-not-valid", 403, "No key of the device was valid at the event's instant", "drop"),
    Refusal("signature-wrong", 403, "The signature is not the device's", "drop"),
    Refusal("not-found", 404, "There is nothing at this address", "drop"),
    Refusal("event-unknown", 404, "The device sent no such event, or it is forgotten", "drop"),
    Refusal("method-not-allowed", 405, "The address does not take this method", "drop"),
    Refusal("body-too-slow", 408, "The body did not arrive in time", "again"),
    Refusal("sequence-reused", 409, "The sequence number was used for another content", "drop"),
    Refusal("device-exists", 409, "A device of this id is enrolled already", "drop"),
    Refusal("frame-too-large", 413, "The frame is too large", "drop"),
    Refusal("header-too-large", 413, "The frame's header is too large", "drop"),
    Refusal("body-too-large", 413, "The JSON is too large", "drop"),
    Refusal("content-type-wrong", 415, "The body is of another content type", "drop"),
    Refusal("media-digest-wrong", 422, "A picture does not have the digest of its header", "drop"),
    Refusal("picture-not-jpeg", 422, "A picture is not a JPEG", "drop"),
    Refusal("picture-unsupported", 422, "A picture's JPEG coding is not read here", "drop"),
    Refusal("picture-too-large", 422, "A picture claims too many pixels", "drop"),
    Refusal("limit-malformed", 422, "The limit begins before one registered already, or ends before it begins", "drop"),
    Refusal("section-malformed", 422, "The section begins where it ends, or before one of its name", "drop"),
    Refusal("captured-in-future", 422, "The event's instant has not come yet", "repair"),
    Refusal("captured-too-long-ago", 422, "The event is too old to be acted on", "drop"),
    Refusal("device-rate", 429, "The device sends too many events", "later"),
    Refusal("internal", 500, "The centre made a mistake", "later"),
    Refusal("overloaded", 503, "The door holds as much as it can", "later"),
    Refusal("unavailable", 503, "A store of the centre does not answer now", "later"),
    Refusal("nowhere-to-keep", 507, "The stream is away and the door's spool is full", "later"),
)

BY_CODE: Mapping[str, Refusal] = {refusal.code: refusal for refusal in REFUSALS}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457's members and the stable `code`, which is also the last part of `type`."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""


def problem(code: str, detail: str = "", *, instance: str = "", retry_after_s: float | None = None) -> Response:
    """The response of a refusal; `retry_after_s` is rounded up to whole seconds, at least one."""
    refusal = BY_CODE[code]
    headers = {} if retry_after_s is None else {"Retry-After": str(max(1, math.ceil(retry_after_s)))}
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = Problem(
        type=f"urn:tarazy:problem:{code}",
        title=refusal.title,
        status=refusal.status,
        code=code,
        detail=detail,
        instance=instance,
    )
    return Response(msgspec.json.encode(body), refusal.status, headers, MEDIA_TYPE)
