from __future__ import annotations

import pytest

from briefings.newsworthiness import judge

REPORT = (
    "PORT ELLERY (MW) — A ferry sank off the coast on Monday and at least three people died, the coastguard"
    " said. Police said that "
    "an investigation had begun. The transport minister told parliament on Tuesday that the crew had been questioned.\n"
) * 3
PLAIN = "The council said on Tuesday that the road would be closed for a week, and the mayor confirmed it.\n" * 4


@pytest.mark.parametrize(
    ("title", "url", "topics", "kind"),
    [
        ("11 Best Sleeping Bags (2025): Ultralight, for Kids", "", [], "shopping"),
        ("The tent you want", "https://w.example/gear/tent", [], "shopping"),
        ("What we bought", "", ["Buying Guides"], "shopping"),
        ("This drill is 40% off today", "", [], "shopping"),
        ("Wine Guy: 3 bottles to sip on a sunny day", "", [], "recipe"),
        ("Your horoscope for Tuesday", "", [], "horoscope"),
        ("Can you pass our news quiz?", "", [], "quiz"),
        ("Sponsored: a better bank", "", [], "advert"),
        ("The mother of all antioxidants", "", [], "remedy"),
        ("Business Brief: who is building?", "", [], "round-up"),
        ("Storm: live updates", "", [], "live blog"),
        ("Opinion: the wall is too low", "", [], "opinion"),
        ("The wall is too low", "https://w.example/opinion/wall", [], "opinion"),
        ("Rovers beat United 3-1", "", [], "sport"),
        ("An insider's view of the council", "", [], "explainer"),
        ("Every song of the year, ranked from worst to best", "", [], "round-up"),
        ("Every outfit she wore to the premiere, ranked", "", [], "celebrity"),
        ("7 ways to save on heating", "", [], "how-to"),
        ("SCANDAL! Mayor accused", "", [], "lurid"),
        ("What is next for the harbour?", "", [], "explainer"),
        ("Man dies by suicide at the bridge", "", [], "suicide"),
    ],
)
def test_a_page_that_is_no_news_report_is_named(title, url, topics, kind):
    judged = judge(title, url, topics, PLAIN)
    assert judged.kind is not None
    assert kind in judged.kind.name


@pytest.mark.parametrize(
    "title",
    [
        "Ferry sinks off Port Ellery, three dead",
        "Best-selling author dies at 80",
        "Government reviews ferry safety",
        "Court cuts minister's sentence 3-1",
        "Parliament passes budget",
        "US and NATO agree on drones",
    ],
)
def test_a_plain_report_has_no_kind(title):
    assert judge(title, "https://w.example/news/1", ["World"], REPORT).kind is None


def test_hard_news_is_harder_than_soft():
    hard = judge("Ferry sinks off Port Ellery, three dead", "", [], REPORT)
    soft = judge("A new cafe opens by the harbour", "", [], "The cafe has blue chairs and good cake. " * 20)
    assert hard.hardness > soft.hardness + 0.5
    assert any("public concern" in cue for cue in hard.cues)


def test_a_page_of_prices_is_shopping_whatever_its_title():
    text = "The first one is nice ($49.99 at Ellery Stores).\n" * 5
    assert judge("Warm nights", "", [], text).kind.is_out


def test_a_column_is_told_from_its_first_person():
    text = (
        "I think that my council is wrong, and I will say so to you. We should all be ashamed of it, my friends.\n" * 12
    )
    assert "opinion" in judge("A wall too low", "", [], text).kind.name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "A man walked into a shop and\nSubscribe to unlock this article\nAlready a subscriber?",
            "paywall",
        ),
        (PLAIN + "When you buy through our links, we may earn a commission.", "shopping"),
        ("Paid content by Larkhill Wealth\n" + PLAIN, "advert"),
        (PLAIN + "Capital at risk.", "advert"),
        ("1. Who?\nA. The goat\nB. The dog\nC. The cat\n2. What?\nA. Cake\nB. Bread\nC. Tea", "quiz"),
        (
            "22.08 The river has peaked.\n21.30 It rises.\n20.41 A road is shut.\n19.55 Rain, said the mayor.",
            "live blog",
        ),
        (PLAIN + "This blog is now closed. Thanks for following.", "live blog"),
        ("Do you really think that the mayor, as the MSM insists, knew nothing? " + PLAIN, "opinion"),
    ],
)
def test_a_page_is_what_it_says_it_is(text, kind):
    judged = judge("The council and the road", "", [], text)
    assert judged.kind is not None and kind in judged.kind.name
    assert judged.kind.is_out is (kind != "opinion")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN * 4 + "Subscribe to continue reading.",  # a foot of the page
        "According to court documents, a knife was found. " + "The car was white and the gloves were black. " * 20,
        "Friday brings rain, and on Saturday it snows. On Sunday it clears. " * 3 + "Winds come from the west. " * 110
        + "Monday is dry. Tuesday is wet. ",
    ],
)  # fmt: skip
def test_a_report_is_not_taken_for_a_stub_or_an_opinion(text):
    assert judge("The council and the road", "", [], text).kind is None


def test_a_page_that_was_written_on_and_on_is_a_live_blog():
    headings = [f"What is known of village {name}" for name in ("Carrow", "Lunn", "Marl", "Saltham", "Dorran")]
    told = "The coastguard said that the search for the crew of the ferry would go on until dark."
    again = "The owner of the ferry said that it had passed every inspection in the last nine years."
    page = "\n".join(f"{heading}\n{told}\n{again}\nNews of {place} came in." for place, heading in enumerate(headings))
    tolls = "\n".join(f"At least {dead} people were killed.\n{told}\n{again}" for dead in (8, 19, 26, 31))
    assert judge("Ferry sinks", "", [], page).kind.name == "a live blog, or a part of one"
    assert judge("Ferry sinks", "", [], tolls).kind.name == "a live blog, or a part of one"
    once = "\n".join([*headings, told, again])
    assert judge("Ferry sinks", "", [], once).kind is None
