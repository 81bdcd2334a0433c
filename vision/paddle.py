"""PaddleOCR: the only module that imports it. Its text recognisers behind our line reader's contract.

    PaddleLines(given)    where vision.plate_ocr.LineReader stands

The recogniser is one ONNX file with its characters in the metadata, pinned by digest. PaddleOCR scales, runs and
decodes it its own way, on ONNX Runtime and without paddlepaddle; what it made of each column is kept on the way
through, so that the search under the grammar of plates works on it as on our own reader's.

Models are never looked up by name: the library would ask model hubs for them.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from adjudication.errors import Invalid
from vision.ctc import Emissions
from vision.decode import Picture
from vision.given import Given, private_copy
from vision.models import ModelsMissing
from vision.onnx import Network
from vision.plate_ocr import BATCH, DICTIONARY, HEIGHT, Folding, batches

SWITCHES = {"PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", "PADDLE_PDX_EAGER_INIT": "False", "HF_HUB_OFFLINE": "1"}
"""Variables read at import: hubs are not asked for, the library's training tools not searched for."""
WIDTH = 320
"""PaddleOCR fills shorter strips up to this width, as its recognisers were trained; a longer one keeps its own."""
ARCHITECTURE = "PP-OCRv6_small_rec"
"""The name under which the library runs a recogniser of lines; any CTC recogniser 48 pixels high runs so."""
ENGINE = {"inter_op_num_threads": 1, "enable_cpu_mem_arena": False, "log_severity_level": 3}
"""As vision.onnx sets ONNX Runtime, for the reasons given there."""
REVISION = 1
"""Raised by any change of code or constants here that may alter what is read."""


@dataclass(frozen=True, slots=True)
class LineText:
    """One strip's text as PaddleOCR decodes it, without any grammar; `score` 0–1 is its characters' mean."""

    text: str
    score: float


class PaddleLines:
    """Strips in, emissions over the plate alphabet out. Safe to use from several threads, one at a time inside."""

    def __init__(self, weights: Given, *, threads: int = 1) -> None:
        """Loads the recogniser, on the CPU.

        Raises:
            ModelsMissing: paddleocr is not installed, or the file is not there or not the pinned one.
            Invalid: `recogniser-unusable`, the file is no ONNX recogniser with its characters in the metadata.
        """
        library = _library()
        self.reader = reader_of(weights)
        self._one_at_a_time = Lock()
        with private_copy(weights) as copy:
            characters = _characters(copy, weights)
            folder = _described(copy, characters)
            self._recogniser = _recogniser(library, folder, weights, threads)
        self._columns = _Columns(self._recogniser.paddlex_predictor.post_op, Folding(characters))
        self._recogniser.paddlex_predictor.post_op = self._columns

    def __call__(self, strips: Sequence[Picture]) -> list[Emissions]:
        """For each strip, BGR of any size, its emissions [T, 37], T by its width."""
        return [emissions for _, emissions in self._read(strips)]

    def texts(self, strips: Sequence[Picture]) -> list[LineText]:
        """For each strip, BGR of any size, the text that PaddleOCR itself makes of it."""
        return [text for text, _ in self._read(strips)]

    def _read(self, strips: Sequence[Picture]) -> list[tuple[LineText, Emissions]]:
        """Strips of one width run together: padded to another's, a strip would read by its company."""
        answers: dict[int, tuple[LineText, Emissions]] = {}
        with self._one_at_a_time:
            for numbers in batches([_width(strip) for strip in strips]):
                texts = self._recogniser.predict([strips[number] for number in numbers], batch_size=BATCH)
                said = [LineText(str(text["rec_text"]), float(text["rec_score"])) for text in texts]
                answers |= zip(numbers, zip(said, self._columns.taken(), strict=True), strict=True)
        return [answers[number] for number in range(len(strips))]


def reader_of(weights: Given) -> str:
    """Names weights, libraries and revision together: `paddle-` and 12 hex digits."""
    versions = " ".join(metadata.version(package) for package in ("paddleocr", "paddlex"))
    return f"paddle-{hashlib.sha256(f'{weights.sha256} {versions} {REVISION}'.encode()).hexdigest()[:12]}"


class _Columns:
    """Stands where the library decodes: what it says of each column is folded and kept, its decoding goes on."""

    def __init__(self, decode: Any, fold: Folding) -> None:
        self._decode = decode
        self._fold = fold
        self._kept: list[Emissions] = []

    def __call__(self, predictions: Sequence[Any], **options: Any) -> Any:
        """`predictions` holds one array, [N, T, classes]; folded at once, for it takes 3 MB a strip."""
        self._kept += [self._fold(np.asarray(one, np.float32)) for one in predictions[0]]
        return self._decode(predictions, **options)

    def taken(self) -> list[Emissions]:
        """What was kept since the last time, in the strips' order."""
        kept, self._kept = self._kept, []
        return kept


@lru_cache(maxsize=1)
def _library() -> Any:
    """PaddleOCR, imported once with its switches set.

    Raises:
        ModelsMissing: it is not installed.
    """
    folder = _folder().name
    os.environ.update(SWITCHES, PADDLE_PDX_CACHE_HOME=folder)
    os.environ.setdefault("MPLCONFIGDIR", folder)
    try:
        with _one_cv2(Path(folder)):
            import paddleocr
    except ImportError as error:
        raise ModelsMissing("paddleocr is not installed: `make setup-extra`, or the extra `paddleocr`") from error
    return paddleocr


@lru_cache(maxsize=1)
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Where the library puts its locks and caches, as long as this process lives: never into a home."""
    return tempfile.TemporaryDirectory(prefix="tarazy-paddle-")


@contextmanager
def _one_cv2(folder: Path) -> Iterator[None]:
    """PaddleX asks at import for a package `opencv-contrib-python`, and uses no more of it than any `cv2` has.

    Here `cv2` is the headless build's (README, "there is one cv2"): for the import alone it answers to that name too.
    """
    version = metadata.version("opencv-python-headless")
    described = folder / f"opencv_contrib_python-{version}.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: opencv-contrib-python\nVersion: {version}\n")
    sys.path.append(str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _characters(copy: Path, weights: Given) -> list[str]:
    """The recogniser's classes, without the blank before and the space after them."""
    try:
        listed = Network(copy).metadata(DICTIONARY)
    except Exception as error:  # ONNX Runtime's errors have no common class
        raise Invalid("recogniser-unusable", f"{weights.path.name} is no ONNX model: {type(error).__name__}") from error
    if not listed:
        raise Invalid("recogniser-unusable", f"{weights.path.name} has no characters in its metadata")
    return listed.split("\n")


def _described(copy: Path, characters: Sequence[str]) -> Path:
    """The copy's folder, made what PaddleOCR takes for a model: `inference.onnx`, and how to run it."""
    folder = copy.parent
    copy.rename(folder / "inference.onnx")
    steps = [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"RecResizeImg": {"image_shape": [3, HEIGHT, WIDTH]}},
    ]
    description = {
        "Global": {"model_name": ARCHITECTURE},
        "PreProcess": {"transform_ops": steps},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(characters)},
    }
    # YAML reads JSON, but takes an escaped pair of surrogates for two characters.
    (folder / "inference.yml").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    return folder


def _recogniser(library: Any, folder: Path, weights: Given, threads: int) -> Any:
    engine = {**ENGINE, "intra_op_num_threads": threads, "providers": ["CPUExecutionProvider"]}
    try:
        return library.TextRecognition(
            model_name=ARCHITECTURE,
            model_dir=str(folder),
            engine="onnxruntime",
            engine_config=engine,
            device="cpu",
            cpu_threads=threads,
        )
    except Exception as error:  # the library raises RuntimeError, ValueError and its runtimes' own
        raise Invalid("recogniser-unusable", f"{weights.path.name}: {type(error).__name__}") from error


def _width(strip: Picture) -> int:
    """The width in pixels at which a strip is read."""
    height, width = strip.shape[:2]
    return int(max(WIDTH, HEIGHT * width // height))
