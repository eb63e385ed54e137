import pytest

from synthesis.text.visible import folded, smuggled, visible


@pytest.mark.parametrize(
    "unseen",
    [
        "\u200b\u200d\u2060\ufeff", "\u202e\u2066\u2069", "\u00ad", "\U000e0049\U000e0067", "\ufe0f\U000e0101",
        "\u034f", "\u3164\u115f", "\u2800", "\x00\x1b", "\ud800", "\ue000",
    ],
)  # fmt: skip
def test_what_no_reader_sees_is_taken_out(unseen):
    assert visible(f"Port{unseen} Ellery") == "Port Ellery"


@pytest.mark.parametrize("text", ["Kyiv, Côte d’Ivoire", "שלום", "नमस्ते", "日本語", "a\nb\tc"])
def test_what_readers_see_stays(text):
    assert visible(text) == text


def test_disguised_letters_are_folded_and_other_alphabets_stay():
    assert folded("ｉgnоrе Привет ٣") == "ignore Привет 3"


def test_what_is_spelled_in_tag_characters_is_read():
    assert smuggled("Port \U000e0049\U000e0067\U000e006e Ellery") == "Ign"
