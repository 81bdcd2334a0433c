"""What stands on a printed document: its text, and whether every item, label and value of it is there."""

import re
from io import BytesIO

import pypdf

from adjudication.lawbook import Language
from dashboards.render.document import Document


def text_of(pdf: bytes) -> str:
    """All the text without white space, because a line may end anywhere."""
    return bare("".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages))


def bare(text: str) -> str:
    """The text without white space."""
    return re.sub(r"\s", "", text)


def missing(document: Document, pdf: bytes, languages: tuple[Language, ...] = ("kk", "ru")) -> list[str]:
    """What the document says and its print does not, in any of the languages; nothing where all is well."""
    said = [document.title, document.designation]
    for item in document.items:
        said.append(item.heading)
        said += [words for line in item.lines for words in (line.label, line.value) if words is not None]
    text = text_of(pdf)
    texts = [words.of(language) for words in said for language in languages]
    return [one for one in texts if bare(one) not in text]
