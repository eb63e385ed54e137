"""How a clause is meant: denied or not, and how sure it is of what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthesis.dialogue.attribution import SPEECH_VERBS

if TYPE_CHECKING:
    from spacy.tokens import Token

REPORTING = SPEECH_VERBS | frozenset(
    """believe think estimate find suggest show predict expect accuse allege suspect fear reveal call describe blame
    agree hope argue complain hear understand repeat caution concede note remind
    promise vow pledge reckon assert point see post read""".split()
)
THINKING = frozenset("think believe expect want seem appear intend plan mean need".split())
PLANNED = frozenset(
    """plan intend agree decide promise vow pledge expect set due schedule go aim prepare order decision agreement mean
    commit continue""".split()
)
UNSURE_WORDS = frozenset(
    """want hope consider propose threaten seek try ask urge demand call request accuse charge suspect allege believe
    think fear seem appear suggest recommend likely possible attempt bid proposal offer suspicion accusation
    allegation claim risk threat chance possibility hint wish push campaign weigh mull discuss debate whether expected
    need require""".split()
)
FACT, PRESENT, TO_DO, FUTURE, BARE, OUGHT, UNSURE, UNSAID = 3.0, 2.5, 2.2, 2.0, 1.5, 1.4, 1.0, 0.5
"""What happened; what is; what somebody acted to do; what will be; what would or can be; what should be; what may be;
what nobody has said."""

_NEGATIONS = frozenset("not n't never hardly barely seldom rarely no nor neither without cannot".split())
_NOBODY = frozenset("nobody none nothing neither noone".split())
_DENYING = frozenset("deny refuse fail decline reject dispute prevent avoid lack refute unable rule".split())
_CAUSATIVES = frozenset("let allow make have help permit enable".split())
_DENIALS = frozenset("refusal failure inability unwillingness reluctance".split())
_TALKS = frozenset("talk negotiation discussion effort idea".split())
_EVIDENCE = frozenset("sign evidence indication suggestion proof confirmation word doubt question".split())
_HEDGES = frozenset(
    "allegedly reportedly possibly perhaps probably likely apparently potentially maybe supposedly".split()
)
_MODALS = {
    **dict.fromkeys(["may", "might", "could"], UNSURE),
    **dict.fromkeys(["can", "ca", "would", "'d"], BARE),
    **dict.fromkeys(["should", "must", "ought"], OUGHT),
    **dict.fromkeys(["will", "'ll", "wo", "shall"], FUTURE),
}


def sign_of(verb: Token) -> int:
    """-1 where the clause is denied, by a word of its own or by what governs it ("denied that")."""
    sign = own_sign(verb)
    governor = verb.head
    if verb.dep_ == "pcomp" and governor.lower_ == "of" and governor.head.lower_ == "short":
        return -sign  # "stopped short of calling"
    if verb.dep_ in {"acl", "relcl"} and verb.tag_ == "VB" and governor.lower_ in _NOBODY:
        return -sign
    if verb.dep_ == "acl" and governor.pos_ == "NOUN" and any(child.tag_ == "TO" for child in verb.children):
        return -sign if own_sign(governor) < 0 or governor.lemma_.lower() in _DENIALS else sign
    if governor == verb or verb.dep_ not in {"xcomp", "ccomp", "pcomp"}:
        if verb.dep_ == "conj" and _is_denied_conjunct(verb):
            sign = -sign
        return sign
    if governor.lemma_ == "have" and any(t.lower_ == "yet" for t in [*governor.children, *verb.children]):
        return -sign
    if verb.dep_ == "pcomp":
        if governor.lower_ == "without":
            return -sign * (own_sign(governor.head) if governor.head.pos_ in {"VERB", "AUX"} else 1)
        is_kept_from = governor.lower_ == "from" and governor.head.lemma_ in {"keep", "hold"}
        governor = governor.head
        if is_kept_from:
            sign = -sign
    is_behind = verb.dep_ != "ccomp" or verb.i > governor.i
    if governor.lower_ == "unlikely":
        sign = -sign
    is_turned = verb.dep_ != "pcomp" or verb.head.lower_ == "from"
    if governor.lemma_.lower() in _DENYING and is_behind and is_turned:
        sign = -sign
    denied = governor.head if governor.pos_ == "ADJ" and governor.dep_ == "acomp" else governor
    is_raised = verb.dep_ == "xcomp" or governor.lemma_.lower() in THINKING | _CAUSATIVES
    if own_sign(denied) < 0 and is_raised:
        sign = -sign
    return sign


def _has_no_before(token: Token) -> bool:
    place = token.i - 1
    while place >= 0 and token.doc[place].pos_ in {"AUX", "PART", "ADV"}:
        if token.doc[place].lower_ in {"not", "n't", "never"}:
            return True
        place -= 1
    return False


def own_sign(token: Token) -> int:
    if token.pos_ in {"VERB", "AUX"} and _has_no_before(token):
        return -1
    auxiliaries = [child for child in token.children if child.dep_ in {"aux", "auxpass"}]
    if any(grandchild.dep_ == "neg" for child in auxiliaries for grandchild in child.children):
        return -1
    if token.pos_ == "NOUN" and token.left_edge.lower_ == "no":
        return -1
    for child in token.children:
        if child.lower_ == "longer" and any(c.lower_ == "no" for c in child.children):
            return -1
        if child.dep_ == "neg" or (child.lower_ in _NEGATIONS and child.dep_ in {"advmod", "det", "preconj", "cc"}):
            return -1
        if child.lower_ in {"not", "n't", "never"} and child.i < token.i:
            return -1
        if child.lower_ in {"in", "of", "among", "by", "with", "on"} and any(
            c.dep_ == "pobj" and c.lower_ in _NOBODY for c in child.children
        ):
            return -1
        if child.dep_ == "nsubj" and child.lower_ in {"one", "single"} and child.left_edge.lower_ == "not":
            return -1
        is_argument = child.dep_ in {"nsubj", "nsubjpass", "dobj", "attr", "pobj", "expl"}
        if is_argument and (
            child.lower_ in _NOBODY or any(c.lower_ == "no" and c.dep_ == "det" for c in child.children)
        ):
            return -1
    return 1


def _is_denied_conjunct(verb: Token) -> bool:
    """Whether "or" or "nor" carries the first verb's denial on."""
    joined = any(child.lower_ in {"or", "nor"} for child in verb.head.children if child.dep_ == "cc")
    has_subject = any(child.dep_ in {"nsubj", "nsubjpass"} for child in verb.children)
    return joined and not has_subject and own_sign(verb) > 0 and own_sign(verb.head) < 0


def grade_of(verb: Token) -> float:
    """How sure the clause is, the least sure of its own words and of all that it hangs on."""
    grade = _own_grade(verb)
    for _ in range(6):
        governor = verb.head
        if governor == verb:
            return grade
        if verb.dep_ in {"xcomp", "ccomp", "pcomp", "acl"}:
            grade = min(grade, _governed_grade(verb, governor))
        is_carried = verb.dep_ == "xcomp" or (verb.dep_ == "conj" and verb.tag_ == "VB")
        if governor.pos_ in {"VERB", "AUX"} and is_carried:
            grade = min(grade, _own_grade(governor))
        if verb.dep_ not in {"xcomp", "ccomp", "conj"}:
            return grade
        verb = governor
    return grade


def _governed_grade(verb: Token, governor: Token) -> float:
    lemma = "hope" if governor.lower_ in {"hoped", "hoping"} else governor.lemma_.lower()  # not of "hop"
    if governor.pos_ == "ADP":
        if governor.lower_ not in {"of", "with", "about", "into", "on"}:
            return FACT
        lemma = governor.head.lemma_.lower()
    if lemma in {"likely", "unlikely"} and any(c.lower_ in {"more", "less"} for c in governor.children):
        return PRESENT
    is_infinitive = any(child.tag_ == "TO" for child in verb.children)
    if lemma in _EVIDENCE and not is_infinitive:
        return UNSAID if own_sign(governor) < 0 else UNSURE
    if lemma in REPORTING and verb.dep_ == "ccomp" and sign_of(governor) < 0 and lemma not in THINKING | {"deny"}:
        if any(child.lower_ == "longer" for child in governor.children):
            return FACT
        return UNSAID
    if lemma in UNSURE_WORDS or governor.pos_ == "NOUN" and lemma in _TALKS:
        return UNSURE
    if is_infinitive and (governor.lower_ == "ought" or lemma == "have"):
        return OUGHT
    if is_infinitive and (lemma in PLANNED or lemma == "be"):
        return FUTURE
    return TO_DO if is_infinitive and verb.dep_ != "conj" and lemma not in {"begin", "start", "have"} else FACT


def _own_grade(verb: Token) -> float:
    is_past = verb.tag_ == "VBN" or verb.tag_ == "VBD" and verb.lower_ != verb.lemma_  # "schools shut at eleven"
    grade = FACT if is_past else PRESENT
    for child in verb.children:
        word = child.lower_
        if child.dep_ in {"aux", "auxpass"}:
            if word == "'d" and verb.tag_ == "VBN":
                continue  # "he'd lost"
            is_denied = word in {"could", "can", "ca"} and own_sign(verb) < 0
            grade = min(grade, PRESENT if is_denied else _MODALS.get(word, FACT))
            if word in {"has", "have", "had", "was", "were", "did"} and grade == PRESENT:
                grade = FACT
        elif (
            child.dep_ in {"advmod", "amod"}
            and word in _HEDGES
            or child.dep_ == "mark"
            and word in {"if", "unless", "whether"}
        ):
            grade = min(grade, UNSURE)
        elif child.dep_ == "advcl" and any(c.dep_ == "mark" and c.lower_ in {"if", "unless"} for c in child.children):
            grade = min(grade, BARE)
        elif child.dep_ == "acomp" and word in UNSURE_WORDS:
            grade = min(grade, UNSURE)
    if any(c.tag_ == "TO" for c in verb.children):
        return min(grade, BARE if verb.dep_ == "advcl" else PRESENT)
    has_subject = any(c.dep_ in {"nsubj", "nsubjpass", "expl", "aux", "csubj"} for c in verb.children)
    is_order = verb.tag_ == "VB" and not has_subject and verb.dep_ in {"ROOT", "ccomp"}
    return min(grade, UNSURE) if is_order else grade
