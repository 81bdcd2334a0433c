"""From a PyTorch checkpoint of YOLOv8 to ONNX, without PyTorch and without running the checkpoint's code.

A checkpoint is a pickle, and a pickle can call anything: here every class it names becomes an inert stub, names outside
a list are refused, and only the tensors' bytes are read. Source: the published YOLOv8 network (Conv+BN+SiLU, C2f, SPPF,
DFL head); PyTorch's zip serialisation.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from adjudication.errors import Invalid
from vision.graph import Graph

Floats = NDArray[np.float32]

STORAGES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8"}
STUBBED = ("torch", "ultralytics")
"""Packages whose classes a checkpoint may name; all become `Module`."""
DISTANCES = 16
"""Bins of each side's distance distribution (`reg_max`)."""


class Module:
    """An inert stand-in for any class of the checkpoint: keeps attributes, does nothing."""

    def __init__(self, *_: object) -> None:
        self.attributes: dict[str, object] = {}

    def __setstate__(self, state: object) -> None:
        self.attributes = dict(state) if isinstance(state, dict) else {}

    def __setitem__(self, key: object, value: object) -> None:
        """Some of the stubbed classes are dictionaries; what they hold is not needed."""

    def whole(self, name: str) -> int:
        """An attribute that is a whole number."""
        value = self.attributes[name]
        assert isinstance(value, int)
        return value

    def child(self, name: str) -> "Module":
        """A module inside this one."""
        children = self.attributes["_modules"]
        assert isinstance(children, dict)
        child = children[name]
        assert isinstance(child, Module)
        return child

    def children(self) -> list["Module"]:
        """The modules inside this one, in order."""
        children = self.attributes["_modules"]
        assert isinstance(children, dict)
        return [self.child(name) for name in children]

    def tensor(self, name: str) -> NDArray[np.float64]:
        """A parameter or buffer, [its own shape]."""
        for kind in ("_parameters", "_buffers"):
            held = self.attributes[kind]
            if isinstance(held, dict) and isinstance(held.get(name), np.ndarray):
                return np.asarray(held[name], np.float64)
        raise Invalid("weights-malformed", f"the checkpoint has no tensor {name} where one is expected")


class _Unpickler(pickle.Unpickler):
    """Reads tensors as arrays and everything else as stubs."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}/data.pkl")))
        self._archive, self._root = archive, root

    def persistent_load(self, pid: tuple[str, type, str, str, int]) -> NDArray[np.float32]:
        _, kind, key, _, _ = pid
        return np.frombuffer(self._archive.read(f"{self._root}/data/{key}"), STORAGES[kind.__name__])

    def find_class(self, module: str, name: str) -> object:
        known: dict[tuple[str, str], object] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("__builtin__", "set"): set,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
        }
        if (module, name) in known:
            return known[module, name]
        if module.split(".", maxsplit=1)[0] in STUBBED:
            return type(name, (Module,), {})
        raise Invalid("weights-malformed", f"the checkpoint names {module}.{name}, which no model needs")


def _tensor(
    storage: NDArray[np.float32], start: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> NDArray[np.float32]:
    last = start + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if min((start, *stride)) < 0 or last >= len(storage):
        raise Invalid("weights-malformed", "a tensor of the checkpoint lies outside its storage")
    steps = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[start:], size, steps, writeable=False)


def _parameter(data: NDArray[np.float32], *_: object) -> NDArray[np.float32]:
    return data


def convert(files: Mapping[str, bytes]) -> bytes:
    """The ONNX file, from the checkpoint that is the only one of `files`.

    Input `image` [N,3,H,W], RGB 0–1, H and W multiples of 32. Output `cells` [N,5,A]: for each cell of the three grids
    (strides 8, 16, 32, row by row) the distances from its middle to the left, upper, right and lower side in strides,
    and the score 0–1.
    """
    (checkpoint,) = files.values()
    with zipfile.ZipFile(io.BytesIO(checkpoint)) as archive:
        root = archive.namelist()[0].split("/")[0]
        loaded = _Unpickler(archive, root).load()
    network = loaded["model"].child("model")
    return _Network(Graph("yolov8n-plates")).run(network.children())


class _Network:
    """The graph of YOLOv8, layer by layer as the checkpoint lists them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def run(self, layers: Sequence[Module]) -> bytes:
        blocks: dict[str, Callable[[Module, str], str]] = {
            "Conv": self._conv,
            "C2f": self._c2f,
            "SPPF": self._sppf,
            "Upsample": self._upsample,
        }
        values: list[str] = []
        value = "image"
        for layer in layers:
            kind = type(layer).__name__
            if kind == "Concat":
                value = self._graph.add("Concat", *self._sources(layer, values), axis=1)
            elif kind == "Detect":
                cells = self._detect(layer, self._sources(layer, values))
                return self._graph.serialise(("n", 3, "h", "w"), {"cells": (cells, ("n", 5, "a"))})
            else:
                value = blocks[kind](layer, value)
            values.append(value)
        raise Invalid("weights-malformed", "the checkpoint has no detection head")

    @staticmethod
    def _sources(layer: Module, values: Sequence[str]) -> list[str]:
        wanted = layer.attributes["f"]
        assert isinstance(wanted, list)
        return [values[index] for index in wanted]

    def _conv(self, module: Module, value: str) -> str:
        """Convolution, its batch normalisation folded in, SiLU."""
        convolution, norm = module.child("conv"), module.child("bn")
        eps = norm.attributes["eps"]
        assert isinstance(eps, float)
        scale = norm.tensor("weight") / np.sqrt(norm.tensor("running_var") + eps)
        bias = norm.tensor("bias") - norm.tensor("running_mean") * scale
        folded = self._convolution(convolution, value, convolution.tensor("weight") * scale[:, None, None, None], bias)
        return self._graph.add("Mul", folded, self._graph.add("Sigmoid", folded))

    def _convolution(self, module: Module, value: str, kernel: NDArray[np.float64], bias: NDArray[np.float64]) -> str:
        strides, padding = module.attributes["stride"], module.attributes["padding"]
        assert isinstance(strides, tuple)
        assert isinstance(padding, tuple)
        constants = [self._graph.constant(array.astype(np.float32)) for array in (kernel, bias)]
        return self._graph.add("Conv", value, *constants, strides=strides, pads=(*padding, *padding))

    def _c2f(self, module: Module, value: str) -> str:
        half = module.whole("c")
        parts = self._graph.add_many(
            "Split", 2, self._conv(module.child("cv1"), value), self._graph.shape(half, half), axis=1
        )
        for bottleneck in module.child("m").children():
            through = self._conv(bottleneck.child("cv2"), self._conv(bottleneck.child("cv1"), parts[-1]))
            parts.append(self._graph.add("Add", parts[-1], through) if bottleneck.attributes["add"] else through)
        return self._conv(module.child("cv2"), self._graph.add("Concat", *parts, axis=1))

    def _sppf(self, module: Module, value: str) -> str:
        size = module.child("m").whole("kernel_size")
        pooled = [self._conv(module.child("cv1"), value)]
        for _ in range(3):
            pooled.append(
                self._graph.add("MaxPool", pooled[-1], kernel_shape=(size, size), strides=(1, 1), pads=(size // 2,) * 4)
            )
        return self._conv(module.child("cv2"), self._graph.add("Concat", *pooled, axis=1))

    def _upsample(self, _: Module, value: str) -> str:
        twice = self._graph.constant(np.array((1, 1, 2, 2), np.float32))
        return self._graph.add(
            "Resize",
            value,
            "",
            twice,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def _detect(self, module: Module, levels: Sequence[str]) -> str:
        sides = [self._head(head, level) for head, level in zip(module.child("cv2").children(), levels, strict=True)]
        scores = [self._head(head, level) for head, level in zip(module.child("cv3").children(), levels, strict=True)]
        side = self._graph.add("Concat", *sides, axis=2)
        score = self._graph.add("Sigmoid", self._graph.add("Concat", *scores, axis=2))
        return self._graph.add("Concat", self._distances(side), score, axis=1)

    def _head(self, head: Module, value: str) -> str:
        """Two convolutions and a plain one; one row a channel, one column a cell."""
        *hidden, last = head.children()
        for module in hidden:
            value = self._conv(module, value)
        kernel, bias = last.tensor("weight"), last.tensor("bias")
        return self._graph.add(
            "Reshape", self._convolution(last, value, kernel, bias), self._graph.shape(0, len(bias), -1)
        )

    def _distances(self, side: str) -> str:
        """Each side's distance as the mean of its distribution over bins. Source: Generalized Focal Loss, eq. 6."""
        graph = self._graph
        bins = graph.add("Reshape", side, graph.shape(0, 4, DISTANCES, -1))
        shares = graph.add("Softmax", bins, axis=2)
        steps = graph.constant(np.arange(DISTANCES, dtype=np.float32).reshape(1, 1, DISTANCES, 1))
        return graph.add("ReduceSum", graph.add("Mul", shares, steps), graph.shape(2), keepdims=0)
