"""Make a headline speakable: in sentence case, and as a clause with the small words that headlines leave out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from synthesis.dialogue.parse import parse
from synthesis.dialogue.presumed import KNOWN_TO_ALL
from synthesis.text import sentences
from synthesis.types import Story

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

LONGEST_CLAUSE = 17
_REJECT = re.compile(
    r"\?|\b(I|you|your|we|our|my|here|this|how|why|what|when|who|best|ranked|review|opinion|things|reasons|ways)\b|!"
    r"|\.\.\.|…",
    re.I,
)
_CUT = re.compile(r"\s+[|–—]\s+.*$|\s+-\s+[A-Z][\w .]+$|:\s.*$|;\s.*$")
_PREFIX = re.compile(r"^(?:[A-Z][\w' ]{2,24}|[A-Z!]{4,}):\s+(?=.{20})|^[A-Z]{4,}!\s+")
# A claim that a headline leaves to its owner is nothing to say without him.
_OWNED_CLAIM = re.compile(
    r",\s+(?:[\w'-]+ ){0,5}(?:say|says|said|finds?|found|shows?|showed|suggests?|claims?|claimed|reports?|reported"
    r"|warns?|warned|alleges?|alleged|according to|per) ?[\w' ]*$"
    r"|^(?:[\w'-]+ ){0,3}(?:Police|Officials?|Report|Reports|Study|Survey|Poll|Sources?|Authorities|Lawyers?|Lawsuit"
    r"|Experts?|Scientists|Researchers|Prosecutors?|Ministry|Minister|Mayor|President|Governor):\s"
    r"|(?::| [-–—]) (?:police|officials?|report|study|survey|poll|sources?|authorities|lawyers?|experts?|ministry)$",
    re.I,
)
_SMALL = frozenset("a an the and or of in on at to for from by with as is are after over says say its his her".split())
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty hundred".split()
)
_ORDINAL = re.compile(r"first|second|third|fourth|[1-4](?:st|nd|rd|th)", re.I)
_CIRCUMSTANCES = frozenset("at from for in on after during near".split())
_JOINS = frozenset("after as when if while before because since until".split())
_DETERMINED = frozenset("det poss nummod predet".split())
_BEFORE_BARE = r"(?:^|[,.] |\b(?:of|in|from|with|by|for|on|to|at|and|or|as|into|than) )"
_AFTER_BARE = r"(?=[,.]| (?:of|in|from|by|and|or|is|was|are|were|which|that|on|to|often|has|have)\b)"
_ARTICLE = r"(an?|the|its|their|his|her)"


def speakable_headline(story: Story, expansions: Mapping[str, str]) -> str:
    """The title in sentence case, without section, outlet and second thoughts, or ""."""
    title = story.title.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').strip().rstrip(".")
    if _OWNED_CLAIM.search(title):
        return ""
    title = _CUT.sub("", _PREFIX.sub("", (sentences.split(title) or [""])[0])).strip().rstrip(".")
    first_part = title.split(", ")[0]
    title = first_part if len(first_part.split()) >= 4 and len(title.split()) > 9 else title
    if (
        _REJECT.search(title)
        or title[:1] in "'\""
        or not 3 <= len(title.split()) <= 15
        or title.count('"') % 2
        or title.upper() == title
    ):
        return ""
    title = sentence_case(title, _body(story))
    for acronym, expansion in expansions.items():
        title = re.sub(rf"\b{acronym}\b", expansion, title, count=1)
    return title


def sentence_case(title: str, body: str) -> str:
    """`title` with small letters wherever the body writes the word small; one in sentence case stays as it is."""
    words = title.split()
    if sum(word.islower() and len(word) > 4 for word in words) >= 2:
        return title
    small = set(re.findall(r"(?<![\w'])[a-z][\w'-]*", body))
    cased = [words[0]] + [
        word.lower()
        if word[0].isupper() and word[1:].islower() and re.sub(r"\W+$", "", word.lower()) in small | _SMALL
        else word
        for word in words[1:]
    ]
    return " ".join(cased)


def clause(headline: str, story: Story) -> str:
    """The headline as it would stand in the middle of a spoken sentence ("the water company is fined ..."), or "".

    Articles and "is" are put in only as the report itself uses them; where it does not show how, there is no clause.
    """
    body = _body(story)
    if not headline or re.search(r"[\"'](?!s\b)|[:()]", headline) or headline.split()[0].lower() in _JOINS:
        return ""
    text = _first_in_small(headline, body)
    text = _with_verb(text, parse([text + "."])[0], body)
    doc = parse([text + "."])[0] if text else None
    if doc is None or not _is_spoken_clause(doc):
        return ""
    articles = {}
    for noun in doc:
        is_head = noun.tag_ == "NN" and noun.dep_ != "compound"
        if not (is_head or _hides_subject(noun, doc, body)):
            continue
        start = _start_of(noun, doc)
        if noun.ent_type_ in {"PERCENT", "DATE", "MONEY"} and not _is_numbered_period(doc, start, noun.i):
            continue
        if any(child.dep_ in _DETERMINED or child.tag_ == "POS" for child in noun.lefts) or doc[start].tag_ == "PRP$":
            continue
        article = _article(noun, doc, start, body)
        if article is None:
            return ""
        articles[start] = article
    said = "".join(
        (f"{articles[token.i]} " if articles.get(token.i) else "") + token.text_with_ws for token in doc[:-1]
    )
    return said if len(said.split()) <= LONGEST_CLAUSE else ""


def without_circumstance(clause: str) -> str:
    """The clause without the last circumstance of its verb ("from January"), where one is left without it."""
    doc = parse([clause + "."])[0]
    for token in doc:
        is_last = token.right_edge.i >= len(doc) - 2
        if token.dep_ != "prep" or token.lower_ not in _CIRCUMSTANCES or not is_last or token.left_edge != token:
            continue
        rest = doc[: token.i].text
        verb = token.head
        is_done = any(child.dep_ in {"dobj", "auxpass"} and child.i < token.i for child in verb.children)
        if verb.pos_ == "VERB" and is_done and _is_spoken_clause(parse([rest + "."])[0]):
            return rest
    return clause


def _body(story: Story) -> str:
    return " ".join(article.text.replace("’", "'").replace("\n", " ") for article in story.articles)


def _first_in_small(headline: str, body: str) -> str:
    name = re.match(r"[A-Z][\w'-]+ of (?:the )?[A-Z][\w'-]+", headline)
    if name and name[0] in body:
        return f"the {headline}" if re.search(rf"\b[Tt]he {re.escape(name[0])}\b", body) else headline
    kind = re.match(r"(?:[\w-]+ )?[\w-]+ of [A-Z][\w-]+", headline)
    if kind and f"the {kind[0].lower()}" in body.lower():
        return f"the {headline[:1].lower()}{headline[1:]}"
    first = re.match(r"[A-Z][a-z-]*(?![\w'])", headline)
    words = [] if first is None else first[0].lower().split("-")
    is_common = bool(words) and all(
        re.search(rf"(?<![\w'-]){re.escape(word)}s?\b", body) or word in _SMALL | _NUMBERS for word in words
    )
    return headline[:1].lower() + headline[1:] if is_common else headline


def _with_verb(text: str, doc: Doc, body: str) -> str:
    """With the "is" or "are" that headlines drop: "schools to try", "company fined"."""
    to = next((t for t in doc[:-2] if t.text == "to" and doc[t.i + 1].tag_ == "VB"), None)
    finite = [t for t in doc if t.tag_ in {"VBZ", "VBP", "MD", "VBD"}]
    if to is not None and to.i and doc[to.i - 1].pos_ in {"NOUN", "PROPN"} and not any(t.i < to.i for t in finite):
        head = next(
            (t for t in doc[: to.i] if t.dep_ in {"nsubj", "ROOT"} and t.pos_ in {"NOUN", "PROPN"}), doc[to.i - 1]
        )
        return f"{text[: to.idx]}{_be(head)} {text[to.idx :]}"
    root = next((t for t in doc if t.dep_ == "ROOT"), doc[0])
    if root.tag_ not in {"VBD", "VBN"} or any(child.dep_ in {"aux", "auxpass"} for child in root.children):
        return text
    subject = next((child for child in root.lefts if child.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is None:
        return ""
    verb, name = re.escape(root.text), re.escape(subject.text)
    if re.search(rf"\b(?:is|are|was|were|been|being) {verb}\b|\b{verb} (?:[\w-]+ ){{0,3}}{name}\b", body, re.I):
        return f"{text[: root.idx]}{_be(subject)} {text[root.idx :]}"
    return text if re.search(rf"\b{name} {verb}\b", body, re.I) else ""


def _be(subject: Token) -> str:
    many = subject.tag_ in {"NNS", "NNPS"} or (subject.tag_ == "CD" and subject.lower_ not in {"one", "1"})
    return "are" if many or any(child.dep_ == "conj" for child in subject.children) else "is"


def _is_spoken_clause(doc: Doc) -> bool:
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None:
        return False
    if root.tag_ == "VBZ" and root.i and doc[root.i - 1].tag_ == "NNP" and doc[root.i - 1].head == root:
        return True  # "Port Ellery votes": the parser takes the town for a part of the verb
    finite = (
        root.pos_ in {"VERB", "AUX"}
        and root.tag_ in {"VBZ", "VBP", "VBD"}
        or any(child.dep_ in {"aux", "auxpass"} for child in root.lefts)
    )
    return finite and any(child.dep_ in {"nsubj", "nsubjpass"} for child in root.lefts)


def _hides_subject(noun: Token, doc: Doc, body: str) -> bool:
    """Whether the parser took "trawler sinks" behind "after" for a compound: the report itself has no such thing."""
    if noun.i == 0 or noun.dep_ != "compound" or doc[noun.i - 1].lower_ not in _JOINS or doc[noun.i + 1].tag_ != "NNS":
        return False
    return noun.is_lower and f"{noun.text} {doc[noun.i + 1].text}" not in body


def _start_of(noun: Token, doc: Doc) -> int:
    """Where the words before the noun begin that belong to it."""
    start = noun.i
    while start and doc[start - 1].tag_ in {"NN", "JJ", "JJS", "JJR", "CD", "HYPH", "NNP", "VBN", "VBG", "RBS"}:
        inside = doc[start - 1]
        if inside.head.i > noun.i or (inside.head.i < start - 1 and inside.tag_ != "HYPH"):
            break
        start -= 1
    return start


def _is_numbered_period(doc: Doc, start: int, noun: int) -> bool:
    """A quarter or a half by its number, before which English wants "the"."""
    return start < noun and doc[noun].lower_ in {"quarter", "half"} and bool(_ORDINAL.fullmatch(doc[start].text))


def _article(noun: Token, doc: Doc, start: int, body: str) -> str | None:
    """The article for a noun that a headline has without one, as the report uses it: "" for none, None if unknown."""
    if start and doc[start - 1].tag_ == "IN" and doc[start - 1 : noun.i + 1].text in body:
        return ""
    if any(token.tag_ == "NNP" for token in doc[start : noun.i]):
        return None
    first = doc[start].text
    if _is_numbered_period(doc, start, noun.i):
        return "the"
    if doc[start].tag_ == "JJS" or first.lower() in {"first", "second", "third", "last", "only", "same"}:
        return "the"
    if any(child.text == "of" and any(t.pos_ == "PROPN" for t in child.children) for child in noun.rights):
        return "the"
    compound = [token.text for token in doc[start : noun.i] if token.dep_ == "compound"]
    words = re.escape(" ".join([*compound[-1:], noun.text]) if compound else noun.text)
    for pattern in dict.fromkeys((words, re.escape(noun.text))):
        near, far = (
            rf"\b{words} (?:[\w'-]+ ){{0,{reach}}}{pattern}\b" for words, reach in ((_ARTICLE, 2), ("(the)", 4))
        )
        used = [found.lower() for form in (near, far) for found in re.findall(form, body, re.I)]
        bare = re.search(
            rf"{_BEFORE_BARE}(?!(?:an?|the|its|their|his|her) )(?:[a-z]+ )?{pattern}{_AFTER_BARE}", body, re.I
        )
        if bare and not {"a", "an"} & set(used):
            return ""
        if {"a", "an"} & set(used):
            return "an" if re.match(r"[aeio]", first, re.I) else "a"
        owners = [article for article in used if article not in {"the", "a", "an"}]
        if owners:
            return owners[0]
        if used:
            is_known = noun.lower_ in KNOWN_TO_ALL
            return "the" if is_known else "an" if re.match(r"[aeio]", first, re.I) else "a"
    return None
