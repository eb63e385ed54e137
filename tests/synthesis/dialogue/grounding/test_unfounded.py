"""What a sentence adds at its end, and the cause that it makes up, are held if no source has a word of them."""

import pytest

from synthesis.dialogue.grounding import check

SOURCES = (
    "The ferry to the island will not sail after 2 p.m. on Friday.",
    "Two men died in a highway crash near Kennet.",
    "Oona Farrelly stood down in 2025 on grounds of ill health.",
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("forecast", "The ferry won't sail after two on Friday, and shops will soon be empty."),
        ("forecast", "The ferry won't sail after two on Friday, and voters won't forgive that."),
        ("causal", "Two men died in a crash near Kennet because nobody had salted the lane."),
        ("causal", "Oona Farrelly stood down in 2025 over the leaked memo."),
        ("causal", "Two men died in a crash near Kennet after the brakes had failed."),
    ],
)
def test_what_no_source_has_a_word_of_is_held(kind, text):
    assert kind in {finding.kind for finding in check(text, SOURCES)}


@pytest.mark.parametrize(
    "text",
    [
        "The ferry won't sail after two on Friday, and two men have died in a crash.",
        "Oona Farrelly left in 2025 because of her health.",
        "Two men died near Kennet in a crash on the highway.",
    ],
)
def test_what_the_sources_have_passes(text):
    assert check(text, SOURCES) == []
