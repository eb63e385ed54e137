from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthesis.dialogue import severity
from synthesis.types import Story

SETS = [json.loads(path.read_text()) for path in sorted((Path(__file__).parents[2] / "data/stories").glob("*.json"))]

# title, the report's opening, its classes
REPORTS = [
    (
        "Nine killed as ferry capsizes",
        "At least nine people were killed when a ferry capsized off Lamoa, the coastguard said.",
        "death",
    ),
    (
        "Three walkers still missing on Ben Orrin",
        "Rescuers were searching for three climbers in heavy snow on Sunday.",
        "death",
    ),
    (
        "Missile strikes on the port of Ossa wound 40",
        "Two missiles hit the port before dawn, and 40 people were wounded, the governor said.",
        "violence",
    ),
    (
        "Gunman opens fire at market, two dead",
        "A gunman opened fire in a market on Tuesday and killed two people, police said.",
        "death violence",
    ),
    (
        "Suicide bomber kills six at checkpoint",
        "Six soldiers died when a suicide bomber blew himself up at a checkpoint, the army said.",
        "death violence",
    ),
    (
        "Boy, 14, charged over stabbing of pupil",
        "A 14-year-old boy was charged with wounding after a pupil was stabbed. He appeared before a youth court.",
        "minors violence court",
    ),
    (
        "Coach convicted of abusing swimmers",
        "A swimming coach was found guilty on Friday of sexually assaulting two students, a jury decided.",
        "sexual_crime court",
    ),
    (
        "Teenage girl abducted near school is found",
        "A 12-year-old girl who was abducted on her way to school has been found safe, police said.",
        "minors violence",
    ),
    (
        "Student took his own life, inquest hears",
        "A student who took his own life had asked for help, an inquest was told. The coroner said that the court"
        " had heard enough.",
        "suicide court",
    ),
    (
        "Charity founder jailed for theft",
        "The founder of a charity was sentenced to four years on Monday. The judge said that he had shown no remorse.",
        "court",
    ),
    (
        "Opposition ahead as Varrenmark votes",
        "Voters went to the polls on Sunday. Exit polls in the parliamentary election gave the opposition a lead.",
        "election",
    ),
    (
        "Measles outbreak spreads to third city",
        "Health officials said that 40 people, most of them not vaccinated, had been infected with measles.",
        "health",
    ),
    (
        "Brisk walking and the heart",
        "People who walk briskly have fewer heart attacks, says a study of blood pressure and heart disease.",
        "health",
    ),
    (
        "Shares fall as inflation rises again",
        "Stocks fell on Friday after inflation rose to 4 percent, and investors expect an interest rate increase.",
        "markets",
    ),
    (
        "Goat closes motorway",
        "A goat called Biscuit stopped traffic for 43 minutes. The goat was given some cheese by a driver.",
        "light",
    ),
    (
        "Town wins cup final on penalties",
        "The town won the match after extra time, and its striker scored twice.",
        "light",
    ),
    ("Council votes to rebuild sea wall", "The council voted on Tuesday to rebuild the wall for 12 million euros.", ""),
    ("Minister denies knowing of delays", "The minister told parliament that he had not seen the memo.", ""),
]
# What only sounds like it.
FIGURES = [
    ("Senate kills budget bill", "The Senate killed the bill on Monday by 51 votes to 49."),
    ("Talks reach a dead end", "The talks are at a dead end, the mediators said on Monday."),
    ("A killer app for farmers", "The killer app for farmers is a soil map, its makers say."),
    ("Trade war looms over steel", "A trade war is looming, ministers warned, and the war of words went on."),
    ("New food court for the station", "The station gets a food court and two tennis courts next year."),
    ("Leak kills 1,200 trout", "A leak from a pond killed at least 1,200 trout, the agency said."),
    ("Party commits political suicide, says rival", "It is political suicide, the rival said of the plan."),
    ("Farmers' market moves to market square", "The farmers' market moves to the market square in May."),
    ("Photo shoot stops traffic", "A photo shoot on the bridge stopped traffic for an hour on Sunday."),
    ("Death of the high street? Not yet", "Shops close, and yet the high street lives, a count of shops shows."),
    ("Cyberattack shuts library", "A cyberattack shut the library's catalogue for a day, the city said."),
    ("Trial run for night buses", "The trial run of the night buses begins on Monday and costs nothing."),
]


@pytest.mark.parametrize(("title", "text", "classes"), REPORTS)
def test_a_report_has_its_classes_and_no_others(title, text, classes):
    assert severity.classify(title, text) == frozenset(classes.split())


@pytest.mark.parametrize(("title", "text"), FIGURES)
def test_a_figure_of_speech_has_none(title, text):
    assert not severity.classify(title, text) - {"light"}


@pytest.mark.parametrize("row", [row for row in SETS if "severity" in row], ids=lambda row: row["id"])
def test_a_story_set_has_the_classes_that_its_author_gave_it(row):
    story = Story.from_json(row)
    assert severity.of_reports([(article.title, article.text) for article in story.articles]) == story.severity


def test_one_report_is_enough_where_care_is_due_and_not_elsewhere():
    plain = ("Player's club mourned", "The club spoke of its player on Monday, and played on.")
    careful = ("Inquiry into player", "The player took his own life, the report says.")
    court = ("Club sued", "The club was sued, and a judge will hear the lawsuit.")
    found = severity.of_reports([plain, plain, plain, careful, court])
    assert "suicide" in found and "court" not in found


def test_what_is_light_in_one_report_is_not_where_another_tells_of_a_death():
    goat, death = REPORTS[14][:2], REPORTS[0][:2]
    assert severity.of_reports([goat, goat]) == {"light"}
    assert severity.of_reports([death, goat]) == {"death"}
    assert severity.of_reports([]) == frozenset()


@pytest.mark.parametrize(
    ("classes", "grave"),
    [
        ({"death"}, True),
        ({"violence"}, True),
        ({"sexual_crime", "court"}, True),
        ({"suicide"}, True),
        ({"minors", "court"}, True),
        ({"minors"}, False),
        ({"minors", "health"}, False),
        ({"court"}, False),
        ({"light"}, False),
        (set(), False),
    ],
)
def test_what_is_grave(classes, grave):
    assert severity.is_grave(classes) is grave


def test_the_classes_are_named_for_an_editor_in_one_order():
    assert severity.named(["court", "sexual_crime"]) == "sexual crime, court"
