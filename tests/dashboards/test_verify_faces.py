"""`tarazy verify` and the verification page tell what the chain found."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from adjudication import codec
from dashboards.cli.verify import app
from dashboards.verify import page, page_texts, texts
from dashboards.verify.report import LINKS
from tests import proofs


@pytest.fixture(scope="module")
def centre() -> proofs.Centre:
    return proofs.centre()


@pytest.fixture(scope="module")
def files(centre: proofs.Centre, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    pack = centre.sample_pack()
    (folder / "pack.zip").write_bytes(pack)
    (folder / "spoilt.zip").write_bytes(pack[:-1] + b"\x01")
    (folder / "foreign.zip").write_bytes(proofs.centre().sample_pack())
    (folder / "trust").write_bytes(codec.encode(centre.trust))
    return folder


def run(files: Path, pack: str, *options: str, trust: str = "trust") -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(files / pack), "--trust", str(files / trust), *options])
    return result.exit_code, result.output


def test_a_good_pack_exits_zero_and_says_so(files: Path) -> None:
    code, output = run(files, "pack.zip")
    assert code == 0
    assert texts.VALID.en in output
    assert output.count("✓") == len(LINKS)


def test_a_foreign_pack_exits_one_and_names_each_broken_link(files: Path) -> None:
    code, output = run(files, "foreign.zip", "--language", "ru")
    assert code == 1
    for link in ("signature", "log", "record"):
        assert texts.MEANINGS[link].ru in output
    assert texts.INVALID.ru in output


def test_the_report_comes_as_json_too(files: Path) -> None:
    code, output = run(files, "spoilt.zip", "--json")
    report = json.loads(output)
    assert (code, report["valid"]) == (1, False)
    assert report["links"][0] == {
        "link": "container",
        "state": "broken",
        "code": "archive-malformed",
        "detail": report["links"][0]["detail"],
    }


def test_something_that_is_no_bundle_exits_two(files: Path) -> None:
    assert run(files, "pack.zip", trust="pack.zip")[0] == 2
    assert run(files, "absent.zip")[0] == 2


def test_verification_needs_no_network_and_loads_no_server() -> None:
    heavy = "fastapi uvicorn httpx sqlalchemy cv2 numpy reportlab onnxruntime asyncio"
    source = "import sys, dashboards.verify.chain; print(*(set(sys.modules) & set(sys.argv[1:])))"
    loaded = subprocess.run(
        [sys.executable, "-c", source, *heavy.split()], check=True, capture_output=True, text=True, timeout=60
    )
    assert loaded.stdout.split() == []


@pytest.fixture(scope="module")
def client(centre: proofs.Centre) -> TestClient:
    server = FastAPI()
    server.include_router(page.verify_router(lambda: centre.trust))
    return TestClient(server)


@pytest.mark.parametrize("language", page.LANGUAGES)
def test_the_page_asks_in_each_language(client: TestClient, language: texts.Language) -> None:
    answer = client.get("/verify", params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert page_texts.SUBMIT.of(language) in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize("language", page.LANGUAGES)
def test_the_page_tells_a_good_pack_from_a_bad_one(client: TestClient, files: Path, language: texts.Language) -> None:
    good = client.post(f"/verify?lang={language}", files={"pack": (files / "pack.zip").open("rb")})
    assert texts.VALID.of(language) in good.text
    assert "11-2026-000000001" in good.text
    bad = client.post(f"/verify?lang={language}", files={"pack": (files / "foreign.zip").open("rb")})
    assert texts.INVALID.of(language) in bad.text
    assert texts.MEANINGS["signature"].of(language) in bad.text.replace("&#39;", "'")


def test_an_unknown_language_is_kazakh(client: TestClient) -> None:
    assert '<html lang="kk">' in client.get("/verify?lang=xx").text


def test_an_upload_that_is_too_large_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/verify?lang=en", content=b"", headers={"content-length": str(page.MAX_UPLOAD_BYTES + 1)})
    assert answer.status_code == 413
    assert page_texts.TOO_LARGE.en in answer.text


def test_an_upload_of_unsaid_length_is_refused(client: TestClient) -> None:
    assert client.post("/verify", content=iter([b"x"])).status_code == 413


@pytest.mark.parametrize("form", [{}, {"pack": "text"}])
def test_a_form_without_a_file_is_refused(client: TestClient, form: dict[str, str]) -> None:
    answer = client.post("/verify?lang=en", data=form, headers={} if form else {"content-length": "0"})
    assert answer.status_code == 422
    assert page_texts.NO_FILE.en in answer.text


def test_the_bundle_can_be_taken_away(client: TestClient, centre: proofs.Centre) -> None:
    assert client.get("/verify/trust").content == codec.encode(centre.trust)
