"""Who says it: find the speaker of a sentence, and move a trailing attribution to the front, where the ear needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


SPEECH_VERBS = frozenset(
    """say tell add write note explain argue warn announce report insist claim acknowledge testify tweet state recall
    continue confirm allege deny admit stress reply declare conclude caution maintain contend""".split()
)
# They point at something said before, which may not be said here.
_FINDING_VERBS = SPEECH_VERBS | {
    "find",
    "suggest",
    "show",
    "estimate",
    "predict",
    "believe",
    "rule",
}  # these too, behind what they say
# What an outlet does with news.
_REPORTS = frozenset(
    "reports reported says said writes wrote found finds learned seen reviewed obtained verified could".split()
)
# They point back.
_PLAIN = {
    "added": "said",
    "continued": "said",
    "concluded": "said",
    "adds": "says",
    "went": "said",
    "agreed": "said",
    "replied": "said",
}
_ACCORDING = re.compile(r"^(?P<claim>.+?),? according to (?P<who>(?:[^\",;]|(?<=\d),(?=\d)){3,90})\.$")
_ACCORDING_WITHIN = re.compile(
    r"^(?P<claim>[^\"]+?), according to (?P<who>[^\",;]{3,90}), (?P<rest>(?:in|with|which|but|and|while) [^\"]+)\.$"
)
_ACCORDING_FIRST = re.compile(r"^According to (?P<who>[^\",;]{3,130}), (?P<claim>.+)$")
# "a report into the incident" is one that nobody need look up.
_INTO_THE_MATTER = re.compile(
    r"(?<=\b)(report|statement|account|review|inquiry|investigation|study|document|documents|update|briefing|post|memo)"
    r" (?:into|of|on|about|regarding) the (?:incident|attack|matter|case|accident|crash|shooting|fire|event|events"
    r"|situation|affair)\b"
)
_OPENING_PHRASE = re.compile(r"(in|at|on|after|for|when|if|as|with|by|since|during|under|because)\b", re.I)
_BY_WHICH_WAY = re.compile(
    r"^(?:in an? (?:\w+ )?(?:e-?mail|statement|interview|post)|on (?:Twitter|X|Telegram"
    r"|Facebook))(?= (?!to\b|with\b|on\b))[, ]*",
    re.I,
)
_ALSO = re.compile(
    r"^([^\",]{2,60}?),? (?:also|further) ((?:says?|said|claims?|claimed|told|added|warned|announced|noted)\b)"
)
# What was said of a claim in the same breath, and stays with it.
_OBJECTION = re.compile(
    r"^, (?P<kept>an? (?:\w+ )?(?:accusation|claim|charge|allegation|suggestion|assertion|figure|account)\b[^.]*"
    r"\b(?:reject|den[iy]|disput|dismiss|contest)[^.]*)\.?$"
)
_FOR_WHOM = re.compile(r"^, ((?:for|of|from|at|with) [^,.\"]{3,50}|defending|prosecuting)(?=[,.])")
_PRONOUNS = frozenset("he she it they".split())
_ARTICLES = frozenset("the a an this that these those its their his her".split())
_NAMED = frozenset("PERSON ORG GPE NORP FAC PRODUCT".split())
_SPLIT_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PAPER = re.compile(
    r"\b(Tribune|Times|Courier|Post|Herald|Guardian|Journal|Standard|Telegraph|Chronicle|Gazette|Examiner|Globe"
    r"|Citizen|Echo|Dispatch|Trumpet|Mirror|Mail|Observer|Argus|Sentinel|Register|Advertiser)$"
)
_ONE_WORD = frozenset(
    "TechCrunch BuzzFeed HuffPost FiveThirtyEight YouTube LinkedIn MacRumors PinkNews ProPublica NewsNation "
    "BleepingComputer".split()
)


@dataclass(frozen=True, slots=True)
class Attributed:
    """A sentence with its attribution in front. `speaker` is as written ("he" too), `claim` what is said, `verb`
    how."""

    speaker: Token | None
    who: str
    verb: str
    claim: str
    is_quote: bool
    was_trailing: bool

    def spoken(self, who: str) -> str:
        """The sentence, with `who` for the speaker."""
        return tidy(self._spoken(who))

    def _spoken(self, who: str) -> str:
        if self.verb == "according to":
            who = (
                who[:1].lower() + who[1:]
                if re.match(r"(The|An?|His|Her|Their|Two|Three|One|Some|Several) ", who)
                else who
            )
            return f"According to {who}, {self.claim}"
        who = who[:1].upper() + who[1:]
        if self.is_quote:
            return f"{who} {self.verb}: {self.claim}"
        needs_that = " " in self.verb or _OPENING_PHRASE.match(self.claim)
        how = f"{self.verb} that" if needs_that and not self.claim.startswith("that ") else self.verb
        return f"{who} {how} {self.claim}"


def attribute(text: str, doc: Doc, body: str = "") -> Attributed | None:
    """The attribution of the sentence, or None if it has none that can be told with certainty. `body` is its
    article."""
    by_report = _ACCORDING.match(text)
    if by_report and text[0] != '"' and by_report["claim"].count('"') % 2 == 0:
        return Attributed(
            None,
            _INTO_THE_MATTER.sub(r"\1", by_report["who"]),
            "according to",
            _as_clause(by_report["claim"], doc, body) + ".",
            False,
            True,
        )
    within = _ACCORDING_WITHIN.match(text)
    if within:
        claim = f"{_as_clause(within['claim'], doc, body)}, {within['rest']}."
        return Attributed(None, _INTO_THE_MATTER.sub(r"\1", within["who"]), "according to", claim, False, True)
    first = _ACCORDING_FIRST.match(text)
    if first:
        who = _INTO_THE_MATTER.sub(r"\1", first["who"])
        return Attributed(None, who, "according to", first["claim"], False, who != first["who"])
    for verb in doc:
        if verb.lemma_.lower() not in _FINDING_VERBS or verb.tag_ not in {"VBD", "VBZ", "VBP", "VBN"}:
            continue
        if verb.text.endswith(("en", "wn")):
            continue  # "a post, written in May": nobody speaks here
        found = _trailing(verb, doc, body)
        if found is None and verb.lemma_.lower() in SPEECH_VERBS:
            found = _leading(verb, doc)
        if found:
            return found
    return None


def _trailing(verb: Token, doc: Doc, body: str) -> Attributed | None:
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    if subject is None or any(child.dep_ == "neg" for child in verb.children):
        return None
    if verb.lemma_ != "tell" and any(child.dep_ in {"dobj", "obj"} and child.i > verb.i for child in verb.children):
        return None  # "While both blame Israel, Israel has claimed no responsibility": the first half is not its claim
    start = min(subject.left_edge.i, verb.i)
    if start < 3 or doc[start - 1].text not in {",", '"', ',"', "!", "?"} or doc[start - 1 if start else 0].i == 0:
        return None
    claim, rest = doc[:start].text.strip(), _rest(verb, subject, doc)
    objection = _objection(verb, subject, doc)
    if (rest is None and not objection) or claim.count('"') % 2 or not _is_clause(doc, start):
        return None
    how = _how(verb, subject, doc)
    is_quote = claim.startswith('"') and claim.rstrip(",").endswith('"') and claim.count('"') == 2
    if is_quote:
        inner = claim.strip('", ')
        inner = inner if inner[-1] in "!?" else inner + "."
        return Attributed(subject, _subject_text(subject, verb), how, f'"{inner}"', True, True)
    return Attributed(
        subject,
        _subject_text(subject, verb),
        how,
        _as_clause(re.sub(r',"$', '"', claim).rstrip(", "), doc, body) + f"{objection}.",
        False,
        True,
    )


def _objection(verb: Token, subject: Token, doc: Doc) -> str:
    """What stands behind the attribution and says that the claim is rejected, or ""."""
    end = max(verb.i, subject.right_edge.i) + 1
    when = re.match(r"(?: ?on \w+day| \w+day)?(?=,)", doc[end:].text)
    found = _OBJECTION.match(doc[end:].text[when.end() if when else 0 :])
    return f", {found['kept']}" if found else ""


def _rest(verb: Token, subject: Token, doc: Doc) -> str | None:
    """What follows the attribution; None if dropping it could change what was said (a quotation that goes on)."""
    end = max(verb.i, subject.right_edge.i) + 1
    tail = doc[end:].text.strip()
    if not re.match(r"[,.;]|$", tail) and len(re.split(r"[,.;]", tail)[0].split()) > 7:
        return None  # "In a memo, the agency said all staff ...": what is said comes after
    if '"' in tail or re.search(r"\b(but|although|though|unless|if|however|except)\b", tail):
        return None
    return tail


def _is_clause(doc: Doc, end: int) -> bool:
    """Whether the words before `end` hold a verb with its subject, or are quoted."""
    return doc[0].text == '"' or any(
        token.dep_ in {"nsubj", "nsubjpass", "expl"} and token.head.i < end for token in doc[:end]
    )


def _how(verb: Token, subject: Token, doc: Doc) -> str:
    """The verb with the few words that belong to it: "told Reuters", "said on Friday"."""
    word = _PLAIN.get(verb.text.lower(), verb.text.lower())
    auxiliaries = [child.text for child in verb.lefts if child.dep_ == "aux" and child.i > subject.i]
    word = " ".join([*auxiliaries, word])
    end = max(verb.i, subject.right_edge.i if subject.i > verb.i else verb.i) + 1
    tail = re.match(r"[^,.;\"]*", doc[end:].text)
    words = tail[0].strip() if tail else ""
    if re.match(r"(in an? (\w+ )?(statement|email|interview|post|news release|release|message|call)\b)", words):
        words = ""
    if verb.lemma_ == "tell":
        return f"told {words}" if words and len(words.split()) <= 5 else "said"
    if re.search(r"\w+day\b", words) and words.split()[-1] in doc[: min(verb.i, subject.left_edge.i)].text:
        return word  # the claim names the day already
    return f"{word} {words}" if 0 < len(words.split()) <= 4 and subject.i < verb.i else word


def _leading(verb: Token, doc: Doc) -> Attributed | None:
    if verb.dep_ != "ROOT" or verb.head != verb:
        return None
    subjects = [child for child in verb.lefts if child.dep_ == "nsubj"]
    if not subjects or subjects[0].left_edge.i > 6:
        return None
    subject = subjects[-1]  # "charity Steady Heart" is two to the parser
    claim = doc[verb.i + 1 :].text.strip()
    if not re.match(r"[:,]? ?\"|(\w+ )?that\b", claim) and not any(child.dep_ == "ccomp" for child in verb.rights):
        return None  # "the plane continued on its journey" is no speech
    claim = _BY_WHICH_WAY.sub("", claim)
    is_quote = claim.startswith((":", '"', ', "'))
    return Attributed(subject, _subject_text(subject, verb), verb.text, claim.lstrip(":, "), is_quote, False)


def _subject_text(subject: Token, verb: Token) -> str:
    kept = [token for token in subject.subtree if token.i < verb.i or subject.i > verb.i]
    if subject.i < verb.i:
        others = [child for child in verb.lefts if child.dep_ == "nsubj" and child.i < subject.left_edge.i]
        kept = [token for other in others for token in other.subtree] + kept
    who = "".join(token.text_with_ws for token in kept).strip(" ,")
    for_whom = _FOR_WHOM.match(verb.doc[subject.i + 1 :].text) if subject.pos_ == "PROPN" else None
    return f"{who}, {for_whom[1]}" if for_whom and for_whom[1] not in who else who


def says_also(text: str) -> bool:
    """Whether it is no speaker's first word: "India also claims ..."."""
    return bool(_ALSO.match(text))


def credits(text: str, outlet: str) -> bool:
    """Whether the sentence gives `outlet` as who reports it; "a Reuters reporter" does not."""
    name = rf"(?:[Tt]he )?{re.escape(outlet_name(outlet))}"
    reports = rf"(?<!\w ){name}(?: (?:has|had|also))? (?:{'|'.join(sorted(_REPORTS))})\b"
    return bool(re.search(rf"{reports}|\b(?:told|[Aa]ccording to) {name}\b", text))


def tidy(text: str) -> str:
    """Without the comma that a moved quotation leaves before its closing mark."""
    return re.sub(r',"(?=[.,]|$)', '"', text)


def _as_clause(claim: str, doc: Doc, body: str) -> str:
    """The claim as it goes on after "says": a capital only where a name begins."""
    claim = re.sub(r"^(But|And|So|Yet|Still,|However,|Meanwhile,) ", "", claim)
    return lower_first(claim, doc, body)


def lower_first(text: str, doc: Doc, body: str = "") -> str:
    """`text` with a small first letter, unless its first word is a name, an acronym or "I". `body`, where the word may
    stand in small letters too, decides against the tagger."""
    word = text.split()[0] if text else ""
    if not word[:1].isalpha() or word[1:] != word[1:].lower() or word in {"I", "I'm"}:
        return text
    if word.lower() in _ARTICLES or (body and re.search(rf"\b{re.escape(word.lower())}\b", body)):
        return text[:1].lower() + text[1:]
    first = next((token for token in doc if token.text == word), None)
    is_name = (
        first is None or first.tag_ in {"NNP", "NNPS"} or (first.ent_type_ in _NAMED and not _is_mere_noun(first, body))
    )
    return text if is_name else text[:1].lower() + text[1:]


def _is_mere_noun(word: Token, body: str) -> bool:
    """Whether a noun that begins a sentence is no name for all that it is marked as one: "Turnout". The tagger takes it
    for a common noun, and the article has it nowhere in a sentence with a capital."""
    inside = re.search(rf"[a-z,] {re.escape(word.text)}\b", body)
    return bool(body) and word.tag_ == "NN" and inside is None


def is_pronoun(who: str) -> bool:
    return who.lower() in _PRONOUNS


def spoken_outlet(outlet: str) -> str:
    """The name as it stands in a sentence: a newspaper's takes its "the"."""
    name = outlet_name(outlet)
    return f"the {name}" if _PAPER.search(name) and not name.startswith("The ") else name


def outlet_name(outlet: str) -> str:
    """An outlet's name as it is said: "TheNation" is The Nation, "APNews" AP News."""
    outlet = outlet.strip()
    if " " in outlet or outlet in _ONE_WORD or outlet.isupper():
        return outlet
    words = _SPLIT_CAMEL.sub(" ", re.sub(r"(?<=[a-z])Com$", ".com", outlet)).split()
    return " ".join(
        word.lower() if place and word in {"Of", "And", "The", "For"} else word for place, word in enumerate(words)
    )
