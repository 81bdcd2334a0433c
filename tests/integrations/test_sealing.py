"""Evidence opens with its case's key, as its case's, unchanged; and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.errors import Invalid
from integrations.sealing import seal, unseal

KEY = bytes(range(32))
CASE = "a" * 32


@given(st.binary(max_size=2048))
def test_sealing_is_undone_and_repeats_to_the_same_bytes(plaintext: bytes) -> None:
    sealed = seal(plaintext, KEY, CASE)
    assert unseal(sealed, KEY, CASE) == plaintext
    assert seal(plaintext, KEY, CASE) == sealed
    assert len(plaintext) < 16 or plaintext not in sealed


@given(position=st.integers(min_value=0, max_value=43), bit=st.integers(min_value=0, max_value=7))
def test_every_changed_bit_is_noticed(position: int, bit: int) -> None:
    sealed = bytearray(seal(b"sixteen bytes..!", KEY, CASE))
    sealed[position] ^= 1 << bit
    with pytest.raises(Invalid, match="evidence-key-wrong"):
        unseal(bytes(sealed), KEY, CASE)


@pytest.mark.parametrize(("key", "case"), [(bytes(32), CASE), (KEY, "b" * 32)])
def test_another_key_or_another_case_does_not_open_it(key: bytes, case: str) -> None:
    with pytest.raises(Invalid, match="evidence-key-wrong"):
        unseal(seal(b"picture", KEY, CASE), key, case)


def test_two_pictures_never_share_a_nonce() -> None:
    assert seal(b"one", KEY, CASE)[:12] != seal(b"two", KEY, CASE)[:12]
