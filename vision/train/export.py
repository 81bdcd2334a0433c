"""From a training's state to the two ONNX files that the eyes load."""

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from vision.corners import INPUT
from vision.first import CORNERS, READER
from vision.frontal import HEIGHT, WIDTH
from vision.plate_reader import COUNTRIES as COUNTRIES_KEY
from vision.plate_reader import FORMATS as FORMATS_KEY
from vision.train.designs import COUNTRIES, FORMATS
from vision.train.fit import opened

OPSET = 17
"""Read by every ONNX Runtime, TensorRT and OpenVINO of the last three years."""


class _Answers(nn.Module):  # type: ignore[misc]
    """The reader with probabilities for its answers."""

    def __init__(self, reader: nn.Module) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, plates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rows, formats, countries = self.reader(plates)
        return rows.softmax(-1), formats.softmax(-1), countries.softmax(-1)


def export(folder: Path, target: Path) -> None:
    """Write both networks of the training in `folder`, with what their outputs mean, into `target`."""
    training = opened(folder)
    target.mkdir(parents=True, exist_ok=True)
    plates = torch.zeros(2, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    boxes = torch.zeros(2, INPUT[1], INPUT[0], 3, dtype=torch.uint8)
    reader = _Answers(training.reader_average.eval())
    _write(reader, plates, target / READER, ("plates", "rows", "formats", "countries"))
    _write(training.corners_average.eval(), boxes, target / CORNERS, ("boxes", "corners"))
    model = onnx.load(target / READER)
    onnx.helper.set_model_props(model, {FORMATS_KEY: ",".join(FORMATS), COUNTRIES_KEY: ",".join(COUNTRIES)})
    onnx.save(model, target / READER)


def _write(model: nn.Module, example: Tensor, path: Path, names: tuple[str, ...]) -> None:
    """One network, with a batch of any size; the exporter that traces needs nothing but torch."""
    torch.onnx.export(
        model.to(memory_format=torch.contiguous_format),
        (example,),
        str(path),
        input_names=[names[0]],
        output_names=list(names[1:]),
        dynamic_axes={name: {0: "count"} for name in names},
        opset_version=OPSET,
        dynamo=False,
    )
