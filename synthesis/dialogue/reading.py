"""Read an article for the ear: its sentences, cleaned and parsed, the people it introduces, the acronyms it
explains."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synthesis.dialogue.parse import parse
from synthesis.text import sentences
from synthesis.types import Article

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

MAX_SENTENCES = 60
_DATELINE = re.compile(
    r"^[A-Z][A-Z'’.\-/ ]{2,40}(?:, [\w.’' ]{2,30}?)?(?:, [A-Z][a-z]+\.? "
    r"\d{1,2})?\s*(?:\([^)]{2,30}\))?\s*[-–—]+\s+(?=[A-Z\"“])"
    r"|^[A-Z][\w.’' ]{2,30}(?:, [\w.’' ]{2,30})?\s\((?:AP|Reuters|AFP|CNN|UPI|CP|PA|dpa|EFE|ANI|PTI)\)\s*[-–—]+\s+"
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_ACRONYM = re.compile(
    r"((?:[A-Z][\w'’&-]+,? (?:(?:of|the|and|for|on|in|to|&),? )*){1,7}[A-Z]?[\w'’-]*) ?\(([A-Z]{2,7})\)"
)
_BODIES = (
    "group|company|party|charity|union|club|firm|agency|body|association|town|village|airline|team|band|ship|trawler"
)
_TITLES = frozenset("mr mrs ms dr prof professor dame sir lord lady prof sen rep gov gen".split())


# What a tabloid calls somebody before the name; no host says it.
_SLANG = re.compile(
    r"^(?:(?:[Pp]lucky|[Ss]mirking|[Tt]ragic|[Bb]rave|[Bb]eloved|[Hh]eartbroken|[Ff]urious|[Dd]evastated|[Hh]ero"
    r"|[Ss]obbing|[Tt]earful|Brit) )+(?=[A-Za-z])"
)


_SEVERAL = re.compile(
    r"The (?P<count>two|three|four) (?P<what>[a-z][\w' ]{2,40}), "
    r"(?P<names>[A-Z][\w.'-]+ [^,]*?(?:, [^,]*?)* and [A-Z][^,]*),"
)
_STAYS = re.compile(
    r"(?:President|Prime|Chancellor|Vice|Judge|Justice|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Captain|Chief|Councillor|Senator"
    r"|Governor|Mayor|Bishop|Archbishop|King|Queen|Prince|Princess|Pope|General|Colonel|Sergeant|Sheriff|Rev|Reverend"
    r"|Minister|Secretary|Ambassador|Attorney|Commissioner|Provincial|Transport|Foreign|Home|Health|Interior|Defen[cs]e"
    r"|State|County|Rep|Gov|Sen|MP)\b"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in full. `intro` is the name with its role before it, as the article has it, or the name alone;
    `cites` are the sentences that the introduction rests on."""

    name: str
    intro: str
    cites: tuple[int, ...]

    @property
    def surname(self) -> str:
        return self.name.split()[-1]

    @property
    def has_role(self) -> bool:
        """Whether the introduction says more than a title and the name."""
        before = self.intro.removesuffix(self.name).strip(" .").lower()
        return self.intro.endswith(",") or before not in {"", *_TITLES}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article. `written` is the source's own; `text` the cleaned one, of which `doc` is the parse."""

    article: Article
    index: int
    paragraph: int
    written: str
    text: str
    doc: Doc
    inside_quote: bool  # it begins within a quotation that an earlier sentence opened
    leaves_open: bool  # it ends within a quotation


@dataclass(frozen=True, slots=True)
class Reading:
    article: Article
    sentences: tuple[Sentence, ...]
    total: int
    people: dict[str, Person] = field(
        default_factory=dict
    )  # by surname; one whose surname two people share is left out
    acronyms: dict[str, tuple[str, int]] = field(default_factory=dict)  # acronym -> what it stands for, sentence


def read(article: Article) -> Reading:
    """Parse the first `MAX_SENTENCES` sentences; what stands further down is never news."""
    rows = []
    for paragraph, line in enumerate(article.text.splitlines()):
        in_quote = False
        for written in sentences.split(line):
            text = _without_slang(_without_shouting(clean(written), article.text))
            leaves_open = in_quote ^ (text.count('"') % 2 == 1)
            rows.append((paragraph, written, text, in_quote, leaves_open))
            in_quote = leaves_open
    docs = parse([row[2] for row in rows[:MAX_SENTENCES]])
    found = tuple(
        Sentence(article, index, paragraph, written, text, doc, inside, leaves)
        for index, ((paragraph, written, text, inside, leaves), doc) in enumerate(zip(rows, docs, strict=False))
    )
    return Reading(article, found, len(rows), _people(found), _acronyms(found))


def _without_shouting(text: str, body: str) -> str:
    """The first word as others are written, where a report begins in capitals: one that comes again is an acronym."""
    word = re.match(r"[A-Z]{4,}(?= [a-zA-Z])", text)
    if word is None or len(re.findall(rf"\b{word[0]}\b", body)) > 1:
        return text
    return word[0].capitalize() + text[word.end() :]


def _without_slang(text: str) -> str:
    """Without what a tabloid calls somebody before the name: "Plucky Beth", "mum-of-three Kay"."""
    rest = _SLANG.sub("", text, count=1)
    return rest[:1].upper() + rest[1:]


def clean(written: str) -> str:
    """Without dateline, brackets and typographic quotation marks, and with a plain "or"; nothing else is touched."""
    text = re.sub(r"[“”„]", '"', written).replace("’", "'").replace("‘", "'")
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]", "", _DATELINE.sub("", text, count=1))
    text = re.sub(r"\b([Aa])nd/or\b", lambda found: "Or" if found[1] == "A" else "or", text)
    text = re.sub(r",? opens? (in )?(a )?new (tab|window)", "", text)
    pieces = text.split('"')
    outside = [
        _BRACKETS.sub("", piece) if place % 2 == 0 else re.sub(r"[()\[\]]", "", piece)
        for place, piece in enumerate(pieces)
    ]
    text = '"'.join(outside)
    text = re.sub(r"\s*--+\s*|(?<=\w)\s*—\s*(?=\w)|\s—\s|\s–\s|(?<=[a-z)]) - (?=[a-z])", " — ", text)
    return " ".join(re.sub(r"\s+([,.;])", r"\1", text).split()).removeprefix("— ")


def _people(found: tuple[Sentence, ...]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    shared = _ambiguous(found)
    for sentence in found:
        for entity in sentence.doc.ents:
            name = _full_name(entity)
            if entity.label_ != "PERSON" or not name or _is_body(entity):
                continue
            surname = name.split()[-1]
            known = people.get(surname)
            if known and known.name.split()[0] != name.split()[0]:
                shared.add(surname)
            owner = _owner(sentence, found)
            intro = introduction(entity, name, owner=owner)
            if not intro:
                continue
            intro = _one_of_them(sentence, name) or intro
            if not known or (not known.has_role and intro != name and known.name == name):
                is_owned = bool(owner) and owner in intro and owner not in sentence.text
                cites = (sentence.index - 1, sentence.index) if is_owned else (sentence.index,)
                people[surname] = Person(name, intro, cites)
    return {surname: person for surname, person in people.items() if surname not in shared}


def _one_of_them(sentence: Sentence, name: str) -> str:
    """The introduction of somebody who is named as one of several: "The two members who voted no, A and B"."""
    several = _SEVERAL.match(sentence.text)
    if several is None or name not in several["names"]:
        return ""
    return f"one of the {several['count']} {several['what']}, {name},"


def _is_body(entity: Span) -> bool:
    """Whether the word before the name says that it is a body's: "charity Steady Heart"."""
    before = entity.doc[entity.start - 1].lower_ if entity.start else ""
    return re.fullmatch(rf"(?:{_BODIES})s?", before) is not None


def _owner(sentence: Sentence, found: tuple[Sentence, ...]) -> str:
    """Whose "its lead author" is: "the study" where that is the sentence's own subject; for an "Its" that begins it the
    body that the sentence before names; else ""."""
    own = next((t for t in sentence.doc if t.dep_ in {"nsubj", "nsubjpass"} and t.left_edge.lower_ == "the"), None)
    if own is not None and re.search(rf"{re.escape(own.text)}\b.*\bits \w+", sentence.text) and own.tag_ == "NN":
        return f"the {own.text}" if own.i - own.left_edge.i == 1 else ""
    if not re.match(r"(Its|Their) ", sentence.text) or sentence.index == 0:
        return ""
    before = found[sentence.index - 1].doc
    subject = next((t for t in before if t.dep_ in {"nsubj", "nsubjpass"} and t.head.dep_ == "ROOT"), None)
    bodies = [entity for entity in before.ents if entity.label_ == "ORG" and subject in list(entity)]
    bodies = bodies or [entity for entity in before.ents if entity.label_ == "ORG"]
    if len({body.text for body in bodies}) != 1:
        return ""
    name = bodies[0].text.removesuffix("'s")
    takes_article = bodies[0].start > 0 and before[bodies[0].start - 1].lower_ == "the"
    return f"the {name}" if takes_article else re.sub("^The ", "the ", name)


def _ambiguous(found: tuple[Sentence, ...]) -> set[str]:
    """Surnames that more than one person bears ("George and Alexander Soros", "Ms. Lassiter"), and words of places."""
    names = set()
    for sentence in found:
        for entity in sentence.doc.ents:
            last = entity.text.removesuffix("'s").split()[-1:]
            if entity.label_ == "GPE" or (entity.label_ in {"ORG", "FAC", "LOC"} and len(entity.text.split()) > 2):
                names |= set(last)
        for pattern in (
            r"\b[A-Z]\w+ and [A-Z]\w+ ([A-Z]\w+)",
            r"\b[Tt]he (?:elder|younger|older|late) ([A-Z]\w+)",
            r"\bM(?:r|s|rs)\. ([A-Z]\w+)",
        ):
            names |= set(re.findall(pattern, sentence.text))
        names |= set(
            re.findall(r"\b(?:in|at|near|across|outside|throughout|around) ([A-Z][\w-]+)(?! [A-Z])", sentence.text)
        )
        names |= {word.removesuffix("es") for word in re.findall(r"\b[Tt]he ([A-Z]\w+es)\b", sentence.text)}
        names |= {word.removesuffix("s") for word in re.findall(r"\b[Tt]he ([A-Z]\w+s)\b", sentence.text)}
    return names


def _full_name(entity: Span) -> str:
    words = re.sub(r"'s$", "", entity.text).split()
    if words and words[0].lower().strip(".") in _TITLES:
        words = words[1:]
    is_name = 2 <= len(words) <= 4 and all(
        re.fullmatch(r"[A-Z][\w.'-]+|[A-Z]\.?|al-\w+|de|la|van|von|bin|den|der", word) for word in words
    )
    return " ".join(words) if is_name and not words[-1].isupper() else ""


def introduction(entity: Span, name: str, *, owner: str = "") -> str:
    """The name with the role that the sentence gives it, role first: "a certified planner, Lee Baker"; "" if it is a
    body's, as in "the patients' group Kidney Aldmere". `owner` is whose "its chief executive" is."""
    head = entity.root
    before = _prenominal(entity, head)
    if re.search(rf"\b({_BODIES})s?$", before, re.I):
        return ""
    is_title = before.lower().strip(".") in _TITLES
    if before and not is_title:
        return f"{_in_small(before, entity)} {name}"
    role = _apposition(head) or _role_in_front(head, owner)
    plain = f"{before} {name}" if is_title else name
    return f"{role}, {plain}," if role else plain


def _prenominal(entity: Span, head: Token) -> str:
    """Words of the same noun phrase before the name: "Ukrainian President" of "Ukrainian President Volodymyr
    Zelenskyy"."""
    start = min(entity.start, head.left_edge.i)
    words = entity.doc[start : entity.start].text
    return (
        words
        if 1 <= len(words.split()) <= 7 and not re.search(r"[,\"—;:\d]|^(his|her|their|its|my|our)\b", words, re.I)
        else ""
    )


def _in_small(role: str, entity: Span) -> str:
    """A role that begins a sentence as it stands within one: "trainee", and "the local MP", but "President"."""
    first = role.split()[0]
    is_title = _STAYS.match(first) is not None or any(word[0].isupper() for word in role.split()[1:-1])
    begins = entity.start == len(role.split()) and first[1:] == first[1:].lower()
    is_named = entity.doc[0].ent_type_ in {"ORG", "GPE", "NORP", "PERSON"} or role.endswith("'s")
    return role if not begins or is_title or is_named or first == "The" else role[:1].lower() + role[1:]


def _apposition(head: Token) -> str:
    for child in head.children:
        if (
            child.dep_ == "appos"
            and child.pos_ in {"NOUN", "PROPN"}
            and child.i > head.i
            and head.doc[child.left_edge.i - 1].text == ","
        ):
            return role_phrase(child)
    return ""


def _role_in_front(head: Token, owner: str) -> str:
    """The role of "the bank's governor, Helen Ashby,", where the name explains the role."""
    noun = head.head
    is_beside = head.dep_ == "appos" and noun.tag_ == "NN" and head.left_edge.i and noun.i < head.i
    if not is_beside or head.doc[head.left_edge.i - 1].text != ",":
        return ""
    if owner and noun.left_edge.lower_ in {"its", "their"}:
        words = head.doc[noun.left_edge.i + 1 : noun.i + 1].text
        return f"{owner}{chr(39) if owner.endswith('s') else chr(39) + 's'} {words}" if len(words.split()) <= 5 else ""
    return role_phrase(noun)


def role_phrase(noun: Token) -> str:
    """A role short enough to say before a name, from its article to its last needed word."""
    kept = [token for token in noun.subtree if not _is_side(token, noun)]
    words = "".join(token.text_with_ws for token in kept).strip(" ,")
    words = re.split(r",| who | which | that | and (?=founder|author|former|co-)", words)[0].strip()
    while len(words.split()) > 9 and re.search(r" (?:in|at|of|for|from|on) [^,]+?$", words):
        words = re.sub(r" (?:in|at|of|for|from|on) (?:(?! (?:in|at|of|for|from|on) ).)+$", "", words)
    if not 1 <= len(words.split()) <= 9 or re.search(r"\d|\"", words) or noun.ent_type_ == "PERSON":
        return ""
    if re.match(r"(an?|the|one|his|her|their|its|our)\b", words, re.I) or "'s " in words:
        return words if not re.match(r"(his|her|their|its|our)\b", words, re.I) else ""
    return (
        f"the {words}"
        if re.search(r"\b(of|for|at|in)\b|chief|head|director|minister|president", words)
        else _with_article(words)
    )


def _with_article(words: str) -> str:
    if words.endswith("s") and not words.endswith("ss"):
        return words
    return f"an {words}" if re.match(r"[aeio]|[FHLMNRSX][A-Z]", words) else f"a {words}"


def _is_side(token: Token, noun: Token) -> bool:
    while token != noun:
        if token.dep_ in {"relcl", "acl", "appos", "conj", "cc"}:
            return True
        token = token.head
    return False


def _acronyms(found: tuple[Sentence, ...]) -> dict[str, tuple[str, int]]:
    acronyms: dict[str, tuple[str, int]] = {}
    for sentence in found:
        for match in _ACRONYM.finditer(sentence.written):
            expansion = _expansion(match[1], match[2])
            if expansion:
                takes_article = re.search(rf"\bthe {re.escape(expansion)}", sentence.written, re.I)
                acronyms.setdefault(match[2], (f"the {expansion}" if takes_article else expansion, sentence.index))
    return acronyms


def _expansion(words: str, acronym: str) -> str:
    """The shortest tail of `words` whose capitals spell `acronym`; else all of them, for an acronym of another
    language."""
    parts = words.split()
    for start in range(len(parts) - 1, -1, -1):
        capitals = "".join(part[0] for part in parts[start:] if part[0].isupper() and part not in {"The", "And"})
        if capitals == acronym and parts[start][0].isupper():
            return " ".join(parts[start:]).strip(" ,")
    return " ".join(parts).strip(" ,") if 3 <= len(parts) <= 8 else ""
