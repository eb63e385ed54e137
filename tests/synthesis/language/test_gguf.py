"""A tiny Llama written as GGUF gives the logits of the oracle that it was made from."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from tokenizers.pre_tokenizers import ByteLevel

from kernels.quantized import QuantizedWeight, dequantize
from synthesis.errors import CheckpointError
from synthesis.language.engine import Engine
from synthesis.language.gguf import GgufFile
from synthesis.language.weights import destinations

CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TOKENS = [*CONTROL, *sorted(ByteLevel.alphabet()), "he"]
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers": "blk",
}
SIZES = {"hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "head_dim": 16}


def write_gguf(
    path: Path, oracle: torch.nn.Module, quantised: Any = None, architecture: str = "llama", **fields
) -> Path:
    config = oracle.config
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(fields.pop("pre", "smollm"))
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * len(CONTROL) + [1] * (len(TOKENS) - len(CONTROL)))
    writer.add_token_merges(fields.pop("merges", ["h e"]))
    writer.add_eos_token_id(2)
    for name, value in fields.items():
        writer.add_uint32(name.replace("__", "."), value)
    for name, tensor in oracle.state_dict().items():
        array = interleaved(name, tensor, config).contiguous().numpy()
        for hub, own in NAMES.items():
            name = name.replace(hub, own)
        if quantised is not None and array.ndim == 2:
            writer.add_tensor(name, gguf.quants.quantize(array, quantised), raw_dtype=quantised)
        else:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def interleaved(name: str, tensor: torch.Tensor, config) -> torch.Tensor:
    """As llama.cpp's converter stores q and k: the pairs of the rotation side by side."""
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for projection, count in heads.items():
        if projection in name:
            halves = tensor.reshape(count, 2, tensor.shape[0] // count // 2, *tensor.shape[1:])
            return halves.swapaxes(1, 2).reshape(tensor.shape)
    return tensor


@pytest.fixture(scope="module")
def oracle(write_checkpoint) -> torch.nn.Module:
    overrides = {"vocab_size": len(TOKENS), "attention_bias": False, "mlp_bias": False}
    return write_checkpoint("llama", **SIZES, **overrides)[1]


@pytest.fixture(scope="module")
def tied(write_checkpoint) -> torch.nn.Module:
    return write_checkpoint("llama-tied", **SIZES, vocab_size=len(TOKENS))[1]


def scores(oracle: torch.nn.Module, ids: list[int]) -> float:
    with torch.inference_mode():
        logits = torch.log_softmax(oracle(torch.tensor([ids])).logits[0, :-1], -1)
    return logits.gather(1, torch.tensor(ids[1:])[:, None]).sum().item()


def as_stored(oracle: torch.nn.Module, quantised: Any) -> torch.nn.Module:
    """The oracle with the weights that a reader of the file gets back."""
    oracle = copy.deepcopy(oracle)
    for parameter in oracle.parameters():
        if parameter.dim() == 2:
            stored = gguf.quants.quantize(parameter.detach().numpy(), quantised)
            parameter.data = torch.from_numpy(gguf.quants.dequantize(stored, quantised).copy())
    return oracle


@pytest.mark.parametrize("quantised", [None, "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"])
def test_scores_are_those_of_the_oracle_on_the_weights_as_stored(oracle, tmp_path, quantised):
    kind = quantised and gguf.GGMLQuantizationType[quantised]
    engine = Engine.load(write_gguf(tmp_path / "tiny.gguf", oracle, kind), device="cpu", is_exact=True)
    ids = engine.tokenizer.encode("The probe has left.")
    expected = scores(oracle if kind is None else as_stored(oracle, kind), ids)
    assert engine.score([ids[:1]], [ids[1:]])[0] == pytest.approx(expected, rel=1e-4)
    assert kind is None or scores(oracle, ids) != pytest.approx(expected, rel=1e-6)


def test_progress_is_told_in_bytes_of_the_file(oracle, tmp_path):
    told: list[tuple[int, int]] = []
    file = GgufFile(write_gguf(tmp_path / "tiny.gguf", oracle, gguf.GGMLQuantizationType.Q8_0))
    file.model(torch.device("cpu"), torch.float32, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1][0] == told[-1][1]


def test_a_file_may_be_kept_in_few_bits(write_checkpoint, tmp_path):
    overrides = {"vocab_size": len(TOKENS), "attention_bias": False, "mlp_bias": False}
    oracle = write_checkpoint("llama", **{**SIZES, "intermediate_size": 128}, **overrides)[1]
    file = GgufFile(write_gguf(tmp_path / "tiny.gguf", oracle))
    kept = destinations(file.model(torch.device("cpu"), torch.float32, quantise="int8"))
    whole = destinations(file.model(torch.device("cpu"), torch.float32))
    rounded = {name for name, weight in kept.items() if isinstance(weight, QuantizedWeight)}
    assert len(rounded) == 7 * 3
    for name in rounded:
        torch.testing.assert_close(dequantize(kept[name], torch.float32), whole[name], atol=0.01, rtol=0)


def test_a_weight_that_is_no_number_is_refused(write_checkpoint, tmp_path):
    def spoil(oracle: torch.nn.Module) -> None:
        oracle.model.norm.weight.data[3] = float("nan")

    overrides = {"vocab_size": len(TOKENS), "attention_bias": False, "mlp_bias": False}
    path = write_gguf(tmp_path / "tiny.gguf", write_checkpoint("llama", spoil, **SIZES, **overrides)[1])
    with pytest.raises(CheckpointError, match=r"model\.norm\.weight holds a NaN"):
        Engine.load(path, device="cpu")


def test_a_tied_head_and_a_folder_with_the_one_file_are_read(tied, tmp_path):
    state = {name: tensor for name, tensor in tied.state_dict().items() if name != "lm_head.weight"}
    tied.state_dict = lambda: state
    write_gguf(tmp_path / "tiny.gguf", tied)
    engine = Engine.load(tmp_path, device="cpu", is_exact=True)
    assert engine.config.tied_head and engine.config.eos_ids == {2}
    assert engine.score([[9]], [[8, 7, 6]])[0] == pytest.approx(scores(tied, [9, 8, 7, 6]), rel=1e-4)


def test_the_tokenizer_of_the_file_splits_digits_and_spells_control_tokens_out(oracle, tmp_path):
    tokenizer = Engine.load(write_gguf(tmp_path / "tiny.gguf", oracle), device="cpu").tokenizer
    assert tokenizer.encode("he12") == [TOKENS.index("he"), TOKENS.index("1"), TOKENS.index("2")]
    ids = tokenizer.encode("<|im_end|>")
    assert tokenizer.decode(ids) == "<|im_end|>" and min(ids) >= len(CONTROL)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"architecture": "mamba"}, "'mamba'"),
        ({"llama__expert_count": 8}, "experts is not supported"),
        ({"llama__rope__dimension_count": 8}, "partial rotary"),
        ({"pre": "llama-bpe"}, "'llama-bpe'"),
        ({"merges": ["h e", "h i"]}, "merges name 'hi'"),
        ({"merges": ["h e r"]}, "tiny.gguf is damaged"),
        ({"quantised": gguf.GGMLQuantizationType.Q5_0}, "stored as Q5_0"),
    ],
)
def test_what_is_not_supported_is_named(oracle, tmp_path, changes, named):
    path = write_gguf(tmp_path / "tiny.gguf", oracle, **changes)
    with pytest.raises(CheckpointError, match=named):
        Engine.load(path, device="cpu")


@pytest.mark.parametrize("kept", [0, 3, 100, 5000, -100])
def test_a_truncated_file_is_one_clear_line(oracle, tmp_path, kept):
    path = write_gguf(tmp_path / "tiny.gguf", oracle)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match=r"tiny\.gguf"):
        Engine.load(path, device="cpu")


def test_a_flipped_bit_of_what_comes_before_the_weights_is_one_clear_line_or_harms_nothing(oracle, tmp_path):
    """A GGUF file has no check sum: a flip that leaves a readable file is found by its pinned hash alone."""
    path = write_gguf(tmp_path / "tiny.gguf", oracle)
    whole, start = path.read_bytes(), int(gguf.GGUFReader(path).data_offset)
    refused = 0
    for bit in random.Random(7).sample(range(8 * start), 200):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        try:
            file = GgufFile(path)
            file.model(torch.device("cpu"), torch.float32)
            file.tokenizer()
        except CheckpointError as error:
            assert "\n" not in str(error), bit
            refused += 1
    assert refused
