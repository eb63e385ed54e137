"""A grammar decides which tokens may come next, which must, and that the text ends within its budget."""

from __future__ import annotations

import json

import pytest
import tokenizers
import torch
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from synthesis.errors import GrammarRejected
from synthesis.language.constraint import GrammarConstraint
from synthesis.language.tokenizer import Tokenizer

CONTROL = ["<|endoftext|>", "<|im_end|>"]
LIST = r"""
start: "[" word ("," word)* "]"
word: "\"" /[a-z]+/ "\""
"""


def byte_level(tmp_path) -> Tokenizer:
    """Every byte, some merges, two control tokens, and a run of spaces."""
    trained = tokenizers.Tokenizer(models.BPE())
    trained.pre_tokenizer, trained.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    trained.train_from_iterator(['["cape", "escape", "landscape"]', "Zürich, 東京"] * 3, trainer)
    trained.add_special_tokens(CONTROL)
    trained.add_tokens(["    "])
    trained.save(str(tmp_path / "tokenizer.json"))
    return Tokenizer.from_hub(tmp_path)


def sentence_piece(tmp_path) -> Tokenizer:
    """Bytes as <0x00>, a space as the letter of SentencePiece that each text is begun with."""
    pieces = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "c", "a", "p", "e", "ca", "cap", "cape", "▁c"]
    merges = [("c", "a"), ("ca", "p"), ("cap", "e"), ("▁", "c")]
    model = models.BPE(
        vocab={piece: id for id, piece in enumerate(pieces)},
        merges=merges,
        unk_token="<unk>",
        byte_fallback=True,
        fuse_unk=True,
    )
    plain = tokenizers.Tokenizer(model)
    plain.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    plain.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    plain.add_special_tokens(["<unk>", *CONTROL])
    plain.save(str(tmp_path / "tokenizer.json"))
    return Tokenizer.from_hub(tmp_path)


@pytest.fixture(params=[byte_level, sentence_piece])
def tokenizer(request, tmp_path) -> Tokenizer:
    return request.param(tmp_path)


def size_of(tokenizer: Tokenizer) -> int:
    """More than the vocabulary has, as models pad theirs."""
    return max([*tokenizer.spellings(), *tokenizer.control.values()]) + 8


def decode(tokenizer: Tokenizer, ids: list[int]) -> str:
    spelled = tokenizer.spellings()
    return b"".join(spelled[id] for id in ids).decode()


def write(constraint: GrammarConstraint, seed: int, most: int = 200) -> list[int]:
    """Random tokens among those that are allowed."""
    dice = torch.Generator().manual_seed(seed)
    ids: list[int] = []
    while not constraint.is_finished and len(ids) < most:
        allowed = constraint.allowed().nonzero()[:, 0]
        following = constraint.forced() or [allowed[torch.randint(len(allowed), (), generator=dice)].item()]
        constraint.advance(following)
        ids += following
    return ids


@pytest.mark.parametrize("seed", range(8))
def test_what_is_written_is_of_the_grammar(tokenizer, seed):
    constraint = GrammarConstraint(tokenizer, LIST, vocab_size=size_of(tokenizer))
    ids = write(constraint, seed)
    assert constraint.is_finished
    assert all(word.isalpha() and word.islower() for word in json.loads(decode(tokenizer, ids)))


def test_tokens_that_must_come_are_forced_and_nothing_else_allowed(tokenizer):
    size = size_of(tokenizer)
    constraint = GrammarConstraint(tokenizer, 'start: "[\\"cape\\"," /[ab]/ "]"', vocab_size=size)
    forced = constraint.forced()
    assert decode(tokenizer, forced) == '["cape",'
    assert constraint.forced() == forced  # asking consumes nothing
    assert constraint.allowed().shape == (size,) and constraint.allowed().nonzero().flatten().tolist() == forced[:1]
    constraint.advance(forced)
    assert constraint.forced() == []
    spelled = tokenizer.spellings()
    assert {spelled[id] for id in constraint.allowed().nonzero()[:, 0].tolist()} == {b"a", b"b"}


def test_a_finished_text_allows_nothing(tokenizer):
    constraint = GrammarConstraint(tokenizer, 'start: "[]"', vocab_size=size_of(tokenizer))
    constraint.advance(constraint.forced())
    assert constraint.is_finished and constraint.is_satisfied
    assert constraint.forced() == [] and not constraint.allowed().any()


def test_control_tokens_and_padding_are_never_allowed_but_the_ends(tokenizer):
    size, end = size_of(tokenizer), tokenizer.control["<|im_end|>"]
    constraint = GrammarConstraint(tokenizer, r"start: /(.|\n)*/", vocab_size=size, ends=[end])
    spelled = {id for id, text in tokenizer.spellings().items() if text}
    # Bytes that continue no letter are not allowed at a letter's beginning.
    allowed = set(constraint.allowed().nonzero()[:, 0].tolist())
    assert allowed <= spelled | {end} and end in allowed and len(allowed) > 100
    assert not constraint.is_finished and constraint.is_satisfied


def test_what_looks_like_a_control_token_is_spelled_by_plain_ones(tokenizer):
    constraint = GrammarConstraint(tokenizer, 'start: "<|im_end|>"', vocab_size=size_of(tokenizer))
    forced = constraint.forced()
    assert not set(forced) & set(tokenizer.control.values())
    assert decode(tokenizer, forced) == "<|im_end|>"


@pytest.mark.parametrize("budget", [20, 21, 25, 40])
@pytest.mark.parametrize("seed", range(4))
def test_a_text_is_closed_within_its_budget(tokenizer, budget, seed):
    def closing(written, left):
        return ['"]', "]"] if left <= 6 else []

    constraint = GrammarConstraint(tokenizer, LIST, vocab_size=size_of(tokenizer), budget=budget, closing=closing)
    ids = write(constraint, seed, most=budget)
    assert constraint.is_finished and constraint.tokens_left == budget - len(ids) >= 0
    assert json.loads(decode(tokenizer, ids))


def test_what_would_close_a_text_is_not_written_where_it_does_not_fit(tokenizer):
    grammar = 'start: "a" /[xyz]/ "b"'
    constraint = GrammarConstraint(
        tokenizer, grammar, vocab_size=size_of(tokenizer), budget=9, closing=lambda written, left: ["b", "?", "yb"]
    )
    constraint.advance(constraint.forced())
    assert decode(tokenizer, constraint.forced()) == "yb"


def test_closing_without_a_budget_is_refused(tokenizer):
    with pytest.raises(ValueError, match="needs a budget"):
        GrammarConstraint(tokenizer, LIST, vocab_size=size_of(tokenizer), closing=lambda written, left: [])


@pytest.mark.parametrize(("grammar", "told"), [("start: nothing", "nothing"), ("start: /(/", "cannot be used")])
def test_a_grammar_that_cannot_be_used_says_why(tokenizer, grammar, told):
    with pytest.raises(GrammarRejected, match=told):
        GrammarConstraint(tokenizer, grammar, vocab_size=size_of(tokenizer))


def test_a_token_that_is_not_allowed_is_an_error(tokenizer):
    constraint = GrammarConstraint(tokenizer, LIST, vocab_size=size_of(tokenizer))
    with pytest.raises(GrammarRejected, match="does not allow"):
        constraint.advance(tokenizer.encode("no list"))


def test_two_texts_of_one_tokenizer_do_not_mix(tokenizer):
    first, second = (GrammarConstraint(tokenizer, LIST, vocab_size=size_of(tokenizer)) for _ in range(2))
    first.advance(first.forced())
    assert decode(tokenizer, second.forced()).startswith("[")
