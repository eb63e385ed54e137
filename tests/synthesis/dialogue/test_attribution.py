import pytest

from synthesis.dialogue.attribution import attribute, credits, outlet_name, spoken_outlet
from synthesis.dialogue.parse import parse


def fronted(text):
    found = attribute(text, parse([text])[0])
    return found.spoken(found.who) if found else None


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("The wall will be raised, the mayor said.", "The mayor said the wall will be raised."),
        ("Fuel has not leaked, according to the coastguard.", "According to the coastguard, fuel has not leaked."),
        ('"The crew did everything right," Quill said.', 'Quill said: "The crew did everything right."'),
        ('"The crew did everything right," said Edda Quill.', 'Edda Quill said: "The crew did everything right."'),
        ('"The work is hard," he added.', 'He said: "The work is hard."'),
        ("The mayor said that the wall will be raised.", "The mayor said that the wall will be raised."),
        ("The mayor said in an email the wall will be raised.", "The mayor said the wall will be raised."),
        ("In the lower town a house fell, the mayor said.", "The mayor said that in the lower town a house fell."),
    ],
)
def test_the_speaker_comes_first(text, spoken):
    assert fronted(text) == spoken


def test_what_is_said_stays_whole_behind_an_opening_phrase():
    text = "In a memo from May, the agency said all staff will be required to work in the office for three days."
    found = attribute(text, parse([text])[0])
    assert found is None or not found.was_trailing


def test_to_continue_on_a_journey_is_no_speech():
    text = "The ship continued on its journey."
    assert attribute(text, parse([text])[0]) is None


@pytest.mark.parametrize(
    "text",
    [
        "While Hamas and Iran have blamed Israel for the strike, Israel has not claimed responsibility for it.",
        "While the union blames the owner, the owner has claimed compensation from the port.",
        "The bridge fell on Sunday, the mayor has not said.",
    ],
)
def test_a_verb_that_is_denied_or_has_its_own_object_is_no_attribution(text):
    found = attribute(text, parse([text])[0])
    assert found is None or not found.was_trailing


@pytest.mark.parametrize(
    ("outlet", "spoken"),
    [
        ("FenwickTribune", "the Fenwick Tribune"),
        ("The Port Ellery Courier", "The Port Ellery Courier"),
        ("Meridian Wire", "Meridian Wire"),
        ("CanadaCom", "Canada.com"),
    ],
)
def test_a_newspaper_takes_its_article_in_a_sentence(outlet, spoken):
    assert spoken_outlet(outlet) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("TheNation", "The Nation"),
        ("APNews", "AP News"),
        ("VoiceOfAmerica", "Voice of America"),
        ("Reuters", "Reuters"),
        ("The Port Ellery Courier", "The Port Ellery Courier"),
        ("CNBC", "CNBC"),
        ("TechCrunch", "TechCrunch"),
    ],
)
def test_an_outlet_is_named_as_it_is_said(written, spoken):
    assert outlet_name(written) == spoken


def test_an_attribution_in_front_leaves_out_what_the_story_is_about_anyway():
    for text in (
        "According to a report into the incident published on Thursday, the valve was open.",
        "The valve was open, according to a report into the incident published on Thursday.",
    ):
        found = attribute(text, parse([text])[0])
        assert found.spoken(found.who) == "According to a report published on Thursday, the valve was open."


def test_who_knows_of_a_matter_is_told_whole():
    text = "According to two people with knowledge of the matter, the valve was open."
    assert attribute(text, parse([text])[0]).who == "two people with knowledge of the matter"


def test_a_common_noun_that_is_taken_for_a_name_loses_its_capital_behind_an_attribution():
    text = "Turnout was 81.3 percent, the highest since 1994, according to the election commission."
    found = attribute(text, parse([text])[0], f"The Civic Union won. {text}")
    assert found.spoken(found.who).startswith("According to the election commission, turnout was")


@pytest.mark.parametrize(
    ("text", "is_credit"),
    [
        ("Reuters reported that a ferry sank.", True),
        ("A spokesman told Reuters that nobody was hurt.", True),
        ("According to Reuters, a ferry sank.", True),
        ("A tank crew killed a Reuters reporter.", False),
        ('"We want to know why," the chief editor of Reuters said.', False),
    ],
)
def test_an_outlet_is_credited_where_it_speaks_and_not_where_it_is_spoken_of(text, is_credit):
    assert credits(text, "Reuters") is is_credit
