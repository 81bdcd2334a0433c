"""The log of acts: an append-only Merkle tree, its proofs and its signed checkpoints.

Source: RFC 9162 §2.1 (hashing, inclusion, consistency); C2SP tlog-checkpoint and signed-note (checkpoint text). Pure:
hashes and numbers come in, hashes and numbers go out. Whoever keeps a log stores the *nodes*: the hash of each perfect
subtree, addressed by (level, index), where node (level, index) covers the leaves [index·2^level, (index+1)·2^level).
A new leaf completes two nodes on average (`Frontier.append`); a proof then reads O(log² n) of them.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adjudication.errors import Invalid
from adjudication.units import Sha256

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

NodeAt = Callable[[int, int], bytes]
"""`node(level, index)` is the hash of a perfect subtree that lies wholly inside the tree."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry; the first byte keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def act_leaf(nonce: Sha256, act_sha256: Sha256, signature_sha256: Sha256) -> bytes:
    """The leaf hash of one act: `leaf_hash(SHA-256(nonce ‖ act ‖ signature))`.

    Salted, because an act can be guessed from a plate and a date. `nonce` is 32 random bytes, one for each act; all
    three are given in hex and hashed as bytes.
    """
    salted = b"".join(bytes.fromhex(part) for part in (nonce, act_sha256, signature_sha256))
    return leaf_hash(hashlib.sha256(salted).digest())


@dataclass(frozen=True, slots=True)
class Node:
    """A perfect subtree's hash, to be stored once and never changed."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to append: the tree's size and the hashes of its maximal perfect subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple["Frontier", tuple[Node, ...]]:
        """The frontier after one more leaf hash, and the nodes it completed, the leaf itself first."""
        peaks, level, index = list(self.peaks), 0, self.size
        nodes = [Node(level, index, leaf)]
        while index & 1:
            leaf = node_hash(peaks.pop(), leaf)
            level, index = level + 1, index >> 1
            nodes.append(Node(level, index, leaf))
        return Frontier(self.size + 1, (*peaks, leaf)), tuple(nodes)

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT


def nodes_of(leaves: Sequence[bytes]) -> NodeAt:
    """The nodes of a tree that is wholly in memory, from its leaf hashes."""
    frontier, stored = Frontier(), {}
    for leaf in leaves:
        frontier, nodes = frontier.append(leaf)
        stored.update({(node.level, node.index): node.hash for node in nodes})
    return lambda level, index: stored[level, index]


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of the tree over `leaves` (leaf hashes, in order)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier, _ = frontier.append(leaf)
    return frontier.root


def inclusion_proof(node: NodeAt, index: int, size: int) -> tuple[bytes, ...]:
    """The siblings on the way from leaf `index` to the root of the first `size` leaves, lowest first (§2.1.3.1).

    Raises:
        ValueError: `index` is not inside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not among the first {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(node, middle, end))
            end = middle
        else:
            path.append(_range_hash(node, start, middle))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether `leaf` is entry `index` of the tree of `size` entries with `tree_root` (§2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            current = node_hash(sibling, current)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and current == tree_root


def consistency_proof(node: NodeAt, old_size: int, size: int) -> tuple[bytes, ...]:
    """What shows that the tree of `size` leaves begins with the tree of `old_size` leaves (§2.1.4.1).

    Raises:
        ValueError: not 0 < old_size ≤ size.
    """
    if not 0 < old_size <= size:
        raise ValueError(f"a tree of {size} cannot be compared with one of {old_size}")
    path, start, end, whole = [], 0, size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(_range_hash(node, middle, end))
            end = middle
        else:
            path.append(_range_hash(node, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(node, start, end))
    return tuple(reversed(path))


def verify_consistency(old_size: int, size: int, old_root: bytes, tree_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether nothing of the first `old_size` entries was changed, moved or deleted since (§2.1.4.2)."""
    if old_size == size:
        return not path and old_root == tree_root
    if not 0 < old_size < size:
        return False
    proof = (old_root, *path) if old_size & (old_size - 1) == 0 else tuple(path)
    if not proof:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old, new = proof[0], proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == tree_root


def _split(size: int) -> int:
    """The largest power of two below `size` (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(node: NodeAt, start: int, end: int) -> bytes:
    """The hash over leaves [start, end); `start` is a multiple of the power of two that covers the range."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(node(level, start >> level))
        start += 1 << level
    return _fold(peaks)


def _fold(peaks: Sequence[bytes]) -> bytes:
    """The hash over perfect subtrees of falling size, which lean to the right."""
    current = peaks[-1]
    for peak in reversed(peaks[:-1]):
        current = node_hash(peak, current)
    return current


ED25519_NOTE = b"\x01"
"""The signature type of Ed25519 in a signed note."""
_DASH = "\N{EM DASH}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: of all that `origin` has logged, these are the first `size` entries."""

    origin: str
    size: int
    root: bytes

    def signed_text(self) -> bytes:
        """The bytes a log signs."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


def key_id(origin: str, public_key: bytes) -> bytes:
    """The four bytes that hint at a log's key (signed-note)."""
    return hashlib.sha256(origin.encode() + b"\n" + ED25519_NOTE + public_key).digest()[:4]


def checkpoint_note(checkpoint: Checkpoint, key_hint: bytes, signature: bytes) -> bytes:
    """The checkpoint as it is published: text, empty line, one signature line."""
    line = f"{_DASH} {checkpoint.origin} {base64.b64encode(key_hint + signature).decode()}\n"
    return checkpoint.signed_text() + b"\n" + line.encode()


def parse_checkpoint(note: bytes) -> tuple[Checkpoint, bytes, bytes]:
    """Checkpoint, key hint and Ed25519 signature of a note with one signature; the signature is not checked here.

    Raises:
        Invalid: `checkpoint-malformed`; also where the same checkpoint would be written in other bytes.
    """
    try:
        origin, size, encoded_root, empty, line, end = note.decode().split("\n")
        signed_by = base64.b64decode(line.rsplit(" ", 1)[1], validate=True)
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(encoded_root, validate=True))
    except (ValueError, IndexError, binascii.Error) as error:
        raise Invalid("checkpoint-malformed", "origin, size, root, an empty line and one signature") from error
    hint, signature = signed_by[:4], signed_by[4:]
    if empty or end or len(checkpoint.root) != HASH_BYTES or checkpoint_note(checkpoint, hint, signature) != note:
        raise Invalid("checkpoint-malformed", "these bytes are not the canonical form of what they say")
    return checkpoint, hint, signature
