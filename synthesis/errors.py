"""Everything that writing and speaking can fail with, each naming the thing it is about."""

from __future__ import annotations


class SynthesisError(Exception):
    """Base of all errors that `synthesis` raises on purpose."""


class CheckpointError(SynthesisError):
    """Weights that are missing, damaged, not the ones that were pinned, or of an unsupported model."""


class PromptTooLong(SynthesisError, ValueError):
    """A prompt that does not fit the model's context."""

    def __init__(self, tokens: int, limit: int):
        super().__init__(f"the prompt has {tokens} tokens, and the model takes {limit}: give it less to read")
        self.tokens, self.limit = tokens, limit


class NothingToTell(SynthesisError, ValueError):
    """No story among those given has enough text to be told."""


class LanguageNotSpoken(SynthesisError, ValueError):
    """An edition in a language that the hosts don't speak; `language` is its BCP 47 tag."""

    def __init__(self, language: str):
        super().__init__(f"the hosts speak English, and the edition's language is {language!r}")
        self.language = language


class DialogueRejected(SynthesisError):
    """A script that may not be used: `turn` is the turn's index, or None for the whole script."""

    def __init__(self, reason: str, turn: int | None = None):
        super().__init__(reason if turn is None else f"turn {turn + 1}: {reason}")
        self.turn, self.reason = turn, reason


class GrammarRejected(SynthesisError, ValueError):
    """A grammar that can't be compiled or followed, or a token that it does not allow."""


class UnspeakableText(SynthesisError, ValueError):
    """Text that has no sounds: `span` is the offending part of `text`."""

    def __init__(self, text: str, span: str, reason: str):
        super().__init__(f"{reason}: {span!r} in {text[:80]!r}")
        self.text, self.span = text, span


class RenderFailed(SynthesisError):
    """The voice or the encoder gave up."""


class MusicRejected(SynthesisError, ValueError):
    """A sting or a bed that can't be read, or that does not fit."""


class LexiconRejected(SynthesisError, ValueError):
    """A pronunciation that can't be said, or a project's file of them that can't be read."""


class AudioOutOfSpec(SynthesisError):
    """A recording whose measured figure lies outside its limit."""

    def __init__(self, what: str, measured: float, limit: float):
        super().__init__(f"{what} is {measured:.2f}, and the limit is {limit:.2f}")
        self.measured, self.limit = measured, limit
