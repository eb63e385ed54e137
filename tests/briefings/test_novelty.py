from __future__ import annotations

import pytest

from briefings import novelty

KNOWN = novelty.Known.of(
    [
        "At least nine people were killed when a ferry sank off Lamoa on Friday, the coastguard said.\n"
        "The Star of Lamoa had left Port Ilana at 11.15 p.m. with 84,300 litres of fuel, and sank in heavy swell.\n"
        "Captain Rui Andrade said that water had come in over the bow."
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Nine people died when a ferry sank off Lamoa, the coastguard said on Friday.",
        "The Star of Lamoa had 84,000 litres of fuel, and sank in heavy swell off Lamoa.",
        "The ferry, which sank on 15 May 2026 at 4.20 a.m., had left Port Ilana on Friday.",
        "Water came in over the bow, said Captain Andrade. The ferry sank in heavy swell.",
    ],
)
def test_what_is_known_is_no_news_in_other_words_rounded_or_with_a_date(text):
    assert novelty.news(text, KNOWN) == []


def test_a_figure_that_has_changed_is_news():
    text = "The number of people killed when a ferry sank off Lamoa has risen to sixteen. The ferry sank on Friday."
    assert novelty.news(text, KNOWN) == [text.split(". ")[0] + "."]


def test_another_event_is_news_if_more_than_a_sentence_tells_of_it():
    one = "Prosecutors in Ketter County charged the owner, Paul Renner, with manslaughter."
    two = "His lawyer called the charges absurd, and promised an appeal to every tribunal in the land."
    assert novelty.news(one, KNOWN) == []
    assert novelty.news(f"{one} {two}", KNOWN) == [one, two]


def test_what_stands_far_down_is_no_news():
    assert novelty.news("The ferry sank on Friday off Lamoa. " * 8 + "It had 210 passengers.", KNOWN) == []
