"""What a text affirms and its sources deny, or the other way round, and what it is surer of than they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthesis.dialogue.figures import same
from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.certainty import (
    BARE,
    FACT,
    FUTURE,
    OUGHT,
    PLANNED,
    PRESENT,
    REPORTING,
    THINKING,
    UNSAID,
    UNSURE,
    UNSURE_WORDS,
    grade_of,
    own_sign,
)
from synthesis.dialogue.grounding.clauses import Predicate
from synthesis.dialogue.grounding.matching import EMPTY, Match, matches
from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.persons import is_person
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

# What nobody is told to have done who is only charged with it.
_CRIMES = frozenset("kill murder assault rape rob steal defraud stab attack strangle".split())
_SOMEBODY = frozenset("he she who boy girl youth teenager student teen".split())
# How far a case has gone.
_STEPS = [
    frozenset("suspect suspicion accuse allege alleged accusation allegation".split()),
    frozenset("arrest detain detention custody question".split()),
    frozenset("charge indict prosecute prosecution trial".split()),
    frozenset("convict conviction guilty jail sentence imprison admit confess".split()),
]
_ALLEGED = re.compile(r"\b(?:alleg|accus|suspect|claim)\w*", re.I)
_CUTS = re.compile(r"[,;:] | (?:and|but) ")
# What may turn a clause round without a "not" at its verb.
_DENYING = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|neither|nor|without"
    r"|before (?:any\w*|\w+ had)|unless|instead|stop\w*|ceas\w+"
    r"|fail\w*|refus\w+|reject\w*|den(?:y|ies|ied)|declin\w+|lack\w*|hardly|barely|seldom|rarely|untrue|unable"
    r"|far from|quit|wait\w*|delay\w*|gave up|give up|rule[ds]? out|short of)\b|n't\b",
    re.I,
)
_CLAUSES = frozenset("advcl relcl acl ccomp parataxis conj csubj".split())
_AHEAD = frozenset("forecast predict expect entitle propose recommend offer suggest suspect believe".split())
_PLANS = frozenset("plan promise vow pledge schedule intend consider propose threaten".split())
_SPOKEN_OF = REPORTING | PLANNED | UNSURE_WORDS | THINKING
_DOUBTS = frozenset("doubt possibility course review consideration".split())
_FEW = 14
_NAME = r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
_OR = re.compile(rf"({_NAME}) or ({_NAME})")


def findings(text: Sequence[Sentence], sources: Sequence[Sentence], parties: Parties) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    known = {token.lemma_.lower() for source in sources for token in source.doc}
    told = " ".join(sentence.text for sentence in text)
    known -= {predicate.lemma for source in sources for predicate in source.predicates}
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        yield from _told_as_past(sentence, sources)
        yield from _either_or(sentence, sources, " ".join(other.text for other in text))
        for stated in sentence.predicates:
            beyond = _beyond_the_law(stated, sources)
            if beyond:
                yield sentence.start + stated.start, Finding("modality", stated.token.text, beyond)
            still = _still(stated, sources)
            if still:
                yield sentence.start + stated.start, Finding("negation", stated.token.text, still)
            alike = matches(stated, sources, parties)
            found = [match for match in alike if _is_comparable(stated, match)]
            fault = _fault(stated, found, known) or (None if alike else _open_there(stated, sources))
            if fault and not (fault[0] == "modality" and _ALLEGED.search(told)):
                kind, reason = fault
                span = sentence.text[stated.start : stated.end]
                yield sentence.start + stated.start, Finding(kind, span, reason)


def _fault(stated: Predicate, found: Sequence[Match], known: set[str]) -> tuple[str, str] | None:
    if not found:
        return None
    if all(match.relation < 0 for match in found) and stated.lemma in known:
        return None
    agreeing = [match for match in found if match.relation * match.predicate.sign == stated.sign]
    word = stated.token.text
    if not agreeing:
        if stated.sign > 0 and _may_be_denied(stated.token):
            return None
        if stated.sign < 0 and stated.grade <= UNSURE:
            return None  # what "may or may not" be is not denied
        is_other = any(stated.lemma != match.predicate.lemma for match in found)
        if stated.sign < 0 and (is_other or not all(_is_affirmed(match.predicate) for match in found)):
            return None
        if stated.sign < 0:
            return "negation", f"The cited sentences do not deny what '{word}' says here."
        return "negation", f"The cited sentences say the opposite of '{word}' here."
    verb = stated.token if stated.token.pos_ in {"VERB", "AUX"} else stated.token.head
    is_gerund = verb.dep_ == "pcomp" or verb.tag_ == "VB" and verb.dep_ in {"advcl", "acl", "relcl"}
    is_open = any(match.predicate.grade <= UNSAID for match in agreeing) and _may_be_denied(stated.token)
    if is_gerund or is_open or verb.dep_ in {"csubj", "nsubj", "dobj", "amod"}:
        return None
    if stated.sign < 0 or any(own_sign(v) < 0 for v in stated.token.ancestors if v.pos_ in {"VERB", "AUX"}):
        return None
    surest = max(match.predicate.grade for match in agreeing)
    if is_surer(stated.grade, surest):
        return "modality", f"The cited sentences are not as sure of '{word}': there it is open, planned or alleged."
    return None


def _still(stated: Predicate, sources: Sequence[Sentence]) -> str:
    """Why it is not so any more: the sources have the verb with "no longer"."""
    if not any(child.lower_ == "still" for child in stated.token.children):
        return ""
    ended = [t.head.lemma_ for source in sources for t in source.doc if t.lower_ == "longer"]
    return f"The cited sentences have '{stated.token.text}' no longer." if stated.token.lemma_ in ended else ""


def _open_there(stated: Predicate, sources: Sequence[Sentence]) -> tuple[str, str] | None:
    """Whether the one clause that says most of this one says by another verb that it may be, or is planned."""
    words = _clause(stated.token)
    is_open = stated.lemma in _SPOKEN_OF | EMPTY - {"be"} or any(
        child.dep_ == "xcomp" for child in stated.token.children
    )
    is_open = is_open or stated.token.dep_ == "relcl" or stated.token.sent[0].lower_ == "not"
    is_told = stated.token.pos_ in {"VERB", "AUX"} and stated.grade >= PRESENT and stated.sign > 0
    if is_open or not is_told or len(words) < 2 or len(sources) > _FEW:
        return None
    shared = [(_shared(words, _clause(known.token)), known) for source in sources for known in source.predicates]
    most = max((share for share, _ in shared), default=0)
    if most < max(2, 0.5 * len(words)):
        return None
    best = [known for share, known in shared if share == most]
    core = (*stated.agents, *stated.patients)
    if not all(_shared(core, (*known.agents, *known.patients)) for known in best):
        return None
    if not all(_openness(known) != BARE and is_surer(stated.grade, _openness(known)) for known in best):
        return None
    return "modality", f"Where this has '{stated.token.text}', the cited sentences say only what may be or is planned."


def _clause(token: Token) -> list[str]:
    """The content of the clause that the word is the head of, or part of: not what other clauses hang on it."""
    verb = next((t for t in (token, *token.ancestors) if t.pos_ in {"VERB", "AUX"}), token)
    words, queue = [], [child for child in verb.children if child.dep_ not in _CLAUSES]
    while queue:
        part = queue.pop()
        if part.pos_ in {"NOUN", "PROPN", "ADJ", "NUM"}:
            words.append(part.lemma_.lower())
        queue += [child for child in part.children if child.dep_ not in _CLAUSES]
    return words


def _shared(words: Sequence[str], others: Sequence[str]) -> int:
    return sum(any(lexicon.relation(word, other) == 1 for other in others) for word in words)


def _openness(known: Predicate) -> float:
    """The grade of what the source's verb speaks of: what is "forecast" or "promised" has not happened."""
    if known.lemma in _AHEAD or any(child.lower_ in _DOUBTS for child in known.token.subtree):
        return min(known.grade, UNSURE)
    return min(known.grade, FUTURE) if known.lemma in _PLANS else known.grade


def _may_be_denied(token: Token) -> bool:
    """Whether a denial stands above the word: "isn't looking for somebody to blame", "nothing points to its being"."""
    verbs = [ancestor for ancestor in token.ancestors if ancestor.pos_ in {"VERB", "AUX"}]
    start, end = _part_of(token)
    words = [m for m in _DENYING.finditer(token.doc.text, start, end) if not m.start() <= token.idx < m.end()]
    return any(own_sign(verb) < 0 for verb in verbs) or bool(words)


def _part_of(token: Token) -> tuple[int, int]:
    """Where the words between two commas, or joined by "but", stand that the word is one of."""
    cuts = list(_CUTS.finditer(token.doc.text))
    start = max((cut.end() for cut in cuts if cut.end() <= token.idx), default=0)
    return start, min((cut.start() for cut in cuts if cut.start() >= token.idx), default=len(token.doc.text))


def _is_affirmed(known: Predicate) -> bool:
    """Whether the source says that it is, was or will be so: "no way to enforce it" affirms nothing."""
    verb = known.token
    if known.grade <= UNSAID:
        return False
    if verb.pos_ not in {"VERB", "AUX"}:
        return True
    is_bare = any(child.tag_ == "TO" for child in verb.children) or verb.dep_ in {"pcomp", "acl"}
    denied = any(t.lower_ in {"no", "not", "n't", "nothing", "nobody", "irresponsible"} for t in _above(verb))
    return not (is_bare and denied)


def _above(verb: Token) -> Iterator[Token]:
    """What stands directly under the words that the verb hangs on."""
    for ancestor in verb.ancestors:
        yield ancestor
        yield from ancestor.children


def _told_as_past(sentence: Sentence, sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """A number that the sources have only in what may be, told of what happened."""
    for figure in sentence.figures:
        verb = _verb_over(sentence, figure.start)
        if (
            verb is None
            or verb.tag_ != "VBD"
            or grade_of(verb) < FACT
            or verb.lemma_.lower() in REPORTING | UNSURE_WORDS
        ):
            continue
        verbs = [_verb_over(s, f.start) for s in sources for f in s.figures if same(f.value, figure.value)]
        if verbs and all(its is not None and grade_of(its) <= UNSURE for its in verbs):
            reason = f"The cited sentences have this number in what may be, not in what '{verb.text}' tells."
            yield sentence.start + verb.idx, Finding("modality", verb.text, reason)
            return


def _verb_over(sentence: Sentence, place: int) -> Token | None:
    """The verb that the word at the place hangs on."""
    token = next((t for t in sentence.doc if t.idx + len(t) > place), None)
    return next((t for t in token.ancestors if t.pos_ in {"VERB", "AUX"}), None) if token is not None else None


def _beyond_the_law(stated: Predicate, sources: Sequence[Sentence]) -> str:
    """Why a word of the courts is not the sources': they have the person accused or charged, and no more."""
    steps = [place for place, step in enumerate(_STEPS) if stated.lemma in step]
    is_by_somebody = any(is_person(word) or word in _SOMEBODY for word in stated.agents)
    if stated.lemma in _CRIMES and is_by_somebody and not stated.owner and stated.grade >= PRESENT:
        steps = [len(_STEPS) - 1]
    if not steps or stated.sign < 0:
        return ""
    words = {t.lemma_.lower() for source in sources for t in source.doc if not _is_pleaded(t)}
    reached = [place for place, step in enumerate(_STEPS) if step & words]
    if reached and max(reached) < steps[0]:
        return f"The cited sentences do not go as far as '{stated.token.text}'."
    return ""


def _is_pleaded(token: Token) -> bool:
    """Whether it is the guilt that somebody pleads not to have."""
    return token.lower_ == "guilty" and any(
        t.lower_ in {"not", "plead", "pleaded"} for t in token.doc[max(0, token.i - 2) : token.i]
    )


def _either_or(sentence: Sentence, sources: Sequence[Sentence], text: str) -> Iterator[tuple[int, Finding]]:
    """One of two names between which the sources leave it open."""
    for source in sources:
        for match in _OR.finditer(source.text):
            told = [name for name in (match[1], match[2]) if name in sentence.text]
            if len(told) == 1 and not all(name in text for name in (match[1], match[2])):
                place = sentence.text.find(told[0])
                reason = f"The cited sentences leave it open: {match[0]}."
                yield sentence.start + place, Finding("modality", told[0], reason)


def _is_comparable(stated: Predicate, match: Match) -> bool:
    """Whether both say it of the same: "wanted no change" and "wanted to leave" are two things."""
    other = match.predicate
    if match.relation < 0 and not _is_of_the_same(stated, other):
        return False
    wants = stated.lemma in THINKING and any(child.dep_ in {"xcomp", "ccomp"} for child in other.token.children)
    wants = wants or (stated.lemma in THINKING and any(c.dep_ in {"xcomp", "ccomp"} for c in stated.token.children))
    above = [stated.token.head] if stated.token.dep_ == "relcl" else []
    near = [t for child in (stated.token, *stated.token.children, *above) for t in (child, *child.children)]
    is_last = any(token.lower_ in {"last", "only", "first"} for token in near)
    verb = stated.token if stated.token.pos_ in {"VERB", "AUX"} else stated.token.head
    is_counterfactual = stated.grade <= BARE and any(child.lower_ in {"have", "'ve"} for child in verb.children)
    if wants or (is_counterfactual and stated.sign != other.sign) or (is_last and other.sign < 0):
        return False
    if any(child.dep_ == "npadvmod" for p in (stated, other) for child in p.token.children if p.token.pos_ == "ADJ"):
        return False  # "28 inches long" is not long
    has_degree = any(
        token.tag_ in {"JJR", "RBR"} or token.lower_ in {"so", "as", "before", "since"} for token in stated.token.sent
    )
    if stated.sign < 0 and has_degree:
        return False
    if _is_said_otherwise(stated.token, other.token):
        return False
    said_of = stated.agents if stated.token.pos_ == "ADJ" else ()
    own = [word for word in (*said_of, *stated.patients, *stated.others) if word not in PRONOUNS]
    their_of = other.agents if other.token.pos_ == "ADJ" else ()
    theirs = [word for word in (*their_of, *other.patients, *other.others) if word not in PRONOUNS]
    if not own or not theirs or stated.lemma != other.lemma:
        return True
    return any(lexicon.relation(word, its) == 1 for word in own for its in theirs)


def _is_of_the_same(stated: Predicate, other: Predicate) -> bool:
    """Whether both are said of one thing: "petrol prices" are not "prices"."""
    told = [token.lemma_.lower() for token in stated.token.sent]
    strange = [word for word in _core(other)[1:2] if not _shared([word], told)]
    is_narrower = bool(strange) and any(t.lemma_.lower() in strange and t.dep_ == "compound" for t in other.token.doc)
    return bool(_shared(_core(stated), _core(other))) and not is_narrower


def _core(predicate: Predicate) -> list[str]:
    """Who does it or has it done to them, and for a noun what it is said of."""
    return [word for word in (*predicate.agents, *predicate.patients) if word not in PRONOUNS]


def _is_said_otherwise(token: Token, other: Token) -> bool:
    """Whether the two are parts of unlike sayings: "is the target" and "reach its target", "likely to be late" and
    "unlikely to open"."""
    heads = {t.head.lemma_ for t in (token, other) if not any(c.dep_ == "expl" for c in t.head.children)}
    if token.pos_ == other.pos_ == "NOUN" and "be" in heads:
        return len(heads) > 1
    aims = [[child.lemma_.lower() for child in t.children if child.dep_ == "xcomp"] for t in (token, other)]
    return token.pos_ == "ADJ" and all(aims) and lexicon.relation(aims[0][0], aims[1][0]) != 1


def is_surer(stated: float, known: float) -> bool:
    if known <= UNSAID:
        return stated > UNSAID
    if known <= UNSURE:
        return stated >= FUTURE
    if known == OUGHT:
        return stated >= FUTURE
    return stated == FACT and (known <= BARE or known == FUTURE) or (stated >= PRESENT and known < BARE)
