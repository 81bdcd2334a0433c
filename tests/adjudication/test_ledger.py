"""The log of acts against the recursive definition of RFC 9162."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication import ledger
from adjudication.errors import Invalid

SIZES = st.integers(min_value=1, max_value=70)


def leaves(count: int) -> list[bytes]:
    return [ledger.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """MTH as §2.1.1 writes it."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def naive_path(index: int, hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """PATH as §2.1.3.1 writes it."""
    if len(hashes) == 1:
        return ()
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return (*naive_path(index, hashes[:split]), naive_root(hashes[split:]))
    return (*naive_path(index - split, hashes[split:]), naive_root(hashes[:split]))


def naive_subproof(old: int, hashes: Sequence[bytes], whole: bool) -> tuple[bytes, ...]:
    """SUBPROOF as §2.1.4.1 writes it."""
    if old == len(hashes):
        return () if whole else (naive_root(hashes),)
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if old <= split:
        return (*naive_subproof(old, hashes[:split], whole), naive_root(hashes[split:]))
    return (*naive_subproof(old - split, hashes[split:], False), naive_root(hashes[:split]))


def test_the_empty_tree_and_a_leaf_have_the_hashes_of_the_rfc() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert ledger.root([]).hex() == empty
    assert ledger.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(st.integers(min_value=0, max_value=130))
def test_the_root_is_that_of_the_recursive_definition(size: int) -> None:
    assert ledger.root(leaves(size)) == naive_root(leaves(size))


@given(SIZES)
def test_an_append_completes_each_node_once(size: int) -> None:
    frontier, seen = ledger.Frontier(), set()
    for leaf in leaves(size):
        frontier, nodes = frontier.append(leaf)
        for node in nodes:
            assert (node.level, node.index) not in seen
            seen.add((node.level, node.index))
            covered = leaves(size)[node.index << node.level : (node.index + 1) << node.level]
            assert node.hash == naive_root(covered)
    assert frontier.root == naive_root(leaves(size))
    assert len(seen) < 2 * size


@given(SIZES, st.data())
def test_every_leaf_can_be_shown_to_be_in_the_tree(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path = ledger.inclusion_proof(ledger.nodes_of(hashes), index, size)
    assert path == naive_path(index, hashes)
    assert ledger.verify_inclusion(hashes[index], index, size, path, naive_root(hashes))


@given(SIZES, st.data())
def test_an_altered_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes, tree_root = leaves(size), naive_root(leaves(size))
    path = list(naive_path(index, hashes))
    assert not ledger.verify_inclusion(ledger.leaf_hash(b"another"), index, size, path, tree_root)
    assert not ledger.verify_inclusion(hashes[index], index, size, [*path, bytes(32)], tree_root)
    assert not ledger.verify_inclusion(hashes[index], size, size, path, tree_root)
    if path:
        broken = data.draw(st.integers(0, len(path) - 1))
        assert not ledger.verify_inclusion(hashes[index], index, size, path[:-1], tree_root)
        path[broken] = bytes(32)
        assert not ledger.verify_inclusion(hashes[index], index, size, path, tree_root)


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_grown_tree_is_consistent_with_what_it_was(old: int, grown: int) -> None:
    hashes = leaves(old + grown)
    path = ledger.consistency_proof(ledger.nodes_of(hashes), old, len(hashes))
    assert path == naive_subproof(old, hashes, True)
    assert ledger.verify_consistency(old, len(hashes), naive_root(hashes[:old]), naive_root(hashes), path)


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_a_tree_whose_past_was_changed_is_not_consistent(old: int, grown: int, data: st.DataObject) -> None:
    hashes = leaves(old + grown)
    before = naive_root(hashes[:old])
    hashes[data.draw(st.integers(0, old - 1))] = ledger.leaf_hash(b"another")
    path = ledger.consistency_proof(ledger.nodes_of(hashes), old, len(hashes))
    assert not ledger.verify_consistency(old, len(hashes), before, naive_root(hashes), path)
    assert not ledger.verify_consistency(old, len(hashes), before, naive_root(hashes), ())
    assert not ledger.verify_consistency(old, len(hashes), before, naive_root(hashes), [*path, bytes(32)])


def test_a_tree_cannot_be_older_than_itself() -> None:
    one, two = leaves(1), leaves(2)
    assert not ledger.verify_consistency(2, 1, naive_root(two), naive_root(one), ())
    assert not ledger.verify_consistency(0, 1, ledger.EMPTY_ROOT, naive_root(one), ())
    assert not ledger.verify_consistency(3, 5, naive_root(two), naive_root(one), ())
    with pytest.raises(ValueError, match="cannot be compared"):
        ledger.consistency_proof(ledger.nodes_of(one), 2, 1)
    with pytest.raises(ValueError, match="not among"):
        ledger.inclusion_proof(ledger.nodes_of(one), 1, 1)


def test_the_leaf_of_an_act_depends_on_nonce_act_and_signature() -> None:
    digests = [hashlib.sha256(part).hexdigest() for part in (b"nonce", b"act", b"signature")]
    leaf = ledger.act_leaf(*digests)
    salted = hashlib.sha256(b"".join(map(bytes.fromhex, digests))).digest()
    assert leaf == ledger.leaf_hash(salted)
    assert leaf != ledger.act_leaf(*reversed(digests))


CHECKPOINT = ledger.Checkpoint("tarazy.example/log", 12, hashlib.sha256(b"root").digest())


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    hint = ledger.key_id(CHECKPOINT.origin, bytes(32))
    note = ledger.checkpoint_note(CHECKPOINT, hint, b"s" * 64)
    assert note.startswith(CHECKPOINT.signed_text() + b"\n\xe2\x80\x94 tarazy.example/log ")
    assert ledger.parse_checkpoint(note) == (CHECKPOINT, hint, b"s" * 64)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: b"",
        lambda note: note[:-1],
        lambda note: note + b"\n",
        lambda note: note.replace(b"\n12\n", b"\n012\n"),
        lambda note: note.replace(b"\n12\n", b"\n1_2\n"),
        lambda note: note.replace(b"\n12\n", b"\ntwelve\n"),
        lambda note: note.replace(b"\n\n", b"\n \n"),
        lambda note: note.replace(b"=", b"!", 1),
        lambda note: b"\xff" + note,
        lambda note: note.replace(b"\xe2\x80\x94 ", b"- "),
        lambda note: note.replace(b"\xe2\x80\x94 tarazy.example/log ", b"x"),
    ],
)
def test_a_checkpoint_in_other_bytes_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]  # a lambda of bytes
    note = ledger.checkpoint_note(CHECKPOINT, b"hint", b"s" * 64)
    with pytest.raises(Invalid, match="checkpoint-malformed"):
        ledger.parse_checkpoint(spoil(note))
