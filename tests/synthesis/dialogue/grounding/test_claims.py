"""What each of the checks finds, and what it lets pass, by sentences of invented news."""

import pytest

from synthesis.dialogue.grounding import check

FERRY = (
    "Rescuers had pulled 128 survivors from the water by nightfall on Friday, 11 of them in critical condition, "
    "Transport Secretary Imelda Roxano said.",
    "The ferry, which passed an inspection on April 22, was not overloaded, its operator Ilana Lines said.",
    "Ilana Lines may be ordered to close two of its routes within 30 days.",
    "It is the deadliest accident at sea in Kesara since 2011.",
)
COURT = (
    "Anneke Strand, the prosecutor, said the boy was alleged to have lit a fire at the quay.",
    "His lawyer, Yusuf Carrow, said that he had gone home on the 9.40 bus.",
    "The union criticised the council after it rejected a plan to close the road, because the hospital needs it.",
    "Neither of the friends has been charged.",
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("unit", "A hundred and twenty-eight bodies had been pulled from the water."),
        ("unit", "The operator may be ordered to close two routes within thirty weeks."),
        ("number", "A hundred and eighty-two survivors had been pulled from the water."),
        ("date", "By nightfall on Saturday, a hundred and twenty-eight survivors had been pulled out."),
        ("date", "The ferry passed an inspection on the twenty-first of April."),
        ("name", "Imelda Andaya says a hundred and twenty-eight people survived."),
        ("role", "The mayor, Imelda Roxano, said a hundred and twenty-eight survivors had been pulled from the water."),
        ("negation", "The ferry was overloaded, its operator said."),
        ("modality", "Ilana Lines will be ordered to close two of its routes."),
        ("attribution", "The transport secretary says the ferry was not overloaded."),
        ("superlative", "It is the deadliest accident at sea in the history of Kesara."),
        ("superlative", "Kesara has never seen a deadlier accident at sea."),
        ("causal", "The ferry sank because it had not passed an inspection."),
        ("forecast", "It is the deadliest accident since 2011, and heads are likely to roll in parliament."),
    ],
)
def test_a_false_turn_on_a_ferry_is_held(kind, text):
    assert kind in {finding.kind for finding in check(text, FERRY)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("modality", "The boy lit a fire at the quay, the prosecutor says."),
        ("modality", "The boy was convicted over a fire at the quay."),
        ("role", "The prosecutor, Yusuf Carrow, said he had gone home on the nine-forty bus."),
        ("splice", "The hospital criticised the council after it rejected a plan to close the road."),
        ("negation", "Both of the friends have been charged."),
        ("negation", "The union criticised the council after it approved a plan to close the road."),
    ],
)
def test_a_false_turn_on_a_court_is_held(kind, text):
    assert kind in {finding.kind for finding in check(text, COURT)}


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("By nightfall on Friday rescuers had saved a hundred and twenty-eight people.", FERRY),
        ("Ilana Lines says the ship wasn't overloaded. It was inspected on the twenty-second of April.", FERRY),
        ("The company could be told to close two routes within a month.", FERRY),
        ("No accident at sea in Kesara has been deadlier since 2011.", FERRY),
        ("The boy is accused of lighting a fire at the quay.", COURT),
        ("Nobody has charged his friends.", COURT),
        ("Why did the council reject it? Because the hospital needs the road.", COURT),
    ],
)
def test_the_same_in_other_words_passes(text, sources):
    assert check(text, sources) == []


def test_who_is_who_may_come_from_the_story():
    cited, story = ["He said that the plan was dead."], ["The mayor, Oskar Lindt, spoke on Monday.", *COURT]
    assert check("Oskar Lindt says the plan is dead.", cited, story=story) == []
    assert [finding.kind for finding in check("Oskar Lindt says the plan is dead.", cited)] == ["name"]


def test_another_s_quotation_is_held():
    source = ['The treasury said it showed that "the plan is working".', "The opposition laughed."]
    assert check('The treasury said that "the plan is working".', source) == []
    assert "quotation" in {f.kind for f in check('The opposition said that "the plan is working".', source)}


def test_what_a_source_says_without_quoting_is_not_a_quotation():
    assert [f.kind for f in check('"The plan is working," it said.', ["It said the plan is working."])] == ["quotation"]


def test_a_verifier_adds_its_findings_and_is_given_all():
    from synthesis.types import Finding

    class Doubter:
        def verify(self, text, sources, story):
            self.asked = (text, sources, story)
            return [Finding("model", "working", "A model doubts it.")]

    doubter = Doubter()
    found = check("The plan is working.", ["The plan is working."], story=["More."], verifier=doubter)
    assert [finding.kind for finding in found] == ["model"]
    assert doubter.asked == ("The plan is working.", ["The plan is working."], ["More."])
