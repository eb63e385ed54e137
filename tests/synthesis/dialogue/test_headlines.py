import pytest

from synthesis.dialogue.headlines import clause, sentence_case, speakable_headline, without_circumstance
from synthesis.types import Article, Story


def story(title, body):
    return Story("s", title, (Article("a", "Meridian Wire", "https://news.example/a", "", body, title),))


def spoken(title, body):
    told = story(title, body)
    return clause(speakable_headline(told, {}), told)


@pytest.mark.parametrize(
    ("title", "body", "clause"),
    [
        ("Bank of Aldmere holds interest rate at 3.75 percent",
         "The Bank of Aldmere left its main interest rate at 3.75 percent on Sunday.",
         "the Bank of Aldmere holds its interest rate at 3.75 percent"),
        ("Water company fined 4.2 million crowns for polluting the Marl",
         "A court in Fenwick fined the water company Clearbrook 4.2 million crowns. Such a water company is rare.",
         "a water company is fined 4.2 million crowns for polluting the Marl"),
        ("Forty schools to try a four-day week from January",
         "Forty schools in the Fenwick valley will teach on four days a week from January.",
         "forty schools are to try a four-day week from January"),
        ("Seven rescued and one missing after trawler sinks off Cape Dorran",
         "Seven fishermen were rescued and one is missing after a trawler sank off Cape Dorran.",
         "seven are rescued and one missing after a trawler sinks off Cape Dorran"),
        ("Russia hits Kyiv with missiles", "Russia hit Kyiv with missiles on Sunday.",
         "Russia hits Kyiv with missiles"),
        ("Aldmere's economy grew 1.1% in 1st quarter",
         "Aldmere's economy grew 1.1% in the first quarter of the year, its National Statistics Institute said.",
         "Aldmere's economy grew 1.1% in the 1st quarter"),
    ],
)  # fmt: skip
def test_a_headline_becomes_a_spoken_clause_with_the_reports_own_articles(title, body, clause):
    assert spoken(title, body) == clause


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Governor endorses budget package", "The state has a new law."),  # the report shows no article for it
        ("Who will win the cup?", "The cup is played on Sunday."),
        ("'Ends the debate': economists on the jobs report", "The jobs report came on Friday."),
        ("As protests grow, minister goes", "The minister goes as protests grow."),
        ("Inside a rebellion of drivers", "The drivers rebelled."),
    ],
)
def test_a_headline_that_cannot_be_made_a_clause_safely_is_none(title, body):
    assert spoken(title, body) == ""


def test_a_headline_is_put_in_sentence_case_by_the_reports_own_words():
    told = story("Governor Endorses Revised Budget of Lunn", "The governor endorses the revised budget of Lunn.")
    assert speakable_headline(told, {}) == "Governor endorses revised budget of Lunn"


def test_a_headline_in_sentence_case_keeps_its_names():
    body = "The election is near. A day is long. The council campaigns for it."
    assert sentence_case("The campaigns brace for a sprint to Election Day", body).endswith("Election Day")
    assert sentence_case("Council Campaigns Brace for an Election", body) == "Council campaigns Brace for an election"


@pytest.mark.parametrize(
    "title",
    [
        "Mill smoke does no harm to the people of the valley, report finds",
        "Trawler sank after the crew ignored a warning from shore, police say",
        "Police: driver of the night train was asleep at the signal",
    ],
)
def test_a_headline_is_not_said_without_who_claims_it(title):
    assert speakable_headline(story(title, "The mill smoke does no harm."), {}) == ""


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("the Bank of Aldmere holds its interest rate at 3.75 percent", "the Bank of Aldmere holds its interest rate"),
        ("forty schools are to try a four-day week from January", "forty schools are to try a four-day week"),
        ("the court rules against the mill", "the court rules against the mill"),
    ],
)
def test_a_clause_can_do_without_its_last_circumstance(long, short):
    assert without_circumstance(long) == short
