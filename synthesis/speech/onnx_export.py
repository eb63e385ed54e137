"""Recovers the voice model's weights from its public 8-bit ONNX export, under the names of the reference state dict.

The export keeps a module's path in the name of the node that consumes a weight ("/encoder/F0.0/conv1/Conv_quant"), even
where the weight itself lost its name, so every weight is found by its consumer. Only initialisers are read; the graph
is never run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import numpy_helper

from synthesis.errors import CheckpointError

TENSOR_COUNT = 457
PREDICTOR_PARTS = ("F0", "N", "shared")
KEPT_LEAVES = ("weight", "bias", "gamma", "beta")


def arrays_from_onnx(export: bytes) -> dict[str, np.ndarray]:
    """Return the 457 float32 arrays of the model: weights folded and dequantised, LSTM gates in torch's order.

    Raises CheckpointError if `export` is not the ONNX export that this was written for.
    """
    try:
        graph = onnx.load_from_string(export).graph
    except Exception as error:
        raise CheckpointError(f"the voice model's ONNX export cannot be read: {error}") from error
    arrays = {tensor.name: tensor for tensor in graph.initializer}
    reader = _Initialisers(arrays)
    tensors = dict(_kept_tensors(reader))
    for node in graph.node:
        for name, array in _tensors_of(node, reader):
            tensors.setdefault(name, array)
    if len(tensors) != TENSOR_COUNT:
        raise CheckpointError(f"the voice model's ONNX export holds {len(tensors)} known tensors, not {TENSOR_COUNT}")
    return {name: np.ascontiguousarray(array) for name, array in tensors.items()}


class _Initialisers:
    """The constants of a graph by name, read on demand; each weight is handed out once."""

    def __init__(self, tensors: dict[str, onnx.TensorProto]):
        self.tensors = tensors
        self.taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self.tensors

    def read(self, name: str) -> np.ndarray:
        return numpy_helper.to_array(self.tensors[name])

    def take(self, name: str) -> bool:
        """Whether this is the first use of the weight: the layers of the shared encoder consume the same ones."""
        is_first = name in self.tensors and name not in self.taken
        self.taken.add(name)
        return is_first

    def dequantised(self, weight: str, zero_point: str) -> np.ndarray:
        """(q - zero_point) * scale in float32; a scale or zero point of shape (N,) belongs to the last axis."""
        scale = self.read(weight.removesuffix("_quantized") + "_scale")
        centred = self.read(weight).astype(np.int32) - self.read(zero_point).astype(np.int32)
        return centred.astype(np.float32) * scale


def _module_path(node_name: str) -> str:
    """ "/encoder/text_encoder/cnn.0/cnn.0.0/Conv_quant" -> "text_encoder.cnn.0.0"; the last part is the operator."""
    parts = node_name.strip("/").split("/")[:-1]
    if parts[0] == "encoder":
        parts = parts[1:]
        if parts[0].split(".")[0].split("_")[0] in PREDICTOR_PARTS:
            parts = ["predictor", *parts]
    elif parts[:2] == ["decoder", "decoder"]:
        parts = parts[1:]
    nested = [part for part, inner in zip(parts, [*parts[1:], ""], strict=True) if not inner.startswith(part + ".")]
    return ".".join(nested)


def _kept_tensors(reader: _Initialisers) -> Iterator[tuple[str, np.ndarray]]:
    """The float tensors that kept their names: biases, norms and the Snake frequencies."""
    for name, tensor in reader.tensors.items():
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        leaf = name.rsplit(".", 1)[-1]
        is_snake = ".alpha1." in name or ".alpha2." in name
        if name.startswith("encoder.") and leaf in KEPT_LEAVES:
            yield name.removeprefix("encoder."), reader.read(name)
        elif name.startswith("decoder.decoder.") and (leaf in KEPT_LEAVES or is_snake):
            yield name.removeprefix("decoder."), reader.read(name)


def _tensors_of(node: onnx.NodeProto, reader: _Initialisers) -> Iterator[tuple[str, np.ndarray]]:
    weight = node.input[1] if len(node.input) > 1 else ""
    match node.op_type:
        case "ConvInteger" if reader.take(weight):
            yield _module_path(node.name) + ".weight", reader.dequantised(weight, node.input[3])
        case "MatMulInteger" if reader.take(weight):
            yield _module_path(node.name) + ".weight", reader.dequantised(weight, node.input[3]).T
        case "Conv" | "ConvTranspose" if reader.take(weight) and "/istft/" not in node.name:
            yield _module_path(node.name) + ".weight", reader.read(weight)
        case "MatMul" if reader.take(weight):
            yield _module_path(node.name) + ".weight", reader.read(weight).T
        case "DequantizeLinear":
            scale, zero_point = node.input[1], node.input[2]
            table = scale.removesuffix("_scale")
            name = table.removeprefix("encoder.")
            yield name, reader.dequantised(table + "_quantized", zero_point)
        case "DynamicQuantizeLSTM":
            yield from _lstm_tensors(node, reader)


def _lstm_tensors(node: onnx.NodeProto, reader: _Initialisers) -> Iterator[tuple[str, np.ndarray]]:
    """Both directions of an LSTM: W (2, in, 4h), R (2, h, 4h) int8 with a scale each direction, B (2, 8h)."""
    path = _module_path(node.name)
    bias = reader.read(node.input[3])
    for direction, suffix in enumerate(("_l0", "_l0_reverse")):
        for kind, weight, scale in (("ih", node.input[1], node.input[8]), ("hh", node.input[2], node.input[10])):
            steps = reader.read(weight)[direction].astype(np.float32) * reader.read(scale)[direction]
            yield f"{path}.weight_{kind}{suffix}", _torch_gates(steps.T)
        input_bias, hidden_bias = np.split(bias[direction], 2)
        yield f"{path}.bias_ih{suffix}", _torch_gates(input_bias)
        yield f"{path}.bias_hh{suffix}", _torch_gates(hidden_bias)


def _torch_gates(rows: np.ndarray) -> np.ndarray:
    """Reorder the four gates along the first axis from ONNX's input, output, forget, cell to torch's i, f, g, o."""
    i, o, f, c = np.split(rows, 4)
    return np.concatenate([i, f, c, o])
