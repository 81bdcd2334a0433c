"""What a person's acts are looked up by: a keyed pseudonym of the person's number, which no index then holds."""

from collections.abc import Callable
from functools import cache

from adjudication import ids
from integrations.keys import MasterKey

PersonKey = Callable[[str], str]

VERSION = 1
"""Another master key means another version, and every act's key written anew."""


def person_keys(master: MasterKey) -> PersonKey:
    """The pseudonym of a person's number under `master`, whose secret for this is derived once, at first use."""
    secret = cache(lambda: master.derive("register persons"))

    def key(number: str) -> str:
        return ids.keyed_pseudonym(secret(), VERSION, "person", number)

    return key
