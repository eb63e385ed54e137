"""Real weights, real language: the embedded model beside `transformers`, in fewer bits, and as a mixture of experts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from synthesis.language.engine import Engine
from synthesis.language.gguf import GgufFile
from synthesis.language.model import LanguageModel
from synthesis.language.weights import destinations

pytestmark = pytest.mark.writer

CPU = torch.device("cpu")
# Herman Melville, Moby-Dick (1851), the beginning of chapter 1: in the public domain.
TEXT = """Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, and
nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world.
It is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself growing grim about
the mouth; whenever it is a damp, drizzly November in my soul; whenever I find myself involuntarily pausing before
coffin warehouses, and bringing up the rear of every funeral I meet; and especially whenever my hypos get such an upper
hand of me, that it requires a strong moral principle to prevent me from deliberately stepping into the street, and
methodically knocking people's hats off - then, I account it high time to get to sea as soon as I can. This is my
substitute for pistol and ball. With a philosophical flourish Cato throws himself upon his sword; I quietly take to the
ship. There is nothing surprising in this. If they but knew it, almost all men in their degree, some time or other,
cherish very nearly the same feelings towards the ocean with me.

There now is your insular city of the Manhattoes, belted round by wharves as Indian isles by coral reefs - commerce
surrounds it with her surf. Right and left, the streets take you waterward. Its extreme downtown is the battery, where
that noble mole is washed by waves, and cooled by breezes, which a few hours previous were out of sight of land. Look at
the crowds of water-gazers there.""".replace("\n", " ")
FACTS = "The probe passed 5,000 km above Mars on 12 March."
EXPERTS, CHOSEN = 8, 2


@pytest.fixture(scope="module")
def oracle(exact, transformers) -> torch.nn.Module:
    """`transformers` on the weights that our reader de-quantised."""
    config = exact.config
    oracle = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            num_hidden_layers=config.num_layers,
            num_attention_heads=config.num_heads,
            num_key_value_heads=config.num_kv_heads,
            rms_norm_eps=config.rms_norm_eps,
            rope_parameters={"rope_type": "default", "rope_theta": config.rope_theta},
            tie_word_embeddings=True,
        )
    ).eval()
    oracle.load_state_dict(destinations(exact.model), strict=False)
    return oracle


def perplexity(engine: Engine) -> float:
    ids = engine.tokenizer.encode(TEXT)
    return math.exp(-engine.score([ids[:1]], [ids[1:]])[0] / (len(ids) - 1))


def test_logits_are_those_of_transformers(exact, oracle, logits_of, oracle_logits):
    ids = exact.tokenizer.encode(FACTS)
    found, expected = logits_of(exact, [ids]), oracle_logits(oracle, [ids])
    assert (found - expected).abs().max() / expected.abs().max() < 1e-4


def test_16_bits_move_no_logit_far(embedded, oracle, logits_of, oracle_logits):
    ids = embedded.tokenizer.encode(FACTS)
    found, expected = logits_of(embedded, [ids]), oracle_logits(oracle, [ids])
    relative = (found - expected).abs().max() / expected.abs().max()
    print(f"largest difference of the logits as shipped: {relative:.1e} of the largest logit")
    assert relative < 2e-3


@pytest.mark.parametrize("kept", ["embedded", "exact"])
def test_perplexity_is_that_of_transformers_and_of_english(kept, request, oracle, oracle_logits):
    """97 here, of a small model and an old book; with q and k rows in the wrong order it is thousands."""
    embedded = request.getfixturevalue(kept)
    ids = torch.tensor(embedded.tokenizer.encode(TEXT))
    assert len(ids) > 250
    losses = torch.nn.functional.cross_entropy(oracle_logits(oracle, [ids.tolist()])[:-1], ids[1:])
    found, expected = perplexity(embedded), math.exp(losses.item())
    print(f"perplexity over {len(ids)} tokens: {found:.4f}, transformers {expected:.4f}")
    assert found == pytest.approx(expected, rel=0.005)
    assert found < 150


@pytest.mark.parametrize(("quantise", "most"), [("int8", 1.01), ("int4", 1.6)])
def test_few_bits_cost_little_perplexity(exact, embedded_folder, quantise, most):
    file = GgufFile(next(embedded_folder.glob("*.gguf")))
    kept = Engine(file.model(CPU, torch.float32, quantise=quantise), file.tokenizer())
    ratio = perplexity(kept) / perplexity(exact)
    print(f"{quantise}: {ratio:.4f} of the perplexity as it came")
    assert ratio < most


def test_upcycled_into_permuted_experts_it_says_the_same(exact, logits_of):
    """Each dense layer becomes 8 experts, copies of it with their neurons in another order, of which two are mixed with
    weights that sum to 1: the mixture of equals is the dense layer, if the code of the experts is right."""
    upcycled = Engine(_upcycled(exact.model))
    ids = exact.tokenizer.encode(FACTS)
    found, expected = logits_of(upcycled, [ids, ids[:3]]), logits_of(exact, [ids, ids[:3]])
    relative = (found - expected).abs().max() / expected.abs().max()
    print(f"largest difference of the logits: {relative:.1e} of the largest logit")
    assert relative < 1e-5


def _upcycled(dense: LanguageModel) -> LanguageModel:
    config = replace(
        dense.config,
        family="mixtral",
        dense_layers=frozenset(),
        num_experts=EXPERTS,
        num_experts_per_tok=CHOSEN,
        expert_size=dense.config.intermediate_size,
        scoring="softmax_topk_renorm",
    )
    model = LanguageModel.allocate(config, CPU, torch.float32)
    sources, places = destinations(dense), destinations(model)
    for name in sources.keys() & places.keys():
        places[name].copy_(sources[name])
    generator = torch.Generator().manual_seed(7)
    for layer in range(config.num_layers):
        prefix = f"model.layers.{layer}"
        gate, up, down = (sources[f"{prefix}.mlp.{part}_proj.weight"] for part in ("gate", "up", "down"))
        places[f"{prefix}.block_sparse_moe.gate.weight"].normal_(generator=generator)
        for expert in range(EXPERTS):
            order = torch.randperm(config.expert_size, generator=generator)
            of_expert = f"{prefix}.block_sparse_moe.experts.{expert}"
            places[f"{of_expert}.w1.weight"].copy_(gate[order])
            places[f"{of_expert}.w3.weight"].copy_(up[order])
            places[f"{of_expert}.w2.weight"].copy_(down[:, order])
    return model
