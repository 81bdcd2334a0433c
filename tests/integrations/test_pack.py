"""Archives, packs and trust bundles have one form only."""

import io
import zipfile

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudication import codec
from adjudication.errors import Invalid
from integrations import archive, trust
from integrations.pack import README, open_pack
from tests import proofs

MEMBERS = st.lists(st.tuples(st.text("abc/.", min_size=1, max_size=8), st.binary(max_size=40)), max_size=6)
SAMPLE = [("a.txt", b"one"), ("b.txt", b""), ("c.txt", b"PK\x03\x04")]


@pytest.fixture(scope="module")
def centre() -> proofs.Centre:
    return proofs.centre()


@given(MEMBERS)
def test_an_archive_reads_back_what_was_written(members: list[archive.Member]) -> None:
    assert archive.read(archive.write(members)) == tuple(members)


def test_any_unzip_program_opens_an_archive() -> None:
    with zipfile.ZipFile(io.BytesIO(archive.write(SAMPLE))) as opened:
        assert opened.testzip() is None
        assert [(name, opened.read(name)) for name in opened.namelist()] == SAMPLE


@pytest.mark.parametrize("length", range(0, len(archive.write(SAMPLE)), 7))
def test_an_archive_that_breaks_off_is_refused(length: int) -> None:
    with pytest.raises(Invalid, match="archive-malformed"):
        archive.read(archive.write(SAMPLE)[:length])


def test_an_archive_with_anything_behind_it_is_refused() -> None:
    with pytest.raises(Invalid, match="archive-malformed"):
        archive.read(archive.write(SAMPLE) + b"\0")


def test_an_archive_of_another_writer_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr("a.txt", b"one")
    with pytest.raises(Invalid, match="archive-malformed"):
        archive.read(file.getvalue())


def test_an_archive_of_too_many_or_too_large_members_is_refused() -> None:
    with pytest.raises(Invalid, match="archive-malformed"):
        archive.read(archive.write([("a", b"")] * (archive.MAX_MEMBERS + 1)))
    with pytest.raises(Invalid, match="archive-too-large"):
        archive.read(bytes(archive.MAX_ARCHIVE_BYTES + 1))


@settings(max_examples=300)
@given(st.data())
def test_no_byte_of_an_archive_is_without_meaning(data: st.DataObject) -> None:
    spoilt = bytearray(archive.write(SAMPLE))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Invalid, match="archive-malformed"):
        archive.read(bytes(spoilt))


def test_a_pack_opens_to_what_was_put_in(centre: proofs.Centre) -> None:
    frame = centre.frame((b"one", b"two"))
    decision = proofs.decided(frame)
    document = proofs.act(decision, proofs.evidence(frame))
    pack = open_pack(centre.pack(frame, decision, document))
    assert pack.act == codec.encode(document)
    assert pack.decision == codec.encode(decision)
    assert pack.pictures == (b"one", b"two")
    assert pack.records == (frame.record,)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members[::-1],
        lambda members: members[1:],
        lambda members: [member for member in members if member[0] != "record.tze"],
        lambda members: [*members, ("z.txt", b"")],
        lambda members: [("README.txt", README + b" "), *members[1:]],
        lambda members: [*members[:-1], ("pictures/9.jpg", b""), members[-1]],
    ],
)
def test_a_pack_with_other_members_is_refused(centre: proofs.Centre, change) -> None:  # type: ignore[no-untyped-def]  # a lambda of lists
    members = list(archive.read(centre.sample_pack()))
    with pytest.raises(Invalid, match="pack-malformed"):
        open_pack(archive.write(change(members)))


def test_a_trust_bundle_is_read_as_it_was_written(centre: proofs.Centre) -> None:
    assert trust.load(codec.encode(centre.trust)) == centre.trust
    assert centre.trust.number_of("nobody") is None
    assert centre.trust.device("none") is None
    assert centre.trust.log_keys("another/log") == ()


def test_a_trust_bundle_in_other_bytes_or_with_spoilt_authorities_is_refused(centre: proofs.Centre) -> None:
    with pytest.raises(Invalid, match="not-canonical"):
        trust.load(codec.encode(centre.trust) + b"\n")
    for text in ("!", "AAAA"):
        spoilt = msgspec.structs.replace(centre.trust, authorities=(text,))
        with pytest.raises(Invalid, match="trust-bundle-malformed"):
            trust.load(codec.encode(spoilt))
