"""The languages of the pages: all words are data, one TOML file a language in dashboards/i18n, with the same keys."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, cast, get_args

from adjudication.lawbook import Language

LANGUAGES: Final[tuple[Language, ...]] = ("kk", "ru", "en")
"""The state language first: it is what a page speaks to somebody who asks for none of these."""
NAMES: Final[Mapping[Language, str]] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
FOLDER: Final = Path(__file__).parent / "i18n"


@cache
def words(language: Language) -> Mapping[str, str]:
    """Every text of a language, by `section.key`."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{section}.{key}": text for section, table in tables.items() for key, text in table.items()}


def say(language: Language, key: str, **values: object) -> str:
    """The text of a key with its values in place. Raises KeyError: a page never shows a key."""
    return words(language)[key].format_map(values)


def language_of(asked: str | None, kept: str | None, accepted: str | None) -> Language:
    """The language of a request: what its address asks, else the cookie kept, else the first the browser accepts."""
    wishes = [asked, kept, *(part.partition(";")[0].strip()[:2] for part in (accepted or "").split(","))]
    known = get_args(Language)
    return cast("Language", next((wish for wish in wishes if wish in known), LANGUAGES[0]))
