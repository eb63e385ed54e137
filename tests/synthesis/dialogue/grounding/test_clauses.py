import pytest

from synthesis.dialogue.grounding.certainty import FACT, FUTURE, UNSURE
from synthesis.dialogue.grounding.texts import sentences_of


def predicate(text, lemma):
    return next(p for p in sentences_of(text)[0].predicates if p.lemma == lemma)


@pytest.mark.parametrize(
    ("text", "lemma", "sign"),
    [
        ("The ferry was not overloaded.", "overload", -1),
        ("The operator denied that the ferry was overloaded.", "overload", -1),
        ("None of the samples contained the parasite.", "contain", -1),
        ("The passenger was released without charge.", "charge", -1),
        ("He has yet to decide.", "decide", -1),
        ("The ferry was overloaded.", "overload", 1),
    ],
)
def test_what_is_denied(text, lemma, sign):
    assert predicate(text, lemma).sign == sign


@pytest.mark.parametrize(
    ("text", "lemma", "grade"),
    [
        ("The minister resigned.", "resign", FACT),
        ("The minister will resign.", "resign", FUTURE),
        ("The minister may resign.", "resign", UNSURE),
        ("He is suspected of killing two women.", "kill", UNSURE),
        ("The company plans to close the plant.", "close", FUTURE),
    ],
)
def test_how_sure_it_is(text, lemma, grade):
    assert predicate(text, lemma).grade == grade


def test_who_did_it_to_whom_and_who_says_so():
    found = predicate("Police said the driver was hit by a lorry.", "hit")
    assert (found.agents, found.patients, found.owner) == (("lorry",), ("driver",), ("police",))
