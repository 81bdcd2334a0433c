"""ONNX Runtime: the only module that imports it. A network is a file, and running it a function of arrays.

Where it runs is configuration (`Device`), and never changes by itself: a provider that this build of ONNX Runtime does
not have, or that cannot start here, is refused with what to do, because on the processor instead a centre would fall
behind its cameras without anybody being told.

One thread each by default. Measured on 2 cores: two single-thread workers read more pictures than one with two threads.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from adjudication.errors import Invalid

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when it is imported: else it tells its maker of every start
import onnxruntime as ort

Floats = NDArray[np.float32]
Provider = Literal["cpu", "cuda", "tensorrt", "openvino", "openvino-gpu"]
PROVIDERS: Sequence[Provider] = get_args(Provider)

NAMES: Mapping[Provider, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "openvino-gpu": "OpenVINOExecutionProvider",
}
"""What ONNX Runtime calls each. Source: onnxruntime.ai, "Execution Providers"."""
BUILDS: Mapping[Provider, str] = {
    "cpu": "onnxruntime",
    "cuda": "onnxruntime-gpu, with CUDA and cuDNN of the versions it names",
    "tensorrt": "onnxruntime-gpu, with CUDA, cuDNN and TensorRT of the versions it names",
    "openvino": "onnxruntime-openvino",
    "openvino-gpu": "onnxruntime-openvino, with the driver of the graphics processor",
}
"""Which build of ONNX Runtime has each; two builds in one environment overwrite each other."""
ENGINES = "engines"
"""Folder beside a model for what a provider compiles of it: minutes of work that a restart should not repeat."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run: a provider, the number of its card, and whether it may count in 16-bit floats.

    With `half`, and on another provider, confidences differ in their last digits, so the eyes' name says both.
    """

    provider: Provider = "cpu"
    number: int = 0
    half: bool = False

    @property
    def mark(self) -> str:
        """What tells the readings of this device from those of the processor; "" for the processor."""
        return "" if self.provider == "cpu" else f"-{self.provider}{'16' if self.half else ''}"


CPU = Device()


class Network:
    """A loaded model with one input. Safe to use from several threads."""

    def __init__(self, path: Path, *, threads: int = 1, device: Device = CPU) -> None:
        """Loads the model for `device`; compiling it for TensorRT takes minutes the first time.

        Raises:
            Invalid: `provider-unavailable`, this build of ONNX Runtime has no such provider, or it cannot start here.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: warnings name files and speak of graphs, not of our work
        # Pictures of many sizes come in turn: the arena would keep the largest activations of each for good.
        options.enable_cpu_mem_arena = False
        self._session = _session(path, options, device, threads)
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: Floats | NDArray[np.uint8]) -> Sequence[Floats]:
        """The model's outputs for a batch, [N, ...] each."""
        outputs: Sequence[Floats] = self._session.run(None, {self._input: np.ascontiguousarray(batch)})
        return outputs

    def metadata(self, key: str) -> str:
        """A text the model carries, "" if it has none of that name."""
        return str(self._session.get_modelmeta().custom_metadata_map.get(key, ""))

    @property
    def providers(self) -> list[str]:
        """Where the session runs, by ONNX Runtime's names: what it was asked for first, then what helps it out."""
        return list(self._session.get_providers())


def providers(device: Device, *, engines: Path, threads: int = 1) -> list[tuple[str, dict[str, str]]]:
    """The providers to ask for, first choice first, each with its options as ONNX Runtime takes them.

    TensorRT leaves what it cannot compile to CUDA, and each leaves shapes and indices to the processor: that is within
    one network and is no fall-back of the network. Source: onnxruntime.ai, options of each provider.
    """
    cpu: tuple[str, dict[str, str]] = (NAMES["cpu"], {})
    card = str(device.number)
    # Pictures of many sizes: the search for the fastest convolution would be repeated for each, the heuristic is not.
    cuda = {"device_id": card, "cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"}
    if device.provider == "cuda":
        return [(NAMES["cuda"], cuda), cpu]
    if device.provider == "tensorrt":
        tensorrt = {
            "device_id": card,
            "trt_fp16_enable": str(device.half),
            "trt_engine_cache_enable": "True",
            "trt_engine_cache_path": str(engines),
            "trt_timing_cache_enable": "True",
            "trt_timing_cache_path": str(engines),
        }
        return [(NAMES["tensorrt"], tensorrt), (NAMES["cuda"], cuda), cpu]
    if device.provider in {"openvino", "openvino-gpu"}:
        openvino = {
            "device_type": f"GPU.{card}" if device.provider == "openvino-gpu" else "CPU",
            "precision": "FP16" if device.half else "FP32",
            "cache_dir": str(engines),
            "num_of_threads": str(threads),
        }
        return [(NAMES[device.provider], openvino), cpu]
    return [cpu]


def check(device: Device) -> None:
    """Returns if this build of ONNX Runtime has the provider, and the provider what is asked of it.

    Raises:
        Invalid: `provider-unavailable`; the detail names those that are there and what to install.
    """
    there = ort.get_available_providers()
    if NAMES[device.provider] not in there:
        raise _unavailable(device, f"this build of ONNX Runtime has only {_ours(there)}")
    if device.half and device.provider in {"cpu", "cuda"}:
        raise Invalid("provider-unavailable", f"{device.provider} counts in 32-bit floats only: set TARAZY_HALF=false")


def _session(path: Path, options: ort.SessionOptions, device: Device, threads: int) -> ort.InferenceSession:
    check(device)
    engines = path.parent / ENGINES
    asked = providers(device, engines=engines, threads=threads)
    if device.provider != "cpu":
        engines.mkdir(parents=True, exist_ok=True)
    try:
        session = ort.InferenceSession(str(path), options, providers=asked)
    except (RuntimeError, ValueError) as error:
        if device.provider == "cpu":
            raise
        raise _unavailable(device, f"it does not start here ({type(error).__name__})") from error
    session.disable_fallback()  # else an error while running would move the network to the processor for good
    # A provider whose libraries cannot be loaded is left out with no more than a line in a log.
    if NAMES[device.provider] not in session.get_providers():
        raise _unavailable(device, "its libraries are not found here, or there is no such card")
    return session


def _unavailable(device: Device, why: str) -> Invalid:
    return Invalid(
        "provider-unavailable",
        f"TARAZY_PROVIDER={device.provider}: {why}; install {BUILDS[device.provider]} in the place of any other build, "
        "or set TARAZY_PROVIDER=cpu",
    )


def _ours(names: Sequence[str]) -> str:
    """Our words for ONNX Runtime's names, as far as there are any."""
    return ", ".join(word for word in PROVIDERS if NAMES[word] in names)
