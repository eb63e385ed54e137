"""Know an opinion piece, and leave its words to the one who wrote them."""

from __future__ import annotations

import re

from synthesis.dialogue.attribution import lower_first, spoken_outlet
from synthesis.dialogue.reading import Reading, Sentence

FEWEST_PERSONAL, LONGEST = 2, 30
_LABEL = re.compile(
    r"^(?:opinion|comment|commentary|column|editorial|op-ed|leader|letters?|viewpoint|guest essay)\b ?[:|–—-]"
    r"|[|–—-] ?(?:opinion|comment|editorial)$|^(?:why )?I\b|\bmy\b.{0,40}\band I\b",
    re.I,
)
_SECTION = re.compile(r"/(?:opinions?|comment(?:ary|isfree)?|columns?|columnists?|editorials?|op-eds?|letters)/", re.I)
_PERSONAL = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|[Ll]et me|[Mm]y)\b")
_SAYS_WHO = re.compile(
    r"^(?:By )?(?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){1,2}),? (?:is|was|has (?:written|been)|writes|teaches|works)\b"
)


def is_one(reading: Reading) -> bool:
    """Whether the article is its author's view: by its section, its title, or what it says of itself in its own
    voice."""
    article = reading.article
    if _LABEL.search(article.title) or _SECTION.search(article.url):
        return True
    spoken = [s for s in reading.sentences if not s.inside_quote and _PERSONAL.search(_unquoted(s.text))]
    return len(spoken) >= FEWEST_PERSONAL


def author(reading: Reading) -> tuple[str, tuple[int, ...]]:
    """Who wrote it, by its last lines, and the sentence that says so; ("", ()) where none does."""
    for sentence in reading.sentences[-3:]:
        if match := _SAYS_WHO.match(sentence.text):
            return match["name"], (sentence.index,)
    return "", ()


def owned(sentence: Sentence, name: str, outlet: str) -> str:
    """The sentence as its author's, or "" if it can't be told alone."""
    text = sentence.text
    is_whole = 6 <= len(text.split()) <= LONGEST and text.endswith(".") and '"' not in text
    if not is_whole or sentence.inside_quote or (name and text.startswith(name)) or _LEANS.match(text):
        return ""
    claim = lower_first(text, sentence.doc, sentence.article.text)
    return f"In an opinion piece for {spoken_outlet(outlet)}, {name or 'the author'} writes that {claim}"


_LEANS = re.compile(
    r"(?:It|They|He|She|This|That|These|Those|But|And|Or|So|Its|Their|His|Her|Of course|Such|Another|Then|There)\b"
)


def _unquoted(text: str) -> str:
    return re.sub(r'"[^"]*"?', " ", text)
