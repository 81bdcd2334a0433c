"""Writing an ONNX graph, node by node; the only module that imports `onnx`, and only set-up needs it.

The same calls give the same bytes: names are counted, nothing of the machine or the hour is recorded.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 9
"""Operator set and file format of 2022: old enough for every ONNX Runtime that Tarazy admits."""

Array = NDArray[np.floating] | NDArray[np.int64]
Attribute = int | float | str | Sequence[int]
Shape = tuple[str | int, ...]
"""Sizes by axis; a name stands for a size that may vary."""


class Graph:
    """A graph under construction; a value is known by its name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, array: Array) -> str:
        """A constant in the graph; floats are written as float32, whole numbers as int64."""
        kind = np.float32 if np.issubdtype(array.dtype, np.floating) else np.int64
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array, dtype=kind), name))
        return name

    def shape(self, *sizes: int) -> str:
        """A shape or an index as a constant."""
        return self.constant(np.array(sizes, np.int64))

    def add(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """A node with one output; the output's name."""
        return self.add_many(operator, 1, *inputs, **attributes)[0]

    def add_many(self, operator: str, outputs: int, *inputs: str, **attributes: Attribute) -> list[str]:
        """A node with several outputs."""
        names = [f"v{len(self._nodes)}_{number}" for number in range(outputs)]
        node = helper.make_node(operator, inputs, names)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in sorted(attributes.items()))
        self._nodes.append(node)
        return names

    def serialise(self, image: Shape, outputs: dict[str, tuple[str, Shape]]) -> bytes:
        """The file. Its input is `image`, float32; `outputs` give a value of the graph its public name and shape."""
        named = [helper.make_node("Identity", [value], [name]) for name, (value, _) in outputs.items()]
        graph = helper.make_graph(
            [*self._nodes, *named],
            self._name,
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, image)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, (_, shape) in outputs.items()],
            self._constants,
        )
        model = helper.make_model(
            graph, producer_name="tarazy", ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", OPSET)]
        )
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))
