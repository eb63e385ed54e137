"""A fact seen as an answer: its main clause, its tense, its subject, and what the story has said before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from synthesis.dialogue.attribution import SPEECH_VERBS
from synthesis.dialogue.choose import content_words
from synthesis.dialogue.parse import parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LEADS_ON = frozenset("expect plan set schedule due intend aim hope go likely".split())
# What can be called "it" or "that" although the word has not been said: the thing that a story is about.
_GENERIC = frozenset(
    "work works project plan plans scheme repairs construction measure measures move deal change changes programme "
    "program service decision ban rule rules law bill tender fix upgrade operation bed ticket tickets seat fare fares "
    "admission entry".split()
)


@dataclass(frozen=True)
class Answer:
    """`heard`: all that the story has said so far, of which `before` is the last; `body`: the article's text;
    `follows_silence`: what was said last is that somebody does not answer."""

    text: str
    before: str
    heard: str
    body: str
    role: str = ""
    same_speaker: bool = False
    follows_silence: bool = False

    @cached_property
    def doc(self) -> Doc:
        return parse([self.text])[0]

    @cached_property
    def root(self) -> Token | None:
        return next((token for token in self.doc if token.dep_ == "ROOT" and token.pos_ in {"VERB", "AUX"}), None)

    @cached_property
    def main(self) -> Token | None:
        """The verb of what is told: behind "says that", not yet behind "is expected to"."""
        verb = self.root
        while verb is not None and verb.lemma_.lower() in SPEECH_VERBS:
            inner = next((child for child in verb.rights if child.dep_ == "ccomp"), None)
            if inner is None or inner.i in self._quoted:
                return None if self._quoted or inner is not None else verb
            verb = inner
        return verb

    @cached_property
    def clause(self) -> str:
        """The whole sentence without quotations and relative clauses."""
        return "" if self.root is None else self._words(self.root.subtree, {"relcl"})

    @cached_property
    def core(self) -> str:
        """The main clause without its side clauses too."""
        if self.main is None:
            return ""
        return self._words(self.main.subtree, {"relcl", "advcl", "appos", "acl"})

    @cached_property
    def subject(self) -> Token | None:
        if self.main is None:
            return None
        return next((child for child in self.main.children if child.dep_ in {"nsubj", "nsubjpass", "expl"}), None)

    @cached_property
    def subject_words(self) -> str:
        return "" if self.subject is None else self._words(self.subject.subtree, {"relcl", "appos", "acl"})

    @cached_property
    def is_linked(self) -> bool:
        """Whether the subject is something that the listener has in mind, so that a question may call it "it"."""
        if self.subject is None:
            return False
        if self.subject.pos_ == "PRON" and self.subject.tag_ == "PRP":
            return True
        if self.subject.lemma_.lower() in _GENERIC:
            return True
        is_new = any(child.lower_ in {"a", "an", "another", "second", "further"} for child in self.subject.children)
        return not is_new and bool(self.said & content_words(self.subject.text))

    @cached_property
    def said(self) -> set[str]:
        return content_words(self.heard)

    @cached_property
    def tense(self) -> str:
        """past, present or future, of the main verb."""
        verb = self.main
        if verb is None:
            return ""
        around = [verb, *(child for child in verb.children if child.dep_ in {"aux", "auxpass"})]
        if any(token.text.lower() in {"will", "'ll", "would"} for token in around):
            return "future"
        if verb.lemma_.lower() in _LEADS_ON and any(child.dep_ in {"xcomp", "acomp"} for child in verb.children):
            return "future"
        if re.search(r"\b(is|are) (due|set|expected|scheduled|likely|planned|to)\b", self.core):
            return "future"
        return "past" if any(token.tag_ == "VBD" for token in around) or verb.tag_ == "VBN" else "present"

    @cached_property
    def _quoted(self) -> frozenset[int]:
        inside, found = False, []
        for token in self.doc:
            if token.text == '"':
                inside = not inside
            elif inside:
                found.append(token.i)
        return frozenset(found)

    def _words(self, tokens: Iterable[Token], without: set[str]) -> str:
        kept = list(tokens)
        top = self.main if self.main is not None and self.main in kept else None
        dropped = {
            inner.i
            for token in kept
            if token.dep_ in without and token != top and token != self.subject
            for inner in token.subtree
        }
        text = "".join(t.text_with_ws for t in kept if t.i not in dropped and t.i not in self._quoted)
        return re.sub(r'\s*"\s*"', "", text).strip()
