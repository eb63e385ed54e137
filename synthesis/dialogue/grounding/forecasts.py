"""What a text says will happen, or makes of its story, and no source says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthesis.dialogue.figures import same
from synthesis.dialogue.grounding.matching import content, support
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

_AHEAD = re.compile(
    r"\b(?:will|'ll|won't|(?<!was )(?<!were )(?<!been )going to|likely|unlikely|expected|expect"
    r"|(?:could|would|might)(?!'ve| have)|(?-i:may)"
    r"|sure to|bound to|surely"
    r"|probably"
    r"|set to|about to|(?<!too )soon|matter of time|lies? ahead|look(?:s|ing)? forward"
    r"|in the (?:coming|next)|hard to|certain to"
    r"|certainly|no doubt|doubt|future|tomorrow|eventually|remains to be seen|promises? to|threatens? to|stands? to"
    r"|on course|inevitabl[ey]|poised|ready to|destined|only the (?:beginning|start)|long (?:trial|road|way)"
    r"|perhaps)\b",
    re.I,
)
_SOURCE_AHEAD = re.compile(r"\b(?:can|cannot|due|forecast|plan\w*|propos\w*|if|until|scheduled)\b", re.I)
_SPEAKING = re.compile(
    r"(?:would|wouldn't|won't|will) (?:only |not |never )?(?:say|speak|comment|tell|discuss|be drawn)\b", re.I
)
_REPORTED = re.compile(r"\bwould\b", re.I)
_VERDICT = re.compile(
    r"\b(?:turning point|game.?changer|wake-?up call|reminder (?:that|of)|raises? (?:\w+ )?questions|sign of things"
    r"|tip of the"
    r" iceberg|remains to be seen|time will tell|anybody's guess|anyone's guess|speaks volumes|huge blow|historic)\b",
    re.I,
)
# What the text says that nobody knows is no look ahead.
_UNKNOWN = re.compile(r"\b(?:nobody|no one|nothing|whether|not|never)\b|n't\b", re.I)
_LEAST, _LEAST_BESIDE = 0.45, 0.25


def findings(text: Sequence[Sentence], sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        for start, end in _parts(sentence):
            part = sentence.text[start:end]
            ahead = _AHEAD.search(part)
            if (
                ahead
                and not _SPEAKING.match(part, ahead.start())
                and not _is_founded(sentence, start, end, start + ahead.start(), sources)
            ):
                yield (
                    sentence.start + start,
                    Finding("forecast", part.strip(" ,."), "No cited sentence looks ahead so."),
                )
        verdict = _VERDICT.search(sentence.text)
        if verdict and not any(verdict[0].lower() in source.lower for source in sources):
            yield sentence.start + verdict.start(), Finding("forecast", verdict[0], "No source draws this conclusion.")


def _is_founded(sentence: Sentence, start: int, end: int, cue: int, sources: Sequence[Sentence]) -> bool:
    """Whether the sources say most of the part; less is enough where one of them looks ahead too, or has the
    numbers behind the cue."""
    part = sentence.text[start:end]
    if re.search(r"\bcould\b|\b(?:known|clear|certain|sure)\b", part, re.I) and _UNKNOWN.search(part):
        return True
    own = [f.value for f in sentence.figures if cue <= f.start < end]
    if own and all(any(same(value, f.value) for source in sources for f in source.figures) for value in own):
        return True
    words = list(content(sentence, start, end))
    is_same = any(re.search(rf"\b{re.escape(sentence.text[cue:].split()[0].lower())}\b", s.lower) for s in sources)
    if is_same and len(words) <= 2 and len(words) * (1 - support(words, sources)) < 1.5:
        return True
    looking = [source for source in sources if _AHEAD.search(source.text) or _SOURCE_AHEAD.search(source.text)]
    if looking and support(list(content(sentence, start, end)), looking) >= _LEAST_BESIDE:
        return True
    if (looking or _REPORTED.search(" ".join(s.text for s in sources))) and len(words) <= 1:
        return True
    return support(words, sources) >= _LEAST


def _parts(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """The sentence cut at its commas and joining words."""
    start = 0
    for match in re.finditer(r"[,;:] (?:and |but |so |which |where |while )?| (?:and|but|so|that) ", sentence.text):
        if match.start() - start > 12:
            yield start, match.start()
            start = match.end()
    yield start, len(sentence.text)
