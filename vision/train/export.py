"""From a training's state to the two ONNX files that the eyes load.

The reader is written in integers: what passes between its convolutions as 8 bits with a scale, weights as 7 (QDQ):
kernels for x86 without VNNI add two products in 16 bits, which 8 and 8 would overflow. On a CPU with VNNI it is nearly
three times as fast; whoever has other kernels takes the scales back. What it is worth is judged and calibrated on that
very file, and what it says of a few plates is kept beside it (`vision/known.py`): whoever opens it elsewhere compares.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from adjudication.errors import Invalid
from vision.corners import FILE as CORNERS
from vision.corners import INPUT
from vision.first import READER
from vision.frontal import HEIGHT, WIDTH
from vision.plate_reader import COUNTRIES as COUNTRIES_KEY
from vision.plate_reader import FORMATS as FORMATS_KEY
from vision.train.batches import batch
from vision.train.designs import COUNTRIES, FORMATS
from vision.train.fit import opened
from vision.train.plan import PLAN

OPSET = 17
"""Read by every ONNX Runtime, TensorRT and OpenVINO of the last three years."""
UNSEEN, BATCHES = 1_000_000, 6
"""From this number on no batch was trained on; on so many the range of what passes each layer is seen."""
IN_INTEGERS = ["Conv", "Relu", "MaxPool", "Add"]
"""All of a look's time; shares, means and the few sums at the end stay in floats."""


class _Answers(nn.Module):  # type: ignore[misc]
    """The reader with probabilities for its answers."""

    def __init__(self, reader: nn.Module) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, plates: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        rows, formats, countries, veil = self.reader(plates)
        return rows.softmax(-1), formats.softmax(-1), countries.softmax(-1), veil.sigmoid()


class _Plates(CalibrationDataReader):  # type: ignore[misc]
    """Plates for the quantizer, a dozen at a time."""

    def __init__(self, faces: Path) -> None:
        self._portions = self._all(faces)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next portion by the name of the input; None after the last."""
        return next(self._portions, None)

    @staticmethod
    def _all(faces: Path) -> Iterator[dict[str, NDArray[np.uint8]]]:
        for number in range(BATCHES):
            plates = batch(PLAN.stages[-1], UNSEEN + number, PLAN.size, faces).plates
            yield from ({"plates": portion} for portion in np.array_split(plates, 8))


def export(folder: Path, target: Path) -> None:
    """Write both networks of the training in `folder`, with what their outputs mean, into `target`.

    Raises:
        Invalid: `training-unfinished`; the detail says how far it is.
    """
    training = opened(folder)
    if training.step < PLAN.steps:
        detail = f"{training.step} of {PLAN.steps} steps are done: the same command goes on"
        raise Invalid("training-unfinished", detail)
    target.mkdir(parents=True, exist_ok=True)
    plates = torch.zeros(2, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    boxes = torch.zeros(2, INPUT[1], INPUT[0], 3, dtype=torch.uint8)
    reader = _Answers(training.reader_average.eval())
    with tempfile.TemporaryDirectory() as scratch:
        exact, ready = Path(scratch) / "exact.onnx", Path(scratch) / "ready.onnx"
        _write(reader, plates, exact, ("plates", "rows", "formats", "countries", "veil"))
        quant_pre_process(exact, ready, skip_symbolic_shape=True)
        quantize_static(
            ready,
            target / READER,
            _Plates(folder / "faces"),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=IN_INTEGERS,
        )
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
