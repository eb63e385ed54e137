"""Causes that no source gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.matching import content, support
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

_CUE = re.compile(
    r"\bbecause\b|\bdue to\b|\bowing to\b|\bthanks to\b|\bas a (?:direct )?result\b|\bresult(?:ed|s|ing)? (?:of|in"
    r"|from)\b"
    r"|\bl(?:ed|ead|eads|eading) to\b|\bcaus(?:e|ed|es|ing)\b|\btrigger(?:ed|s|ing)?\b|\bspark(?:ed|s|ing)?\b"
    r"|\bprompt(?:ed|s|ing)\b|\bforc(?:ed|es|ing)\b|\bdriv(?:en|es|ing) by\b|\bfuel+(?:ed|s|ing)\b|\bblam(?:e|ed|es"
    r"|ing)\b"
    r"|\b(?:which|that)(?: is|'s) (?:why\b|what (?:caus|made|led|drove|kill|hurt|hit))|\bthe reason\b"
    r"|\breason (?:for|why)\b|\bexplain(?:s|ed)? why\b"
    r"|\btrac(?:e|ed|es) (?:it|this|them|\w+) (?:back )?to\b|\btherefore\b|\bhence\b|\bbrought (?:about|on|down)\b"
    r"|\bstem(?:s|med)? from\b|\battribut(?:e|ed|es) (?:\w+ )?to\b|\bpush(?:ed|es|ing)\b|\bprotect(?:s|ed|ing)?\b"
    r"|\bthat(?:'s| is) (?:\w+ )?(?:push|made|left|drove|hit|hurt|helped)\w*\b"
    r"|\bthat (?:push|drove|hurt)\w*\b|\bhas left\b"
    r"|\bcontributed to\b|\bin response to\b|\bin retaliation\b|\bto punish\b"
    r"|\bout of (?:fear|anger)\b",
    re.I,
)
_SOURCE_CUE = re.compile(
    _CUE.pattern
    + r"|\bgrounds? of\b|\bfault\b|\bsource\b|\bfor want of\b|\bafter\b.*\b(?:fail|refus|reject|turned down)"
    r"|\bin order to\b|\bfor (?:\w+ing)\b|\bresponsible\b"
    r"|\bcause\w*\b|\breason\w*\b|\bbehind\b|\bowed?\b|\bblame\w*\b|\bafter\b(?=.{0,5}$)|\bas\b(?= \w+ \w+ed)",
    re.I,
)


_JOINING = re.compile(r"(?:because|due|owing|thanks|as a|in |so |out of|therefore|hence)", re.I)
# "No sign that the pump was to blame" gives no cause; whether it may be denied is asked elsewhere.
_DENIED = re.compile(r"(?:\b(?:not|no|never|nothing|nobody|whether|without)\b|n't\b)[^,;:.]*$", re.I)


# Two things that go together in a study, told as one that does the other.
_EFFECT = re.compile(
    r"\b(?:cuts?|reduc(?:es|ed)|lower(?:s|ed)|rais(?:es|ed)|boosts?|prevent\w*|protect\w*|slash\w*|harms?)"
    r" (?:the |your |their |people(?:'s)? |from )*"
    r"(?:\w+ ){0,2}(?:risk|chance|odds|likelihood|attacks?|cancer|disease|deaths?)\b",
    re.I,
)
_TOGETHER = re.compile(
    r"\b(?:associat\w+|link\w*|correlat\w+|(?:less|more) likely|(?:lower|higher|greater) (?:risk|chance|rate)"
    r"|observational)\b",
    re.I,
)


def findings(text: Sequence[Sentence], sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    causal = [source for source in sources if _SOURCE_CUE.search(source.text)]
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        effect = _EFFECT.search(_outside_quotes(sentence.text))
        if effect and _only_go_together(sources):
            reason = "The cited sentences say that the two go together, not that one does the other."
            yield sentence.start + effect.start(), Finding("causal", effect[0], reason)
            continue
        for match in _CUE.finditer(_outside_quotes(sentence.text)):
            if not _JOINING.match(match[0]) and _DENIED.search(sentence.text[: match.start()]):
                continue
            given = [source for source in causal if _gives(sentence, match, source)]
            after = list(content(sentence, match.end()))
            if _JOINING.match(match[0]) and after and support(after, sources) == 0:
                yield sentence.start + match.start(), Finding("causal", match[0], "No cited sentence has this cause.")
                break
            if not given and any(_does_it(sentence, match, source) for source in sources):
                continue
            if not given or _is_of_another(sentence, match, given, sources):
                yield sentence.start + match.start(), Finding("causal", match[0], "No cited sentence gives this cause.")
                break


def _only_go_together(sources: Sequence[Sentence]) -> bool:
    found = [bool(_TOGETHER.search(source.text)) for source in sources]
    return any(found) and not any(_EFFECT.search(source.text) for source in sources)


def _outside_quotes(text: str) -> str:
    """The text with its quotations blanked, for they are held word for word elsewhere."""
    return re.sub(r'"[^"]*"', lambda match: " " * len(match[0]), text)


def _is_of_another(
    sentence: Sentence, match: re.Match[str], given: Sequence[Sentence], sources: Sequence[Sentence]
) -> bool:
    """Whether the cause that is named stands in other sentences alone than the one that gives a cause."""
    after = list(content(sentence, match.end()))
    return bool(after) and support(after, given) == 0 and support(after, sources) >= 0.5


def _does_it(sentence: Sentence, match: re.Match[str], source: Sentence) -> bool:
    """Whether the source has what is named as the cause do what is told: "work will close the line"."""
    before, after = list(content(sentence, 0, match.start())), list(content(sentence, match.end()))
    agents = [word for predicate in source.predicates for word in predicate.agents]
    is_agent = any(lexicon.relation(word, agent) == 1 for word in after for agent in agents)
    return is_agent and support(before, [source]) >= 0.25


def _gives(sentence: Sentence, match: re.Match[str], source: Sentence) -> bool:
    """Whether the source, which speaks of a cause, speaks of what stands on both sides of the cue."""
    before, after = list(content(sentence, 0, match.start())), list(content(sentence, match.end()))
    first, second = support(before, [source]), support(after, [source])
    has_same_cue = match[0].lower() in source.lower
    if has_same_cue:
        return (first + second) / 2 >= 0.25
    return (first + second) / 2 >= 0.4 and min(first, second) >= 0.2
