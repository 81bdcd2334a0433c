"""ONNX Runtime: the only module that imports it. A network is a file, and running it a function of arrays.

One thread each by default. Measured on 2 cores: two single-thread workers read more pictures than one with two threads.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Network:
    """A loaded model with one input. Safe to use from several threads."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: warnings name files and speak of graphs, not of our work
        # Pictures of many sizes come in turn: the arena would keep the largest activations of each for good.
        options.enable_cpu_mem_arena = False
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Floats) -> Sequence[Floats]:
        """The model's outputs for a batch, [N, ...] each."""
        outputs: Sequence[Floats] = self._session.run(None, {self._input: np.ascontiguousarray(batch)})
        return outputs

    def metadata(self, key: str) -> str:
        """A text the model carries, "" if it has none of that name."""
        return str(self._session.get_modelmeta().custom_metadata_map.get(key, ""))
