"""One encoding: what is decoded is what was encoded, to the byte, and what is not understood is said clearly."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication import answers, codec, facts, messages, protocol
from adjudication.errors import Invalid, UnknownVersion
from adjudication.facts import Fact, LoadMeasurement
from adjudication.messages import AnyMessage, CaseDecided, PassageClosed
from tests import samples

KINDS = get_args(AnyMessage)
BY_NAME = {kind.__struct_config__.tag: kind for kind in KINDS}


def strategy(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy from a type of the vocabulary, by msgspec's own view of it; nested tuples are kept short."""
    return _of(msgspec.inspect.type_info(kind))


def _of(info: Any) -> st.SearchStrategy[Any]:
    if not isinstance(info, msgspec.inspect.StructType):
        return MAKERS[type(info)](info)
    if info.cls not in STRUCTS:
        STRUCTS[info.cls] = _struct(info)
    return STRUCTS[info.cls]


def _integer(info: Any) -> st.SearchStrategy[int]:
    low = info.ge if info.ge is not None else (info.gt + 1 if info.gt is not None else -(2**53))
    return st.integers(low, info.le if info.le is not None else 2**53)


def _text(info: Any) -> st.SearchStrategy[str]:
    if info.pattern is not None:
        pattern = info.pattern if info.pattern.startswith("^") else f"^{info.pattern}"
        made = st.from_regex(pattern.replace("$", r"\Z"), alphabet=st.characters(min_codepoint=32, max_codepoint=126))
        return made.filter(lambda text: _fits(text, info))
    return st.text(
        st.characters(exclude_categories=["Cs"]), min_size=info.min_length or 0, max_size=min(info.max_length or 12, 12)
    )


def _fits(text: str, info: Any) -> bool:
    return (info.min_length or 0) <= len(text) <= (info.max_length or 64)


def _struct(info: Any) -> st.SearchStrategy[Any]:
    # Deferred: CaseDecided holds reviews, which hold passages.
    fields = {field.name: st.deferred(lambda given=field: _of(given.type)) for field in info.fields}
    return st.builds(info.cls, **fields)


def _tuple(info: Any) -> st.SearchStrategy[Any]:
    low = info.min_length or 0
    return st.lists(_of(info.item_type), min_size=low, max_size=max(low, 1)).map(tuple)


STRUCTS: dict[type, st.SearchStrategy[Any]] = {}
MAKERS: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    msgspec.inspect.IntType: _integer,
    msgspec.inspect.StrType: _text,
    msgspec.inspect.BoolType: lambda _: st.booleans(),
    msgspec.inspect.NoneType: lambda _: st.none(),
    msgspec.inspect.DateType: lambda _: st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    msgspec.inspect.LiteralType: lambda info: st.sampled_from(info.values),
    msgspec.inspect.VarTupleType: _tuple,
    msgspec.inspect.TupleType: lambda info: st.tuples(*map(_of, info.item_types)),
    msgspec.inspect.UnionType: lambda info: st.one_of(*map(_of, info.types)),
    msgspec.inspect.Metadata: lambda info: _of(info.type),
}


@pytest.mark.parametrize("kind", KINDS, ids=BY_NAME)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_decoding_what_was_encoded_gives_the_same_value_and_bytes(kind: type[msgspec.Struct], data: Any) -> None:
    message = data.draw(strategy(kind))
    encoded = codec.encode(message)
    assert codec.decode_message(encoded) == message
    assert codec.decode_canonical(encoded, kind) == message
    assert codec.encode(codec.decode(encoded, kind)) == encoded


@pytest.mark.parametrize(
    ("event", "one"),
    [
        ({}, True),
        ({"measurement": None}, False),
        ({"measurement": None, "violation": "red_light"}, True),
        (
            {
                "measurement": None,
                "loads": (LoadMeasurement(kind="width", value=2_700, error=10, permitted=2_550),),
            },
            True,
        ),
    ],
)
def test_an_event_that_measured_or_reported_something_means_one_vehicle(event: dict[str, object], one: bool) -> None:
    assert replace(samples.event(), **event).means_one == one


def test_keys_are_sorted_and_nothing_is_left_out_but_what_says_no_more_than_its_default() -> None:
    encoded = codec.encode(samples.decision())
    keys = list(json.loads(encoded))
    assert keys == sorted(keys)
    assert set(keys) == {*CaseDecided.__struct_fields__, "kind"} - {"v", "reviews", "base", "load", "excess_load"}
    assert b" " not in encoded.split(b'"trace"')[0].replace(b"Demo speed meter", b"")[:40]


def test_an_unknown_version_is_refused_and_named() -> None:
    later = codec.encode(_closed())[:-1] + b',"v":2}'
    with pytest.raises(UnknownVersion, match=r"'passage-closed' version 2 is not known.*passage-closed v1"):
        codec.decode_message(later)


def test_an_unknown_kind_is_refused_and_named() -> None:
    with pytest.raises(UnknownVersion, match="'passage-dreamt'"):
        codec.decode_message(b'{"kind":"passage-dreamt","v":1}')


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"kind":"passage-closed","v":1}', b'{"v":1}'])
def test_anything_else_is_malformed(data: bytes) -> None:
    with pytest.raises(Invalid, match="message-malformed") as caught:
        codec.decode_message(data)
    assert not isinstance(caught.value, UnknownVersion)


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'"\xff"', b'{"stranger":1}'])
def test_one_struct_known_beforehand_is_refused_likewise(data: bytes) -> None:
    with pytest.raises(Invalid, match="message-malformed"):
        codec.decode(data, PassageClosed)


def test_another_spelling_of_the_same_value_is_not_canonical() -> None:
    encoded = codec.encode(_closed())
    for other in (b" " + encoded, encoded.replace(b'"outcome":', b'"outcome": '), encoded[:-1] + b',"v":1}'):
        assert codec.decode(other, PassageClosed) == _closed()
        with pytest.raises(Invalid, match="not-canonical"):
            codec.decode_canonical(other, PassageClosed)


def test_a_digest_means_one_value() -> None:
    assert codec.digest(samples.decision()) == codec.digest(samples.decision())
    assert codec.digest(samples.decision()) != codec.digest(samples.decision(2))


def _closed() -> PassageClosed:
    return PassageClosed(passage_id="0" * 32, event_id="0" * 32, device_id="d", hour_us=0, outcome="NO_OFFENCE")


class _Before(Fact, frozen=True, kw_only=True):
    number: int


class _Since(Fact, frozen=True, kw_only=True):
    number: int
    section: str | None = None
    several: tuple[int, ...] = ()


def test_a_field_that_is_added_later_changes_no_byte_of_what_was_written_before() -> None:
    before = codec.encode(_Before(number=1))
    assert codec.encode(codec.decode_canonical(before, _Since)) == before
    with pytest.raises(Invalid, match="not-canonical"):
        codec.decode_canonical(b'{"number":1,"section":null}', _Since)


@pytest.mark.parametrize("kind", KINDS, ids=BY_NAME)
def test_a_version_is_written_from_the_second_on(kind: type[msgspec.Struct]) -> None:
    (version,) = [field for field in msgspec.structs.fields(kind) if field.name == "v"]
    assert version.default == 1


SAYING_SOMETHING = {("Person", "standing"): "ordinary", ("Person", "language"): "kk"}


def test_a_default_says_nothing_and_so_is_never_changed() -> None:
    """What was left out when it was signed means its default for ever: none, empty, zero, false, the first version."""
    for module in (facts, answers, messages, protocol):
        for kind in vars(module).values():
            if not isinstance(kind, type) or not issubclass(kind, Fact):
                continue
            for field in msgspec.structs.fields(kind):
                expected = SAYING_SOMETHING.get((kind.__name__, field.name), 1 if field.name == "v" else None)
                assert field.required or field.default == expected or not field.default, (kind, field.name)
