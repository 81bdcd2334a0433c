"""Where networks run: as asked, or refused with what to do; never silently elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from adjudication.errors import Invalid
from vision.onnx import BUILDS, CPU, ENGINES, NAMES, PROVIDERS, Device, Network, Provider, check, providers

THERE = ort.get_available_providers()
ABSENT = [provider for provider in PROVIDERS if NAMES[provider] not in THERE]
PRESENT = [provider for provider in PROVIDERS if NAMES[provider] in THERE]


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    """A network that doubles what it is given."""
    shape = ["n", 3]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "x"], ["y"])],
        "doubling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "doubling.onnx")
    return tmp_path / "doubling.onnx"


@pytest.mark.parametrize("provider", PRESENT)
def test_a_network_runs_where_it_is_asked_to(doubling: Path, provider: Provider) -> None:
    network = Network(doubling, device=Device(provider))
    assert network.providers[0] == NAMES[provider]
    (doubled,) = network.run(np.array([[1, 2, 3]], np.float32))
    assert doubled.tolist() == [[2, 4, 6]]


@pytest.mark.parametrize("provider", ABSENT)
def test_a_provider_that_is_not_there_is_refused_with_what_to_do(doubling: Path, provider: Provider) -> None:
    with pytest.raises(Invalid, match="provider-unavailable") as refusal:
        Network(doubling, device=Device(provider))
    said = refusal.value.detail
    assert f"has only {', '.join(PRESENT)};" in said
    assert BUILDS[provider] in said
    assert "TARAZY_PROVIDER=cpu" in said
    assert not (doubling.parent / ENGINES).exists()


def test_the_processor_does_not_pretend_to_count_in_half_precision() -> None:
    with pytest.raises(Invalid, match="TARAZY_HALF=false"):
        check(Device("cpu", half=True))
    check(CPU)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_asked_for_is_known_to_onnx_runtime_and_ends_at_the_processor(provider: Provider) -> None:
    asked = providers(Device(provider, 1), engines=Path("engines"))
    assert {name for name, _ in asked} <= set(ort.get_all_providers())
    assert asked[0][0] == NAMES[provider]
    assert asked[-1] == ("CPUExecutionProvider", {})
    assert all(isinstance(value, str) for _, options in asked for value in options.values())


def test_tensorrt_keeps_its_engines_and_uses_the_card_and_the_precision_it_is_told() -> None:
    (_, tensorrt), (helper_name, cuda), _ = providers(Device("tensorrt", 1, half=True), engines=Path("there"))
    assert tensorrt["trt_engine_cache_enable"] == "True"
    assert tensorrt["trt_engine_cache_path"] == tensorrt["trt_timing_cache_path"] == "there"
    assert (tensorrt["trt_fp16_enable"], tensorrt["device_id"]) == ("True", "1")
    assert (helper_name, cuda["device_id"]) == ("CUDAExecutionProvider", "1")
    (_, whole), *_ = providers(Device("tensorrt"), engines=Path("there"))
    assert whole["trt_fp16_enable"] == "False"


def test_openvino_runs_on_what_it_is_told() -> None:
    for provider, kind in (("openvino", "CPU"), ("openvino-gpu", "GPU.1")):
        (_, options), _ = providers(Device(provider, 1), engines=Path("there"), threads=3)
        assert (options["device_type"], options["precision"], options["num_of_threads"]) == (kind, "FP32", "3")


def test_readings_of_another_device_bear_another_name() -> None:
    marks = {Device(provider, half=half).mark for provider in PROVIDERS[1:] for half in (False, True)}
    assert CPU.mark == ""
    assert len(marks) == 2 * (len(PROVIDERS) - 1)
    assert all(len(mark) <= 20 for mark in marks), "the eyes' name has 64 characters"


def test_the_runtime_tells_nobody_of_its_starts() -> None:
    told = "import os, vision.onnx; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=_quiet())
    assert ran.stdout.strip() == "1"


def _quiet() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
