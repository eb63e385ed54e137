from __future__ import annotations

import numpy as np
import pytest
import torch
from onnx import helper, numpy_helper

from synthesis.errors import CheckpointError
from synthesis.speech import onnx_export


def export_of(nodes, arrays) -> bytes:
    constants = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    return helper.make_model(helper.make_graph(nodes, "g", [], [], constants)).SerializeToString()


def read(monkeypatch, nodes, arrays, count):
    monkeypatch.setattr(onnx_export, "TENSOR_COUNT", count)
    return onnx_export.arrays_from_onnx(export_of(nodes, arrays))


def test_a_convolution_is_dequantised_and_named_by_its_consumer(monkeypatch):
    arrays = {
        "/encoder/Mul_output_0_quantized": np.array([[[0, 255]]], np.uint8),
        "/encoder/Mul_output_0_scale": np.float32(0.5).reshape(()),
        "elsewhere_zero_point": np.uint8(128).reshape(()),
        "encoder.predictor.F0.0.conv1.bias": np.ones(1, np.float32),
    }
    node = helper.make_node(
        "ConvInteger",
        ["x", "/encoder/Mul_output_0_quantized", "x_zero", "elsewhere_zero_point"],
        ["y"],
        name="/encoder/F0.0/conv1/Conv_quant",
    )
    found = read(monkeypatch, [node], arrays, 2)
    assert found["predictor.F0.0.conv1.weight"].tolist() == [[[-64.0, 63.5]]]
    assert found["predictor.F0.0.conv1.bias"].tolist() == [1.0]


def test_a_shared_layers_weight_is_taken_once_and_transposed(monkeypatch):
    weight, zero = np.array([[1, 2, 3], [4, 5, 6]], np.int8), np.zeros(3, np.int8)
    arrays = {"w_quantized": weight, "w_scale": np.array([1, 10, 100], np.float32), "zero": zero}
    nodes = [
        helper.make_node("MatMulInteger", ["x", "w_quantized", "x_zero", "zero"], [f"y{n}"], name=f"/encoder/{path}")
        for n, path in enumerate(["bert/ffn/MatMul_quant", "bert/ffn_1/MatMul_quant"])
    ]
    found = read(monkeypatch, nodes, arrays, 1)
    assert found["bert.ffn.weight"].tolist() == [[1, 4], [20, 50], [300, 600]]


def test_an_lstm_in_onnx_gate_order_runs_as_in_torch(monkeypatch):
    torch.manual_seed(3)
    expected = torch.nn.LSTM(3, 2, batch_first=True, bidirectional=True).requires_grad_(False)

    def as_onnx(rows):  # torch's i, f, g, o -> i, o, f, g
        i, f, g, o = rows.chunk(4)
        return torch.cat([i, o, f, g]).numpy()

    def both(kind):
        return [as_onnx(getattr(expected, f"{kind}_l0{suffix}")) for suffix in ("", "_reverse")]

    weights = {kind: np.stack([rows.T for rows in both(f"weight_{kind}")]) for kind in ("ih", "hh")}
    scales = {kind: np.abs(w).max(axis=(1, 2)) / 127 for kind, w in weights.items()}
    arrays = {f"{k}_q": np.round(w / scales[k][:, None, None]).astype(np.int8) for k, w in weights.items()}
    arrays |= {f"{k}_s": scale.astype(np.float32) for k, scale in scales.items()}
    arrays["b"] = np.concatenate([np.stack(both("bias_ih")), np.stack(both("bias_hh"))], axis=1)
    inputs = ["x", "ih_q", "hh_q", "b", "", "h", "c", "", "ih_s", "z", "hh_s", "z"]
    node = helper.make_node("DynamicQuantizeLSTM", inputs, ["y"], name="/encoder/shared/LSTM_quant")
    found = read(monkeypatch, [node], arrays, 8)
    recovered = torch.nn.LSTM(3, 2, batch_first=True, bidirectional=True).requires_grad_(False)
    recovered.load_state_dict({k.removeprefix("predictor.shared."): torch.tensor(v) for k, v in found.items()})
    x = torch.randn(1, 6, 3)
    torch.testing.assert_close(recovered(x)[0], expected(x)[0], atol=0.02, rtol=0)


def test_another_export_is_refused():
    with pytest.raises(CheckpointError, match="holds 0 known tensors, not 457"):
        onnx_export.arrays_from_onnx(export_of([], {}))
    with pytest.raises(CheckpointError, match="cannot be read"):
        onnx_export.arrays_from_onnx(b"\xff\xff not an export")


def test_only_floats_are_kept_as_they_are(monkeypatch):
    arrays = {"encoder.a.bias": np.ones(1, np.float32), "encoder.b.bias": np.ones(1, np.int64)}
    assert list(read(monkeypatch, [], arrays, 1)) == ["a.bias"]
