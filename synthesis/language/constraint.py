"""Hold what a model writes to a grammar: which tokens may come next, which must, and how it ends in time.

The grammar is in llguidance's dialect of Lark, or anything else that its LLMatcher takes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Protocol

import torch
from llguidance import LLMatcher, LLParserLimits, LLTokenizer, TokenizerWrapper
from torch import Tensor

from synthesis.errors import GrammarRejected
from synthesis.language.tokenizer import Tokenizer

Closing = Callable[[str, int], Sequence[str]]
"""Called with the text so far and the tokens left: the texts that must come next, the first of them that may."""


class Constraint(Protocol):
    """What an engine asks before, and tells after, each token of a text that is held to something."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing may follow but the end."""

    def forced(self) -> list[int]:
        """The tokens that must come next, maybe none; they are not consumed by this."""

    def allowed(self) -> Tensor:
        """(V,) bool on the CPU: which tokens may come next."""

    def advance(self, tokens: Sequence[int]) -> None:
        """Consume what was written."""


class GrammarConstraint:
    """Text of one grammar. Not safe to share between threads.

    vocab_size: the width V of the model's logits, which may exceed the tokenizer's vocabulary; ends: the ids that may
    end a text once the grammar is satisfied; no other control token is ever allowed. With a `budget` in tokens,
    `closing` is asked before each token what must be written next so that the text is whole before they are spent.
    Raises GrammarRejected if the grammar can't be compiled, and later if a token is written that it does not allow.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        grammar: str,
        *,
        vocab_size: int,
        ends: Collection[int] = (),
        budget: int | None = None,
        closing: Closing | None = None,
    ):
        if closing is not None and budget is None:
            raise ValueError("what closes a text in time needs a budget")
        self._vocabulary = _vocabulary(tokenizer, vocab_size)
        self._size, self._left, self._closing = vocab_size, budget, closing
        self._written = bytearray()
        self._forced: list[int] | None = None
        compiled = _compiled(self._vocabulary, frozenset(ends))
        self._matcher = LLMatcher(compiled, grammar, log_level=0, limits=_limits())
        self._check("the grammar cannot be used")

    @property
    def is_finished(self) -> bool:
        return self._matcher.is_stopped()

    @property
    def is_satisfied(self) -> bool:
        """Whether the text may end here."""
        return self._matcher.is_accepting()

    @property
    def tokens_left(self) -> int | None:
        """What is left of the budget, None without one."""
        return self._left

    def forced(self) -> list[int]:
        if self._forced is None:
            self._forced = [] if self.is_finished else self._matcher.compute_ff_tokens() or self._close()
            self._check("the grammar cannot go on")
        return list(self._forced)

    def allowed(self) -> Tensor:
        forced = self.forced()
        mask = torch.zeros(self._size, dtype=torch.bool)
        if forced:
            mask[forced[0]] = True
        elif not self.is_finished:
            # One byte for each token, 0 where it is not allowed; behind the model's own stands our end of text.
            bias = torch.frombuffer(bytearray(self._matcher.compute_logit_bias()), dtype=torch.uint8)
            self._check("the grammar cannot go on")
            mask = bias[: self._size] != 0
        return mask

    def advance(self, tokens: Sequence[int]) -> None:
        spelled = self._vocabulary.spellings
        self._matcher.consume_tokens(list(tokens))
        self._check("the grammar does not allow what was written")
        self._written += b"".join(spelled.get(token, b"") for token in tokens)
        self._forced = None
        if self._left is not None:
            self._left -= len(tokens)

    def _close(self) -> list[int]:
        if self._closing is None or self._left is None:
            return []
        for text in self._closing(self._written.decode("utf-8", errors="ignore"), self._left):
            ids = self._vocabulary(text)
            if self._matcher.validate_tokens(ids) == len(ids):
                return ids
        return []

    def _check(self, what: str) -> None:
        if self._matcher.is_error():
            reason = self._matcher.get_error() or "no reason was given"
            raise GrammarRejected(f"{what}: {reason.splitlines()[0][:200]}")


class _Vocabulary:
    """A tokenizer as llguidance wants it: the bytes of each id, and text to ids. Control tokens spell nothing."""

    bos_token_id = None

    def __init__(self, tokenizer: Tokenizer, size: int):
        self._tokenizer = tokenizer
        self.spellings = {id: spelled for id, spelled in tokenizer.spellings().items() if spelled and id < size}
        self._ids = {spelled: id for id, spelled in sorted(self.spellings.items(), reverse=True)}
        self._longest = max(map(len, self._ids), default=0)
        # Ids that spell nothing, and one past the model's own that stands for the end of text.
        self.special_token_ids = [id for id in range(size + 1) if id not in self.spellings]
        self.tokens = [self.spellings.get(id, b"<%d>" % id) for id in range(size + 1)]
        self.eos_token_id = size

    def __call__(self, text: str) -> list[int]:
        """The ids that spell exactly `text`: the tokenizer's own, or the longest of each place where those do not.

        Raises GrammarRejected if the vocabulary can't spell it.
        """
        wanted = text.encode()
        ids = self._tokenizer.encode(text)
        if b"".join(self.spellings.get(id, b"") for id in ids) == wanted and all(id in self.spellings for id in ids):
            return ids
        return self._longest_first(wanted)

    def _longest_first(self, wanted: bytes) -> list[int]:
        ids, start = [], 0
        while start < len(wanted):
            ends = range(min(len(wanted), start + self._longest), start, -1)
            end = next((end for end in ends if wanted[start:end] in self._ids), None)
            if end is None:
                raise GrammarRejected(f"the vocabulary cannot spell {wanted[start : start + 12]!r}")
            ids.append(self._ids[wanted[start:end]])
            start = end
        return ids


def _limits() -> LLParserLimits:
    """Room for a grammar with a terminal for each sentence of a story, each of them explored only where it is used."""
    return LLParserLimits(precompute_large_lexemes=False, initial_lexer_fuel=20_000_000, step_lexer_fuel=2_000_000)


@lru_cache(maxsize=4)
def _vocabulary(tokenizer: Tokenizer, size: int) -> _Vocabulary:
    return _Vocabulary(tokenizer, size)


@lru_cache(maxsize=4)
def _compiled(vocabulary: _Vocabulary, ends: frozenset[int]) -> LLTokenizer:
    """llguidance's tree of the vocabulary: seconds for a large one, so made once.

    Without its slices: in a grammar of words they cost a mask 20 times what they save (46 ms against 0.4).
    """
    eos = [vocabulary.eos_token_id, *sorted(ends)]
    return LLTokenizer(TokenizerWrapper(vocabulary), n_vocab=len(vocabulary.tokens), eos_token=eos, slices=[])
