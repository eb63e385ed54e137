from __future__ import annotations

import pytest

from synthesis.dialogue.wording import Rules

CHARGED = """Brian Hollis, 28, is accused of fatally stabbing four students in Marsham. His trial begins in June.
Hollis, who has pleaded not guilty, was arrested in December. A roommate, Beth Fanning, saw a man in the house.
Detective Anna Kettle said that the case had been hard."""
CONVICTED = CHARGED + "\nA jury took two hours. Hollis was found guilty on Friday of four murders."
BOY = """A 15-year-old boy appeared before a youth court on Tuesday charged with manslaughter over a fire.
Social media users have identified the suspect as Kieran Follett, a pupil at Marsham Grange School.
Follett, 15, is said to have lit the fire as a dare. His mother, Joan Follett, 41, wept. Peter Dunmore, 61, died."""
COACH = """Curtis Haldorsen, 47, was convicted of sexually assaulting two students.
One of them, Melanie Orsdahl, wept in the gallery. Orsdahl was 16 when the assaults took place.
Judge Patricia Lomax ordered him held."""
PLAYER = "Joel Ellerby took his own life, an inquest heard. He swallowed his father's heart pills in the garage."

MURDER = {"court", "death", "violence"}


def spans(classes, source, text):
    return [(finding.kind, finding.span) for finding in Rules.of(classes, [source]).check(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The killer, Brian Hollis, will be heard in June.",
        "Hollis stabbed four students in Marsham.",
        "Hollis, a doctoral student, murdered four people.",
        "The killer was arrested in December.",
        "The suspect killed four students.",
    ],
)
def test_nobody_who_is_accused_is_called_guilty_before_a_conviction(text):
    assert [kind for kind, _ in spans(MURDER, CHARGED, text)] == ["accused"]
    assert spans(MURDER, CONVICTED, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Hollis is accused of stabbing four students.",
        "Prosecutors say that Hollis killed four students.",
        "The suspected killer, Brian Hollis, is due in court.",
        "Four students were murdered in Marsham.",
        "Police are looking for the killer of another student.",
        "Beth Fanning saw a man in the house.",
        "Did Hollis know the four?",
    ],
)
def test_a_charge_may_be_told_as_a_charge(text):
    assert spans(MURDER, CHARGED, text) == []


def test_the_rule_is_for_those_who_are_charged_and_not_for_armies_or_floods():
    source = "Russia denied that it had attacked the city. Ukraine accused Russia of killing two people."
    assert spans({"death", "violence"}, source, "Russia attacked the city and killed two people.") == []


def test_one_is_convicted_and_the_other_not():
    source = "Gerald Maddern was convicted of theft. Lena Wendt, his partner, has been charged with theft."
    assert spans({"court"}, source, "Maddern stole the money.") == []
    assert spans({"court"}, source, "Wendt stole the money.") == [("accused", "Wendt stole")]


@pytest.mark.parametrize(
    "text",
    [
        "He swallowed heart pills.",
        "He was found hanged.",
        "She jumped from a bridge.",
        "He set himself on fire.",
        "He left a suicide note.",
        "He committed suicide.",
    ],
)
def test_no_method_of_a_suicide_is_told(text):
    assert {kind for kind, _ in spans({"suicide"}, PLAYER, text)} == {"method"}
    assert spans({"health"}, PLAYER, text) == []


def test_that_he_took_his_life_may_be_told():
    assert spans({"suicide"}, PLAYER, "Joel Ellerby, who was 29, took his own life in September.") == []


@pytest.mark.parametrize(
    ("classes", "source", "text", "name"),
    [
        ({"minors", "court"}, BOY, "Some sites have named Kieran Follett.", "Kieran"),
        ({"minors", "court"}, BOY, "Follett denied it.", "Follett"),
        ({"minors", "court"}, BOY, "The boy's mother, Joan Follett, wept.", "Follett"),
        ({"sexual_crime", "court"}, COACH, "Melanie Orsdahl wept.", "Melanie"),
        ({"sexual_crime", "court"}, COACH, "Orsdahl was sixteen.", "Orsdahl"),
    ],
)
def test_neither_a_minor_in_a_case_nor_a_victim_is_named(classes, source, text, name):
    assert ("protected name", name) in spans(classes, source, text)


def test_whoever_an_editor_allows_is_named_and_nobody_else():
    source = f"{BOY} {COACH}"
    rules = Rules.of({"minors", "sexual_crime", "court"}, [source], may_name=["kieran FOLLETT"])
    assert rules.check("Kieran Follett denied it, and Follett wept.") == []
    assert [finding.span for finding in rules.check("Melanie Orsdahl wept.")] == ["Melanie", "Orsdahl"]
    assert Rules.of({"minors", "court"}, [BOY], may_name=["Joan Follett"]).check("Follett denied it.") != []


@pytest.mark.parametrize(
    ("classes", "source", "text"),
    [
        ({"minors", "court"}, BOY, "A fifteen-year-old boy denied manslaughter. Peter Dunmore died in the fire."),
        ({"sexual_crime", "court"}, COACH, "Curtis Haldorsen was convicted, and Judge Lomax ordered him held."),
        ({"light"}, "Jayden Okonjo, 17, scored twice.", "Jayden Okonjo scored twice."),
    ],
)
def test_others_are_named(classes, source, text):
    assert spans(classes, source, text) == []
