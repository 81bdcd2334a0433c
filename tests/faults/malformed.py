"""Malformed requests: made from the door's own OpenAPI document and from frames that were good.

Everything follows from a seed. `broken` violates exactly one constraint of a schema; the result is then framed and
signed with an enrolled key, so that nothing but the violation can be the reason of its refusal.
"""

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.frame import MAGIC
from tests.ingest.cameras import ADMIN, CAMERA_KEY, HEADERS, OTHER_KEY, PICTURE, jpeg, signed
from tests.samples import CAPTURED_US

Schema = dict[str, Any]
Schemas = dict[str, Schema]
STRANGE = (None, True, -1, 0, 1.5, 1e300, 2**64, 10**400, "", "\0", "🚗" * 40, "a" * 2_000, [], {}, [[]], {"": {}})


@dataclass(frozen=True)
class Attempt:
    """One request. `kind` names what is wrong with it."""

    kind: str
    method: str = "POST"
    path: str = "/v1/events"
    query: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))


def attempts(schemas: Schemas, seed: int, count: int) -> Iterator[Attempt]:
    """So many malformed requests, of all kinds."""
    rng = random.Random(seed)
    kinds: tuple[Callable[[Schemas, random.Random], Attempt], ...] = (
        schema_violated,
        schema_violated,
        bytes_changed,
        bytes_changed,
        not_canonical,
        lengths_lie,
        made_up,
        well_formed_but_wrong,
        http_wrong,
        question_wrong,
        administrator_wrong,
    )
    for _ in range(count):
        yield rng.choice(kinds)(schemas, rng)


def schema_violated(schemas: Schemas, rng: random.Random) -> Attempt:
    """A header that breaks one constraint, framed and signed as it should be."""
    header = broken(json.loads(signed(1).signed[8:]), schemas["EventCaptured"], schemas, rng)
    return Attempt("schema", body=framed(canonical(header)))


def made_up(schemas: Schemas, rng: random.Random) -> Attempt:
    """A header made wholly from the schema: well formed, of a device nobody knows or with pictures that do not fit."""
    header = example(schemas["EventCaptured"], schemas, rng)
    if rng.random() < 0.5:
        header["media"] = json.loads(signed(1).signed[8:])["media"]
    return Attempt("made-up", body=framed(canonical(header)))


def well_formed_but_wrong(_: Schemas, rng: random.Random) -> Attempt:
    """A frame without a fault in its form: of another time, another device, another key, or of no picture."""
    day_us = 86_400_000_000
    pictures = (b"GIF89a", jpeg(60_000, 60_000), jpeg(marker=0xC9), jpeg(0, 1), PICTURE[:12], rng.randbytes(99))
    frame = rng.choice(
        (
            signed(1, pictures=(rng.choice(pictures),)),
            signed(1, captured_us=CAPTURED_US + rng.randrange(1, 900) * day_us),
            signed(1, captured_us=CAPTURED_US - rng.randrange(1, 900) * day_us),
            signed(1, captured_us=CAPTURED_US, clock_offset_us=-rng.randrange(200_000_000, day_us)),
            signed(1, device_id=f"cam-{rng.randrange(2, 99)}"),
            signed(1, key=OTHER_KEY),
        )
    )
    return Attempt("meaning", body=frame.encode())


def bytes_changed(_: Schemas, rng: random.Random) -> Attempt:
    """A good frame with bytes flipped, cut, doubled, swapped or taken from another."""
    good = bytearray(signed(rng.randrange(1, 9)).encode())
    at = rng.randrange(len(good))
    change = rng.randrange(6)
    if change == 0:
        good[at] ^= 1 << rng.randrange(8)
    elif change == 1:
        del good[at:]
    elif change == 2:
        good[at:at] = rng.randbytes(rng.randrange(1, 40))
    elif change == 3:
        del good[at : at + rng.randrange(1, 40)]
    elif change == 4:
        other = signed(20, lane=rng.randrange(2, 32)).encode()
        good = good[:at] + other[at:] if bytes(good[:at]) != other[:at] and bytes(good[at:]) != other[at:] else good[:9]
    else:
        good = bytearray(rng.randbytes(rng.randrange(200)))
    return Attempt("bytes", body=bytes(good))


def not_canonical(_: Schemas, rng: random.Random) -> Attempt:
    """The right header, written otherwise, or JSON that readers disagree on."""
    header = bytes(signed(1).signed[8:])
    fields = json.loads(header)
    text = rng.choice(
        (
            json.dumps(fields, sort_keys=True).encode(),
            json.dumps(dict(reversed(fields.items())), separators=(",", ":"), ensure_ascii=False).encode(),
            json.dumps(fields, sort_keys=True, separators=(",", ":")).encode(),
            header + b" ",
            b"\xef\xbb\xbf" + header,
            header.replace(b'"lane":1', b'"lane":1.0'),
            header.replace(b'"lane":1', b'"lane":1,"lane":1'),
            header.replace(b'"lane":1', b'"lane":01'),
            header.replace(b'"lane":1', b'"lane":NaN'),
            header.replace(b"to centre", b"to \\ud800centre"),
            header.replace(b"to centre", b"to \xff\xfe"),
            header.replace(b'"lane":1', b'"lane":' + b"[" * rng.randrange(1, 14_000)),
            header.replace(b'"lane":1', b'"x":' + b'{"x":' * 2_000 + b"1" + b"}" * 2_000 + b',"lane":1'),
            header[:-1],
            b"null",
            b"",
            header.decode().encode("utf-16"),
        )
    )
    return Attempt("json", body=framed(text))


def lengths_lie(_: Schemas, rng: random.Random) -> Attempt:
    """A good frame whose lengths speak of something else."""
    good = signed(1).encode()
    claimed = rng.choice((0, 1, 7, 2**31, 2**32 - 1, len(good), rng.randrange(2**16)))
    return Attempt("lengths", body=MAGIC + claimed.to_bytes(4, "big") + good[8:])


def http_wrong(_: Schemas, rng: random.Random) -> Attempt:
    """A good frame in a request that is wrong itself."""
    frame = signed(1).encode()
    types = ("", "application/json", "a" * 3_000)
    paths = ("/", "/v1", "/v1/events/", "/v1//events", "/v1/events/%00", "/..")
    lengths = ("-1", "1e3", "٣", "9" * 30, "x")
    return rng.choice(
        (
            Attempt("http", body=frame, headers={"content-type": rng.choice(types)}),
            Attempt("http", body=frame, headers={}),
            Attempt("http", method=rng.choice(("GET", "PUT", "DELETE", "PATCH", "HEAD", "TRACE")), body=frame),
            Attempt("http", path=rng.choice(paths), body=frame),
            Attempt("http", body=frame, headers=HEADERS | {"content-length": rng.choice(lengths)}),
            Attempt("http", body=b""),
        )
    )


def question_wrong(_: Schemas, rng: random.Random) -> Attempt:
    """A question about an event, unsigned or nonsense."""
    texts = ("", "x", "0" * 128, "-1", "9" * 25, "٣", "cam-1", "1775444401000000", "ff" * 64)
    headers = {name: rng.choice(texts) for name in ("tarazy-device", "tarazy-instant", "tarazy-signature")}
    headers["authorization"] = rng.choice(("", "Bearer", "Bearer ", f"Basic {ADMIN}", "Bearer \xff"))
    path = f"/v1/events/{rng.choice((signed(1).event_id, 'x', '0' * 32, 'a' * 5_000))}"
    return Attempt("question", "GET", path, f"sequence={rng.choice(texts)}", headers=headers)


def administrator_wrong(schemas: Schemas, rng: random.Random) -> Attempt:
    """An administrator's request that breaks one constraint; or a right one without the token."""
    routes = (("", "EnrolRequest"), ("/cam-1/state", "NewState"), ("/cam-1/keys", "NewKey"), ("/x/keys", "NewKey"))
    path, shape = rng.choice(routes)
    body = example(schemas[shape], schemas, rng)
    headers = {"authorization": f"Bearer {ADMIN}"}
    if rng.random() < 0.3:
        headers = {"authorization": "Bearer guess"}
    else:
        body = broken(body, schemas[shape], schemas, rng)
    return Attempt("administrator", path=f"/v1/admin/devices{path}", body=canonical(body), headers=headers)


def framed(header: bytes) -> bytes:
    """A frame round any header bytes, signed by the enrolled camera, with one good picture."""
    text = MAGIC + len(header).to_bytes(4, "big") + header
    return text + CAMERA_KEY.sign(text) + PICTURE


def canonical(value: object) -> bytes:
    """As adjudication.codec writes it, for any JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def broken(value: Any, schema: Schema, schemas: Schemas, rng: random.Random) -> Any:
    """A copy of a valid value that violates one constraint of the schema, at any depth."""
    spoiled = copy.deepcopy(value)
    schema = _resolved(schema, schemas, value)
    inner = [name for name in schema.get("properties", {}) if isinstance(value, dict) and value.get(name) is not None]
    if inner and rng.random() < 0.8:
        name = rng.choice(inner)
        spoiled[name] = broken(spoiled[name], schema["properties"][name], schemas, rng)
        return spoiled
    if isinstance(value, list) and value and rng.random() < 0.6:
        spoiled[0] = broken(spoiled[0], schema["items"], schemas, rng)
        return spoiled
    return rng.choice(list(_violations(spoiled, schema)))


def _violations(value: Any, schema: Schema) -> Iterator[Any]:
    """Values that the schema does not allow."""
    kind = {dict: "object", list: "array", str: "string", int: "integer"}.get(type(value), "other")
    yield from (strange for strange in STRANGE if not _is_of(strange, kind) and strange is not None)
    if kind == "object":
        yield {**value, "stranger": 1}
        yield from (
            {k: v for k, v in value.items() if k != name} for name in schema.get("required", ()) if name in value
        )
    if "maxItems" in schema:
        yield [value[0]] * (schema["maxItems"] + 1) if value else [{}]
    if schema.get("minItems"):
        yield []
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maxLength" in schema:
        yield "a" * (schema["maxLength"] + 1)
    if "pattern" in schema or "enum" in schema or "format" in schema:
        yield f"{value}\n"
        yield "'; --"


def _is_of(value: object, kind: str) -> bool:
    names = {dict: "object", list: "array", str: "string", int: "integer"}
    return names.get(type(value)) == kind


def _resolved(schema: Schema, schemas: Schemas, value: object = ...) -> Schema:
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if "anyOf" in schema:
        return _resolved(next(one for one in schema["anyOf"] if one != {"type": "null"}), schemas)
    return schema


def example(schema: Schema, schemas: Schemas, rng: random.Random) -> Any:
    """A valid value of the schema."""
    if "anyOf" in schema and rng.random() < 0.3 and {"type": "null"} in schema["anyOf"]:
        return None
    schema = _resolved(schema, schemas)
    kind = schema.get("type")
    if "enum" in schema or kind == "boolean":
        return rng.choice(schema.get("enum", [False, True]))
    if kind == "object":
        made = {name: example(inner, schemas, rng) for name, inner in schema["properties"].items()}
        defaults = {name: inner["default"] for name, inner in schema["properties"].items() if "default" in inner}
        return {name: value for name, value in made.items() if name not in defaults or value != defaults[name]}
    if kind == "array":
        return [example(schema["items"], schemas, rng) for _ in range(max(1, schema.get("minItems", 0)))]
    if kind == "integer":
        return rng.randint(schema.get("minimum", 0), schema.get("maximum", 10**6))
    return _text(schema, rng)


def _text(schema: Schema, rng: random.Random) -> str:
    if schema.get("format") == "date":
        return f"20{rng.randrange(10, 40)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}"
    digits = {r"^[0-9a-f]{64}$": 64, r"^[0-9a-f]{32}$": 32, r"^\d{6}$": 6}.get(schema.get("pattern", ""))
    if digits:
        return "".join(rng.choice("0123456789") for _ in range(digits))
    return "".join(rng.choice("abcXYZ019") for _ in range(rng.randint(1, min(12, schema.get("maxLength", 12)))))
