"""The door's description says what the door does: the OpenAPI document, the manual, the table of refusals."""

import ast
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adjudication import codec
from adjudication.facts import SceneCalibration, Section, SignedLimit
from adjudication.messages import EventCaptured
from ingest import gateway
from ingest.doors.headers import CONTENT_TYPE, RECEIPT_TYPE
from ingest.enrolment import EnrolRequest, NewKey, NewState, Passport
from ingest.frame import MAX_FRAME_BYTES
from ingest.problems import BY_CODE, REFUSALS
from tests.faults.malformed import Schemas, canonical, example
from tests.ingest.cameras import Door

INGEST = Path(gateway.__file__).parent
MANUAL = (INGEST / "doors" / "README.md").read_text()
NOT_AT_THE_DOOR = frozenset({
    "record-too-large",  # ingest.stream: a frame that passed the door is smaller
    "record-expired",  # ingest.stream: reading back
    "receipt-wrong", "spool-full", "spool-damaged",  # ingest.client
    "device-file-exists", "device-file-missing", "device-in-use",  # ingest.identity
})  # fmt: skip


class Nothing:
    def find(self, event_id: str) -> None:
        return None


@pytest.fixture
def document(tmp_path: Path) -> dict[str, dict[str, object]]:
    return json.loads(json.dumps(Door(tmp_path, status=Nothing()).app.openapi()))


@pytest.fixture
def schemas(document: dict[str, dict[str, object]]) -> Schemas:
    return document["components"]["schemas"]  # type: ignore[return-value]  # a JSON document


def raised_codes(folder: Path) -> Iterator[str]:
    """Every code that a file of the door gives to Invalid, to problem, or to its own way of saying later."""
    files = [*(folder / "doors").glob("*.py"), *(folder / f"{name}.py" for name in _FILES)]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in {"Invalid", "problem", "_later"}:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


_FILES = ("admission", "devices", "frame", "gateway", "jpeg", "keeping", "lateness", "overload")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_refusal_the_door_can_raise_is_in_the_table() -> None:
    raised = set(raised_codes(INGEST))
    assert len(raised) > 20
    assert raised <= set(BY_CODE) | NOT_AT_THE_DOOR


def test_codes_are_unique_and_of_one_form() -> None:
    assert len(BY_CODE) == len(REFUSALS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in BY_CODE)


def test_the_manual_has_the_table_of_refusals_row_by_row() -> None:
    rows = re.findall(r"^\| `(.+)` \| (\d+) \| (.+) \| (\w+) \|$", MANUAL, re.MULTILINE)
    assert rows == [(one.code, str(one.status), one.title, one.then) for one in REFUSALS]


def test_the_manuals_files_are_the_folders_files() -> None:
    assert set(re.findall(r"^\| `(\w+\.py)` \|", MANUAL, re.MULTILINE)) == {
        file.name for file in (INGEST / "doors").glob("*.py") if file.name != "__init__.py"
    }


def test_the_manuals_papers_are_a_passport() -> None:
    papers, calibration, section, limit = re.findall(r"```json\n(.+?)```", MANUAL, re.DOTALL)
    assert codec.decode(papers.encode(), Passport).device_id == "cam-1"
    assert codec.decode(calibration.encode(), SceneCalibration).road is not None
    assert codec.decode(section.encode(), Section).to_us is None
    assert codec.decode(limit.encode(), SignedLimit).to_us is None


def test_the_document_lists_the_codes_of_each_status(document: dict[str, dict[str, object]], schemas: Schemas) -> None:
    assert schemas["ProblemCode"]["enum"] == [refusal.code for refusal in REFUSALS]
    told = json.dumps(document["paths"]["/v1/events"])
    for refusal in REFUSALS:
        assert f'"{refusal.status}": {{"description"' in told
        assert f'"{refusal.code}"' in told


def test_the_document_describes_the_body_and_the_answer(
    document: dict[str, dict[str, object]], schemas: Schemas
) -> None:
    push = msgspec.convert(document["paths"]["/v1/events"], dict[str, dict[str, object]])["post"]
    assert push["requestBody"] == {
        "required": True,
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Frame"}}},
    }
    assert f'"{RECEIPT_TYPE}": {{"schema": {{"$ref": "#/components/schemas/SignedReceipt"}}}}' in json.dumps(push)
    assert schemas["Frame"]["maxLength"] == MAX_FRAME_BYTES
    assert schemas["Frame"]["x-header"] == {"$ref": "#/components/schemas/EventCaptured"}


def test_every_reference_in_the_document_leads_somewhere(
    document: dict[str, dict[str, object]], schemas: Schemas
) -> None:
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    assert references <= {f"#/components/schemas/{name}" for name in schemas}


@pytest.mark.parametrize("shape", [EventCaptured, EnrolRequest, NewState, NewKey])
def test_whatever_the_document_allows_is_understood(schemas: Schemas, shape: type[msgspec.Struct]) -> None:
    rng = random.Random(7)
    for _ in range(200):
        codec.decode_canonical(canonical(example(schemas[shape.__name__], schemas, rng)), shape)


def test_patterns_are_of_json_schemas_own_dialect(schemas: Schemas) -> None:
    assert "\\Z" not in json.dumps(schemas)
