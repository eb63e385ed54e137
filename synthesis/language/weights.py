"""Fills a model from safetensors in the hub's layout, tensor by tensor, straight into parameters on their device."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kernels.quantized import QuantizedWeight, Weight, quantize
from synthesis.config import LanguageConfig
from synthesis.errors import CheckpointError
from synthesis.language.attention import Linear
from synthesis.language.experts import Experts, SwiGLU
from synthesis.language.families import read_config
from synthesis.language.half_model import halve_ends, halve_layer
from synthesis.language.model import LanguageModel, Layer
from synthesis.language.quantized_model import Quantisation, outline
from synthesis.language.safetensors_file import Reader, StoredTensor, read_header
from synthesis.types import Progress, no_progress

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
ROUNDED_AT_ONCE = 1 << 21  # weights


def load_hub_model(
    directory: Path,
    device: torch.device,
    dtype: torch.dtype,
    *,
    quantise: Quantisation | None = None,
    halves: bool = False,
    progress: Progress = no_progress,
) -> LanguageModel:
    """The model of a directory with config.json and safetensors; `progress` is told of bytes.

    Beside the parameters it takes one buffer of host memory, with `quantise` room for one tensor on the device, and
    with `halves`, which keeps weights on a CPU in 16 bits, room for one layer, or the embedding, in 32.
    Raises CheckpointError: before anything is allocated if a tensor is missing, unexpected or of another shape or type;
    later if one holds what is no number.
    """
    config = read_config(read_json(directory / "config.json"))
    stored = _stored(directory)
    if config.tied_head:
        stored.pop("lm_head.weight", None)
    shapes = {name: tensor.shape for name, tensor in stored.items()}
    check_tensors(directory.name, shapes, destinations(outline(config, torch.device("meta"), dtype, quantise)))
    model, reader = outline(config, device, dtype, quantise), Reader(device)
    done, total = 0, sum(tensor.size_bytes for tensor in stored.values())
    for name in fill_model(model, device, lambda name: reader.pieces(stored[name]), halves=halves):
        done += stored[name].size_bytes
        progress(done, total)
    return model


def fill_model(
    model: LanguageModel, device: torch.device, pieces: Callable[[str], Iterable[Tensor]], *, halves: bool
) -> Iterator[str]:
    """Allocate and fill the parameters of an outline, a layer at a time, with `pieces(name)`; yields what was read."""
    for part in (model.norm, *([] if model.head is None else [model.head])):
        part.to_empty(device=device)
    yield from _fill(_ends(model.to_empty(device=device, recurse=False)), pieces)
    if halves:
        halve_ends(model)
    for index, layer in enumerate(model.layers):
        assert isinstance(layer, Layer)
        yield from _fill(_layer(layer.to_empty(device=device), index, model.config), pieces)
        if halves:
            halve_layer(layer)


def _fill(places: Mapping[str, Weight], pieces: Callable[[str], Iterable[Tensor]]) -> Iterator[str]:
    for name, place in places.items():
        fill(place, name, pieces(name))
        yield name


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file of a checkpoint; CheckpointError if there is none."""
    try:
        row = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as missing:
        raise CheckpointError(f"{path.parent} has no {path.name}") from missing
    except (ValueError, OSError) as broken:
        raise CheckpointError(f"{path} cannot be read: {broken}") from broken
    if not isinstance(row, dict):
        raise CheckpointError(f"{path} is not a JSON object")
    return row


def destinations(model: LanguageModel) -> dict[str, Weight]:
    """Every tensor that a hub checkpoint of this model has, by name: the part of our parameters that it fills.

    Not of a model whose weights are kept in 16 bits, which have another layout.
    """
    places = _ends(model)
    for index, layer in enumerate(model.layers):
        assert isinstance(layer, Layer)
        places |= _layer(layer, index, model.config)
    return places


def check_tensors(checkpoint: str, found: Mapping[str, Sequence[int]], places: Mapping[str, Weight]) -> None:
    """Raises CheckpointError unless `found` (name -> shape) are the tensors that have a place, in its shape."""
    for problem, names in (("lacks", places.keys() - found.keys()), ("has unexpected", found.keys() - places.keys())):
        if names:
            shown = ", ".join(sorted(names)[:3])
            raise CheckpointError(f"{checkpoint} {problem} {len(names)} tensors, first: {shown}")
    for name, shape in found.items():
        if tuple(shape) != tuple(places[name].shape):
            raise CheckpointError(f"{name} is {tuple(shape)}, and should be {tuple(places[name].shape)}")


def fill(place: Weight, name: str, pieces: Iterable[Tensor]) -> None:
    """Copy a tensor, given as 1-D runs of its values, into its part of a parameter, in few bits if that is so kept.

    Raises CheckpointError if it holds a NaN or an infinity.
    """
    if isinstance(place, QuantizedWeight):
        whole = torch.empty(place.shape, dtype=place.scales.dtype, device=place.device)
        is_finite = _copy(pieces, whole)
    else:
        is_finite = _copy(pieces, place)
    if not is_finite:
        raise CheckpointError(f"{name} holds a NaN or an infinity: the checkpoint is damaged")
    if isinstance(place, QuantizedWeight):
        _quantize_into(place, whole)


def _copy(pieces: Iterable[Tensor], place: Tensor) -> bool:
    """Returns whether every number is finite."""
    flat, start = place.view(-1), 0
    is_finite = torch.ones((), dtype=torch.bool, device=place.device)
    for piece in pieces:
        part = flat[start : start + len(piece)]
        part.copy_(piece)
        is_finite &= part.isfinite().all()
        start += len(piece)
    return bool(is_finite)


def _quantize_into(place: QuantizedWeight, whole: Tensor) -> None:
    """Some rows at a time: rounding takes a dozen bytes for each weight."""
    rows = max(1, ROUNDED_AT_ONCE // whole.shape[-1])
    parts = (tensor.flatten(0, -2).split(rows) for tensor in (whole, place.values, place.scales))
    for part, values, scales in zip(*parts, strict=True):
        rounded = quantize(part, place.bits, place.group)
        values.copy_(rounded.values)
        scales.copy_(rounded.scales)


def _ends(model: LanguageModel) -> dict[str, Weight]:
    places: dict[str, Weight] = {"model.embed_tokens.weight": model.embedding, "model.norm.weight": model.norm.weight}
    if isinstance(model.head, Linear):
        places["lm_head.weight"] = model.head.weight
    return _detached(places.items())


def _layer(layer: Layer, index: int, config: LanguageConfig) -> dict[str, Weight]:
    places = (*_attention(layer), *_ffn(layer, config))
    return _detached((f"model.layers.{index}.{name}", place) for name, place in places)


def _detached(places: Iterable[tuple[str, Weight]]) -> dict[str, Weight]:
    return {name: place.detach() if isinstance(place, Tensor) else place for name, place in places}


def _attention(layer: Layer) -> Iterator[tuple[str, Weight]]:
    attention = layer.attention
    yield "input_layernorm.weight", layer.attention_norm.weight
    yield "post_attention_layernorm.weight", layer.ffn_norm.weight
    for kind in ("weight", "bias"):
        fused, output = getattr(attention.qkv, kind), getattr(attention.output, kind)
        if fused is not None:
            start = 0
            for name, size in zip("qkv", attention.sizes, strict=True):
                yield f"self_attn.{name}_proj.{kind}", fused[start : start + size]
                start += size
        if output is not None:
            yield f"self_attn.o_proj.{kind}", output
    if attention.qk_norm != "none":
        yield "self_attn.q_norm.weight", attention.q_norm.weight
        yield "self_attn.k_norm.weight", attention.k_norm.weight


def _ffn(layer: Layer, config: LanguageConfig) -> Iterator[tuple[str, Weight]]:
    ffn = layer.ffn
    if isinstance(ffn, SwiGLU):
        yield from _swiglu("mlp", ffn)
        return
    assert isinstance(ffn, Experts)
    if config.family == "granitemoe":
        yield "block_sparse_moe.router.layer.weight", ffn.router.weight
        yield "block_sparse_moe.input_linear.weight", ffn.gate_up
        yield "block_sparse_moe.output_linear.weight", ffn.down
        return
    is_mixtral = config.family == "mixtral"
    block = "block_sparse_moe" if is_mixtral else "mlp"
    gate, up, down = ("w1", "w3", "w2") if is_mixtral else ("gate_proj", "up_proj", "down_proj")
    yield f"{block}.gate.weight", ffn.router.weight
    if ffn.router_bias is not None:
        yield f"{block}.gate.e_score_correction_bias", ffn.router_bias
    for expert in range(config.num_experts):
        gates, ups = _halves(ffn.gate_up[expert])
        yield f"{block}.experts.{expert}.{gate}.weight", gates
        yield f"{block}.experts.{expert}.{up}.weight", ups
        yield f"{block}.experts.{expert}.{down}.weight", ffn.down[expert]
    if ffn.has_shared:
        yield from _swiglu("mlp.shared_expert" if ffn.has_shared_gate else "mlp.shared_experts", ffn.shared)
    if ffn.has_shared and ffn.has_shared_gate:
        yield "mlp.shared_expert_gate.weight", ffn.shared_router.weight


def _swiglu(prefix: str, ffn: SwiGLU) -> Iterator[tuple[str, Weight]]:
    for kind in ("weight", "bias"):
        fused, down = getattr(ffn.gate_up, kind), getattr(ffn.down, kind)
        if fused is not None:
            gates, ups = _halves(fused)
            yield f"{prefix}.gate_proj.{kind}", gates
            yield f"{prefix}.up_proj.{kind}", ups
            yield f"{prefix}.down_proj.{kind}", down


def _halves(fused: Weight) -> tuple[Weight, Weight]:
    rows = fused.shape[0] // 2
    return fused[:rows], fused[rows:]


def _stored(directory: Path) -> dict[str, StoredTensor]:
    """Every tensor of the checkpoint, from the headers of all its files."""
    if not (directory / INDEX).exists():
        if not (directory / SINGLE).is_file():
            raise CheckpointError(f"{directory} has neither {INDEX} nor {SINGLE}; only safetensors and GGUF are read")
        return read_header(directory / SINGLE)
    shards = read_json(directory / INDEX).get("weight_map")
    if not isinstance(shards, dict) or not all(_is_plain_name(file) for file in shards.values()):
        raise CheckpointError(f"{directory / INDEX} has no weight_map of plain file names")
    stored: dict[str, StoredTensor] = {}
    for file in sorted(set(shards.values())):
        if not (directory / file).is_file():
            raise CheckpointError(f"{directory} lacks {file}, which its index names")
        found = read_header(directory / file)
        for name in {name for name, shard in shards.items() if shard == file} ^ found.keys():
            has, says = ("lacks", "has") if name not in found else ("has", "lacks")
            raise CheckpointError(f"{directory / file} {has} {name}, which the index says it {says}")
        stored |= found
    return stored


def _is_plain_name(file: object) -> bool:
    return isinstance(file, str) and Path(file).name == file
