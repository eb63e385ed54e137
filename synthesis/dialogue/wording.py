"""What may not be said of people in a grave story, whatever the sources print.

Nobody who is accused is called guilty before a conviction that the sources report; no method of a suicide is told; and
neither a minor who is a party to a crime nor the victim of a sexual crime is named, unless an editor allows the name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from synthesis.text import sentences
from synthesis.types import Finding

ACCUSED, METHOD, NAME = "accused", "method", "protected name"
ADULT = 18

_PERSON = r"[A-Z][a-zà-ÿ][\w'’-]*(?: (?:[A-Z]\.|[A-Z][a-zà-ÿ][\w'’-]*)){0,3}"
_ASIDE = r"(?:, [^,.;]{1,60},)?"
_BEING = r"(?: (?:has|have|had|is|was|were|are|been|also|now|being|since))*"
# A charge, and not a quarrel: nations and rivals accuse each other every day.
_CHARGED = (
    re.compile(
        rf"(?P<name>{_PERSON}){_ASIDE}{_BEING} (?:charged|accused of|indicted|arrested|on trial|standing trial"
        r"|suspected|allegedly|(?:pleaded|pleads) not guilty|due to stand trial|(?:facing|faces) (?:charges|trial)"
        r"|denies (?:\w+ )?(?:charges?|murder|rape|fraud|manslaughter|wrongdoing))"
    ),
    re.compile(
        r"\b(?:suspect|suspected \w+|accused \w+|alleged \w+|defendant|charged|arrested|indicted)(?: named|,)? "
        rf"(?P<name>{_PERSON})"
    ),
)
_CONVICTED = re.compile(
    rf"(?P<name>{_PERSON}){_ASIDE}{_BEING} (?:convicted|found guilty|guilty|GUILTY|sentenced|jailed|pleaded guilty"
    rf"|pleads guilty|admitted)\b|\b(?:convicts|convicted|sentenced|jailed) (?P<after>{_PERSON})"
)
_CONVICTION = re.compile(
    r"(?<!if )(?<!not )(?<!until )(?<!not been )\b(?:convict(?:ed|s)|found guilty|pleaded guilty|pleads guilty)\b", re.I
)
_HEDGE = re.compile(
    r"\b(?:accus\w+|alleg\w+|charge[sd]?|suspected|suspicion|denie[sd]|den(?:y|ying)|claim\w*|according to|say"
    r"|says|said|told"
    r"|contend\w*|argue[sd]?|believe[sd]?|trial|if convicted|whether|not guilty|case against|wanted|may|might|could)\b",
    re.IGNORECASE,
)
_GUILTY_NOUN = re.compile(
    r"(?<!suspected )(?<!alleged )(?<!accused )\b(?:killers?|murderers?|rapists?|attackers?|abusers?|pa?edophiles?"
    r"|thie(?:f|ves)|fraudsters?|arsonists?|kidnappers?|predators?)\b",
    re.IGNORECASE,
)
_GUILTY_VERB = (
    r"(?:has |have |had |then )?(?:\w+ly )?(?:murder|kill|stabb?|rap|assault|abus|molest|rob|attack|shot|stole"
    r"|defraud|kidnapp?|abduct|poison|beat|set fire|lit (?:the|a) fire|strangl|groom)(?:ed|e?s)?\b"
)
_UNNAMED = r"[Tt]he (?:boy|girl|teen(?:ager)?|youth|suspect|defendant|accused|pair)"
_IN_COURT = re.compile(r"\b(?:arrested|appear\w*|court|charged|custody|bail|remanded|lawyers?|trial)\b", re.IGNORECASE)

_METHODS = re.compile(
    r"\b(?:hang(?:ed|ing)|overdos\w*|noose|ligature|carbon monoxide|gunshot|gas(?:sed|sing)|suffocat\w+|asphyxia\w*"
    r"|slit|wrists|poison\w*|swallowed|pills|tablets|(?:jump|leap|leapt|threw (?:him|her|them)sel(?:f|ves))(?:ed"
    r"|ing)? (?:off|from|to (?:his|her|their)|in front|under)|(?:in front of|under) a train|shot (?:him|her"
    r"|them)sel(?:f|ves)|set (?:him|her|them)sel(?:f|ves) (?:on fire|alight|ablaze)|self-immolat\w+|drowned (?:him"
    r"|her|them)sel(?:f|ves)"
    r"|suicide note|commit(?:ted|s|ting)? suicide|successful suicide)\b",
    re.IGNORECASE,
)

_UNNAMED_REASON = "Neither a minor in such a case nor a victim is named, unless an editor allows it under Restrictions."

_AGED = (
    re.compile(
        rf"(?P<name>{_PERSON})(?:,| is| was|, who (?:is|was))(?: just| only| aged)? (?P<age>\d{{1,2}})\b"
        r"(?![%.,]?\d| years in)"
    ),
    re.compile(rf"\b(?P<age>\d{{1,2}})-year-old(?: [a-z]+){{0,3}},? (?P<name>{_PERSON})"),
)
_IDENTIFIED = re.compile(
    r"\b(?:identif|nam)(?:ied|ed) (?:the |her |him |a )?(?:[a-z]+ )?"
    rf"(?:suspect |boy |girl |teen\w* |youth |pupil |student |victim )?as (?P<name>{_PERSON})"
)
_VICTIM = re.compile(
    r"\b(?:[Tt]he |[Oo]ne of (?:the |his |her |their )?|[Aa] |[Hh]is |[Hh]er |[Aa]lleged )?(?:victims?|complainants?"
    rf"|accusers?|survivors?|them|girls|boys|women|students|pupils)[,:]? (?:was |is |as )?(?P<name>{_PERSON})"
    rf"|(?P<after>{_PERSON}), (?:who was |who is |the |a |one of the )?(?:alleged )?(?:victim|complainant|accuser"
    r"|survivor)"
)
_NOT_A_NAME = frozenset(
    "The A An In On At He She They It His Her But And When After Before Judge Police Prosecutor Detective Mr Mrs Ms Dr"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August"
    " September October November December".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one story; the default holds nothing back.

    `accused`: surnames of people who are charged and not convicted; `is_open`: the sources know of no conviction at
    all; `protected`: names that are not said.
    """

    accused: frozenset[str] = frozenset()
    is_open: bool = False
    no_method: bool = False
    protected: frozenset[str] = frozenset()

    @classmethod
    def of(cls, severity: Collection[str], texts: Sequence[str], *, may_name: Collection[str] = ()) -> Rules:
        """The rules of a story of these classes, by all that its sources say, titles and texts; people in `may_name`,
        given in full or by surname, are not protected."""
        said = [sentence for text in texts for sentence in sentences.split(text)]
        is_case = bool({"court", "sexual_crime"} & set(severity))
        accused = {_surname(name) for sentence in said for name in _charged(sentence)} if is_case else set()
        convicted = {_surname(m["name"] or m["after"]) for sentence in said for m in _CONVICTED.finditer(sentence)}
        return cls(
            frozenset(accused - convicted - _NOT_A_NAME),
            bool(is_case and accused) and not any(_CONVICTION.search(sentence) for sentence in said),
            "suicide" in severity,
            frozenset(_protected(severity, said, may_name)),
        )

    def check(self, text: str) -> list[Finding]:
        """What a turn says against these rules, in the order of the text."""
        found = [finding for sentence in sentences.split(text) for finding in self._called_guilty(sentence)]
        if self.no_method:
            reason = "No method of a suicide is told, nor is it called a crime."
            found += [Finding(METHOD, match[0], reason) for match in _METHODS.finditer(text)]
        for name in sorted(self.protected):
            if match := re.search(rf"\b{re.escape(name)}\b", text):
                found.append(Finding(NAME, match[0], _UNNAMED_REASON))
        return sorted(found, key=lambda finding: text.find(finding.span))

    def _called_guilty(self, sentence: str) -> Iterator[Finding]:
        reason = "The sources report a charge and no conviction: say what the accused is accused of, and by whom."
        named = any(re.search(rf"\b{re.escape(name)}\b", sentence) for name in self.accused)
        noun = _GUILTY_NOUN.search(sentence)
        if noun and (named or (self.is_open and _IN_COURT.search(sentence))):
            yield Finding(ACCUSED, noun[0], reason)
        if _HEDGE.search(sentence):
            return
        who = [re.escape(name) for name in sorted(self.accused)] + ([_UNNAMED] if self.is_open else [])
        if who and (verb := re.search(rf"(?:{'|'.join(who)})(?:, [^,]{{1,60}},)? {_GUILTY_VERB}", sentence)):
            yield Finding(ACCUSED, verb[0], reason)


def _charged(sentence: str) -> Iterator[str]:
    for pattern in (*_CHARGED, _IDENTIFIED):
        yield from (match["name"] for match in pattern.finditer(sentence))


def _persons(sentence: str) -> list[str]:
    found = [match[0] for match in re.finditer(_PERSON, sentence)]
    return [name for name in found if name.split()[0] not in _NOT_A_NAME or len(name.split()) > 1]


def _surname(name: str) -> str:
    return name.split()[-1]


def _protected(severity: Collection[str], said: Sequence[str], may_name: Collection[str]) -> set[str]:
    """The surnames and given names of the minors in a case and of the victims of a sexual crime, but for those who may
    be named. A surname that one of them shares with another stays protected."""
    if not {"minors", "sexual_crime"} & set(severity):
        return set()
    allowed = [set(name.casefold().split()) for name in may_name]
    marked = [name for sentence in said for name in _marked(sentence)]
    found = [name for name in marked if not any(set(name.casefold().split()) <= words for words in allowed)]
    surnames = {_surname(name) for name in found} - _NOT_A_NAME
    whole = [name for sentence in said for name in _persons(sentence) if _surname(name) in surnames]
    given = {name.split()[0] for name in whole if len(name.split()) > 1 and name in found} - _NOT_A_NAME
    return surnames | given


def _marked(sentence: str) -> Iterator[str]:
    """The names of which a sentence says that they are a minor's or a victim's."""
    for pattern in _AGED:
        yield from (m["name"] for m in pattern.finditer(sentence) if int(m["age"]) < ADULT)
    yield from (match["name"] for match in _IDENTIFIED.finditer(sentence))
    yield from (match["name"] or match["after"] for match in _VICTIM.finditer(sentence))
