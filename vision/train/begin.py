"""A training begun from exported weights, where the state that it would go on from is gone.

Export folds each batch norm into its convolution and rounds the weights. Here integers become floats again, and each
norm gets the mean and deviation that its convolution has on drawn plates, with the scale and shift that undo them: the
network answers what the file does, up to what rounding between the layers changes, and can learn on.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adjudication.errors import Invalid
from vision.corners import FILE as CORNERS
from vision.first import READER
from vision.train.batches import batch
from vision.train.fit import opened, save
from vision.train.plan import PLAN

NEVER_TRAINED, BATCHES = 2_000_000, 16
"""Numbers of the batches that norms are measured on: neither trained on nor what export measures with."""


def begin(folder: Path, weights: Path, faces: Path) -> None:
    """Write into `folder` the state of a training that has the networks of `weights` and goes on with the plan's last
    stage of reading.

    Raises:
        Invalid: `training-begun`, there is a state already, which `fit` goes on from.
    """
    if (folder / "state.pt").exists():
        raise Invalid("training-begun", f"{folder}: begin in another --folder, or move this one's state away")
    training = opened(folder)
    stage, _ = PLAN.at(PLAN.latest)
    shown = [batch(stage, NEVER_TRAINED + number, PLAN.size, faces) for number in range(BATCHES)]
    restore(training.reader, weights / READER, [torch.from_numpy(each.plates) for each in shown])
    restore(training.corners, weights / CORNERS, [torch.from_numpy(each.boxes) for each in shown])
    training.reader_average.load_state_dict(training.reader.state_dict())
    training.corners_average.load_state_dict(training.corners.state_dict())
    training.step = PLAN.latest
    folder.mkdir(parents=True, exist_ok=True)
    save(training, folder)


@torch.no_grad()  # type: ignore[untyped-decorator]
def restore(model: nn.Module, file: Path, pictures: list[Tensor]) -> None:
    """Give a network the weights of its export, its norms measured on `pictures`, uint8 [N, h, w, 3] each."""
    graph = onnx.load(file).graph
    values = _values(graph)
    norms: dict[nn.Module, tuple[nn.BatchNorm2d, Tensor]] = {}
    for node in graph.node:
        if node.op_type not in {"Conv", "Gemm"}:
            continue
        path = _module(node.name)
        module = model.get_submodule(path)
        weight, *bias = (torch.tensor(values[name]) for name in node.input[1:])
        module.weight.copy_(weight)
        if module.bias is not None:
            module.bias.copy_(bias[0])
        elif bias:
            norms[module] = (_norm(model.get_submodule(path.rpartition(".")[0])), bias[0])
    _fold_back(model, norms, pictures)


def _values(graph: onnx.GraphProto) -> dict[str, NDArray[np.float32]]:
    """Every tensor of weights by its name, integers as the floats they stand for; channels come first."""
    values = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            whole, scale, zero = (values[name] for name in node.input)
            shape = (-1, *(1,) * (whole.ndim - 1)) if whole.ndim else ()
            levels = whole.astype(np.float32) - zero.astype(np.float32).reshape(shape)
            values[node.output[0]] = levels * scale.reshape(shape)
    return values


def _module(node: str) -> str:
    """`/reader/body/body.5/wide/Conv` → `body.5.wide`: inside a sequence the exporter repeats the sequence's name."""
    path: list[str] = []
    for part in node.split("/")[1:-1]:
        if path and part.startswith(path[-1] + "."):
            path.pop()
        path.append(part)
    return ".".join(path).removeprefix("reader.")


def _norm(block: nn.Module) -> nn.BatchNorm2d:
    """The one batch norm of a block."""
    (norm,) = (child for child in block.children() if isinstance(child, nn.BatchNorm2d))
    return norm


def _fold_back(model: nn.Module, norms: dict[nn.Module, tuple[nn.BatchNorm2d, Tensor]], pictures: list[Tensor]) -> None:
    """Norms that change nothing but add the bias, then such of what their convolutions say of `pictures`."""
    seen: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {module: [] for module in norms}

    def note(module: nn.Module, _inputs: object, output: Tensor) -> None:
        seen[module].append((output.mean(dim=(0, 2, 3)), output.square().mean(dim=(0, 2, 3))))

    for norm, bias in norms.values():
        _set(norm, torch.zeros_like(bias), torch.ones_like(bias) - norm.eps, bias)
    hooks = [module.register_forward_hook(note) for module in norms]
    model.eval()
    for each in pictures:
        model(each)
    for hook in hooks:
        hook.remove()
    for module, (norm, bias) in norms.items():
        mean, square = (torch.stack(each).mean(dim=0) for each in zip(*seen[module], strict=True))
        _set(norm, mean, square - mean.square(), bias)


def _set(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor, bias: Tensor) -> None:
    """A norm by `mean` and `variance` whose output is its input and `bias`."""
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean + bias)
