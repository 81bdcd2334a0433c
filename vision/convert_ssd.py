"""From a TensorFlow.js graph model of SSD MobileNetV2 (COCO) to ONNX.

The graph is walked backwards from its raw outputs; the loop that resizes pictures and the shape arithmetic round every
reshape are left out, for the picture comes in at its size. Source: the TensorFlow.js graph-model format; SSD with
MobileNetV2 of the TensorFlow Object Detection API.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.graph import Graph

IMAGE = (1, 3, 300, 300)
"""The size the model was trained at; a batch of one, because its anchors are folded for one."""
PICTURE = "Preprocessor/sub"
BOXES = "Squeeze"
SCORES = "Postprocessor/convert_scores"
ANCHORS = "Postprocessor/ExpandDims"
CLASSES = 91
"""COCO's, the background first."""
BOX_SCALES = (10.0, 10.0, 5.0, 5.0)
"""What the trained offsets of y, x, height and width were multiplied by. Source: faster_rcnn_box_coder, ssd configs."""

Floats = NDArray[np.float32]


class _Integers(msgspec.Struct):
    i: list[int] = []


class _Attribute(msgspec.Struct):
    list: _Integers | None = None
    f: float | None = None


class _Node(msgspec.Struct):
    name: str
    op: str
    input: tuple[str, ...] = ()
    attr: Mapping[str, _Attribute] = {}


class _Topology(msgspec.Struct):
    node: list[_Node]


class _Weight(msgspec.Struct):
    name: str
    shape: tuple[int, ...]
    dtype: str


class _Weights(msgspec.Struct):
    paths: tuple[str, ...]
    weights: tuple[_Weight, ...]


class _Model(msgspec.Struct):
    topology: _Topology = msgspec.field(name="modelTopology")
    manifest: list[_Weights] = msgspec.field(name="weightsManifest")


def convert(files: Mapping[str, bytes]) -> bytes:
    """The ONNX file from `model.json` and its shards, named as in the model.

    Input `image` [1,3,300,300], RGB 0–255. Outputs `boxes` [1,1917,4] as y0, x0, y1, x1 in shares of the picture, and
    `scores` [1,1917,91], class 0 the background.
    """
    model = msgspec.json.decode(files["model.json"], type=_Model, strict=False)
    return _Translation(model.topology.node, _weights(model.manifest, files)).run()


def _weights(manifest: list[_Weights], files: Mapping[str, bytes]) -> dict[str, Floats]:
    found = {}
    for group in manifest:
        data = b"".join(files[path] for path in group.paths)
        start = 0
        for weight in group.weights:
            kind = {"float32": "<f4", "int32": "<i4"}[weight.dtype]
            found[weight.name] = np.frombuffer(data, kind, prod(weight.shape), start).reshape(weight.shape)
            start += 4 * prod(weight.shape)
    return found


class _Translation:
    """One walk over the TensorFlow graph. Pictures are NCHW in ONNX, NHWC in TensorFlow."""

    def __init__(self, nodes: list[_Node], weights: dict[str, Floats]) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._weights = weights
        self._graph = Graph("ssd-mobilenet-v2-coco")
        self._values: dict[str, str] = {}

    def run(self) -> bytes:
        graph = self._graph
        scaled = graph.add("Mul", "image", graph.constant(np.array(2 / 255, np.float32)))
        self._values[PICTURE] = graph.add("Sub", scaled, graph.constant(np.array(1, np.float32)))
        boxes = self._decoded(self._value(BOXES))
        return graph.serialise(
            IMAGE, {"boxes": (boxes, (1, "a", 4)), "scores": (self._value(SCORES), (1, "a", CLASSES))}
        )

    def _value(self, name: str) -> str:
        """The ONNX value of a TensorFlow node, translated once."""
        waiting = [name]
        while waiting:
            node = self._nodes[waiting[-1]]
            missing = [
                source for source in node.input if source not in self._values and self._nodes[source].op not in _SHAPES
            ]
            if missing and node.name not in self._values:
                waiting += missing
                continue
            self._values.setdefault(node.name, self._translated(node))
            waiting.pop()
        return self._values[name]

    def _translated(self, node: _Node) -> str:
        inputs = [self._values[source] for source in node.input if source in self._values]
        if node.op == "Squeeze":  # its axis was never made
            return inputs[0]
        return self._OPERATORS[node.op](self, node, inputs)

    def _convolution(self, node: _Node, inputs: list[str]) -> str:
        return self._convolved(node, inputs[0], self._weights[node.input[1]].transpose(3, 2, 0, 1), 1)

    def _depthwise(self, node: _Node, inputs: list[str]) -> str:
        kernel = self._weights[node.input[1]].transpose(2, 3, 0, 1)
        return self._convolved(node, inputs[0], kernel, kernel.shape[0])

    def _convolved(self, node: _Node, value: str, kernel: Floats, group: int) -> str:
        strides = node.attr["strides"].list
        assert strides is not None
        return self._graph.add(
            "Conv",
            value,
            self._graph.constant(kernel),
            auto_pad="SAME_UPPER",  # TensorFlow's SAME puts the odd pixel below and to the right
            strides=strides.i[1:3],
            group=group,
        )

    def _normalised(self, node: _Node, inputs: list[str]) -> str:
        scales = [self._graph.constant(self._weights[source]) for source in node.input[1:]]
        return self._graph.add("BatchNormalization", *inputs, *scales, epsilon=node.attr["epsilon"].f or 0.0)

    def _clipped(self, _: _Node, inputs: list[str]) -> str:
        bounds = [self._graph.constant(np.array(bound, np.float32)) for bound in (0, 6)]
        return self._graph.add("Clip", *inputs, *bounds)

    def _sigmoid(self, _: _Node, inputs: list[str]) -> str:
        return self._graph.add("Sigmoid", *inputs)

    def _joined(self, _: _Node, inputs: list[str]) -> str:
        return self._graph.add("Concat", *inputs, axis=1)

    def _combined(self, node: _Node, inputs: list[str]) -> str:
        """Sums and products of values, or of a value and one number a channel."""
        constants = [
            self._graph.constant(self._weights[source].reshape(1, -1, 1, 1))
            for source in node.input
            if source not in self._values
        ]
        return self._graph.add("Mul" if node.op == "Mul" else "Add", *inputs, *constants)

    def _predictions(self, node: _Node, inputs: list[str]) -> str:
        """Predictions of one scale, [1, anchors, 4] of boxes or [1, anchors, 91] of classes."""
        last = 4 if node.name.endswith("Reshape") else CLASSES
        rows = self._graph.add("Transpose", *inputs, perm=(0, 2, 3, 1))
        return self._graph.add("Reshape", rows, self._graph.shape(1, -1, last))

    def _decoded(self, offsets: str) -> str:
        """Boxes from offsets to anchors. Source: SSD (Liu et al. 2016), §2.2."""
        graph, anchors = self._graph, self._weights[ANCHORS]
        size = anchors[..., 2:] - anchors[..., :2]
        middle = anchors[..., :2] + size / 2
        scaled = graph.add("Div", offsets, graph.constant(np.array(BOX_SCALES, np.float32)))
        shift, stretch = graph.add_many("Split", 2, scaled, graph.shape(2, 2), axis=2)
        centre = graph.add("Add", graph.add("Mul", shift, graph.constant(size)), graph.constant(middle))
        half = graph.add("Mul", graph.add("Exp", stretch), graph.constant(size / 2))
        return graph.add("Concat", graph.add("Sub", centre, half), graph.add("Add", centre, half), axis=2)

    _OPERATORS: ClassVar[dict[str, Callable[["_Translation", _Node, list[str]], str]]] = {
        "Conv2D": _convolution,
        "DepthwiseConv2dNative": _depthwise,
        "FusedBatchNorm": _normalised,
        "Add": _combined,
        "AddN": _combined,
        "BiasAdd": _combined,
        "Mul": _combined,
        "Relu6": _clipped,
        "Reshape": _predictions,
        "ConcatV2": _joined,
        "Sigmoid": _sigmoid,
    }


_SHAPES = frozenset({"Const", "Pack", "Shape", "StridedSlice"})
"""Operators that hold weights or compute shapes: read where they are used, never translated."""
