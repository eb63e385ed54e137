"""Fills a model from safetensors in the hub's layout, tensor by tensor, straight into parameters on their device."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from synthesis.config import LanguageConfig
from synthesis.errors import CheckpointError
from synthesis.language.experts import Experts, SwiGLU
from synthesis.language.families import read_config
from synthesis.language.model import LanguageModel, Layer

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"


def load_hub_model(directory: Path, device: torch.device, dtype: torch.dtype) -> LanguageModel:
    """The model of a directory with config.json and safetensors. Raises CheckpointError before any weight is read, if
    a tensor is missing, unexpected or of another shape."""
    config = read_config(read_json(directory / "config.json"))
    shards = _shards(directory)
    model = LanguageModel.allocate(config, device, dtype)
    places = destinations(model)
    if config.tied_head:
        shards.pop("lm_head.weight", None)
    check_names(directory.name, shards, places)
    for name, tensor in _tensors(directory, shards):
        fill(places[name], name, tensor)
    return model


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


def destinations(model: LanguageModel) -> dict[str, Tensor]:
    """Every tensor that a hub checkpoint of this model has, by name: the part of our parameters that it fills."""
    places: dict[str, Tensor] = {"model.embed_tokens.weight": model.embedding, "model.norm.weight": model.norm.weight}
    if model.head is not None:
        places["lm_head.weight"] = model.head.weight
    for index, layer in enumerate(model.layers):
        assert isinstance(layer, Layer)
        for name, tensor in (*_attention(layer), *_ffn(layer, model.config)):
            places[f"model.layers.{index}.{name}"] = tensor
    return {name: tensor.detach() for name, tensor in places.items()}


def check_names(checkpoint: str, found: Iterable[str], wanted: Iterable[str]) -> None:
    """Raises CheckpointError unless the two hold the same names."""
    found, wanted = set(found), set(wanted)
    for problem, names in (("lacks", wanted - found), ("has unexpected", found - wanted)):
        if names:
            shown = ", ".join(sorted(names)[:3])
            raise CheckpointError(f"{checkpoint} {problem} {len(names)} tensors, first: {shown}")


def fill(place: Tensor, name: str, tensor: Tensor) -> None:
    """Copy `tensor` into its part of a parameter."""
    if tensor.shape != place.shape:
        raise CheckpointError(f"{name} is {tuple(tensor.shape)}, and should be {tuple(place.shape)}")
    if not tensor.is_floating_point() or tensor.element_size() < 2:
        raise CheckpointError(f"{name} is stored as {tensor.dtype}, which is not supported")
    place.copy_(tensor)


def _attention(layer: Layer) -> Iterator[tuple[str, Tensor]]:
    attention = layer.attention
    yield "input_layernorm.weight", layer.attention_norm.weight
    yield "post_attention_layernorm.weight", layer.ffn_norm.weight
    for kind in ("weight", "bias"):
        fused, output = getattr(attention.qkv, kind), getattr(attention.output, kind)
        if fused is not None:
            for name, part in zip("qkv", fused.split(attention.sizes), strict=True):
                yield f"self_attn.{name}_proj.{kind}", part
        if output is not None:
            yield f"self_attn.o_proj.{kind}", output
    if attention.qk_norm != "none":
        yield "self_attn.q_norm.weight", attention.q_norm.weight
        yield "self_attn.k_norm.weight", attention.k_norm.weight


def _ffn(layer: Layer, config: LanguageConfig) -> Iterator[tuple[str, Tensor]]:
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
    for expert in range(config.num_experts):
        gates, ups = ffn.gate_up[expert].chunk(2)
        yield f"{block}.experts.{expert}.{gate}.weight", gates
        yield f"{block}.experts.{expert}.{up}.weight", ups
        yield f"{block}.experts.{expert}.{down}.weight", ffn.down[expert]
    if ffn.has_shared:
        yield from _swiglu("mlp.shared_expert", ffn.shared)
        yield "mlp.shared_expert_gate.weight", ffn.shared_router.weight


def _swiglu(prefix: str, ffn: SwiGLU) -> Iterator[tuple[str, Tensor]]:
    for kind in ("weight", "bias"):
        fused, down = getattr(ffn.gate_up, kind), getattr(ffn.down, kind)
        if fused is not None:
            gates, ups = fused.chunk(2)
            yield f"{prefix}.gate_proj.{kind}", gates
            yield f"{prefix}.up_proj.{kind}", ups
            yield f"{prefix}.down_proj.{kind}", down


def _shards(directory: Path) -> dict[str, str]:
    """Tensor name -> file name, from the index or from the single file itself."""
    if (directory / INDEX).exists():
        shards = read_json(directory / INDEX).get("weight_map")
        if not isinstance(shards, dict) or not all(Path(file).name == file for file in shards.values()):
            raise CheckpointError(f"{directory / INDEX} has no weight_map of plain file names")
        for file in sorted(set(shards.values())):
            if not (directory / file).is_file():
                raise CheckpointError(f"{directory} lacks {file}, which its index names")
        return dict(shards)
    if not (directory / SINGLE).is_file():
        raise CheckpointError(f"{directory} has neither {INDEX} nor {SINGLE}; only safetensors and GGUF are read")
    with _opened(directory / SINGLE) as file:
        return dict.fromkeys(file.keys(), SINGLE)


def _opened(path: Path) -> Any:
    try:
        return safe_open(path, framework="pt", device="cpu")
    except (SafetensorError, OSError) as broken:
        raise CheckpointError(f"{path} is damaged or no safetensors file: {broken}") from broken


def _tensors(directory: Path, shards: dict[str, str]) -> Iterator[tuple[str, Tensor]]:
    for file_name in sorted(set(shards.values())):
        with _opened(directory / file_name) as file:
            for name in (name for name, shard in shards.items() if shard == file_name):
                try:
                    yield name, file.get_tensor(name)
                except SafetensorError as missing:
                    raise CheckpointError(
                        f"{directory / file_name} lacks {name}, which the index says it has"
                    ) from missing
