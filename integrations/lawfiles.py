"""Where the law's files are read: the only place that knows they are files."""

from functools import cache
from pathlib import Path

import adjudication
from adjudication.errors import Invalid
from adjudication.lawbook import Lawbook
from adjudication.policy import Policy

LAW = Path(adjudication.__file__).parent / "law"


@cache
def load_law() -> Lawbook:
    """The lawbook this release ships.

    Raises:
        Invalid: `law-malformed`.
    """
    return Lawbook.parse(law_files())


def law_files() -> dict[str, bytes]:
    """The files of the lawbook this release ships, by name."""
    return {path.name: path.read_bytes() for path in sorted((LAW / "kz").glob("*.toml"))}


@cache
def load_policy(name: str = "default") -> Policy:
    """The policy called `name`: `default`, or `demo`, which asks again within seconds and is marked as such.

    Raises:
        Invalid: `policy-unknown`, `policy-malformed`.
    """
    if name not in policy_names():
        raise Invalid("policy-unknown", f"{name!r}; known: {', '.join(policy_names())}")
    return Policy.parse((LAW / "policy" / f"{name}.toml").read_bytes())


def policy_names() -> tuple[str, ...]:
    """The policies this release ships."""
    return tuple(sorted(path.stem for path in (LAW / "policy").glob("*.toml")))
