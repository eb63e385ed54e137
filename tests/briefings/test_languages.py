from __future__ import annotations

import pytest

from briefings.languages import detect, same


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "The council said that it was the best of the plans, and that the work on the wall would start in March"
            " for the town.",
            "en",
        ),
        (
            "Le conseil a dit que les travaux de la digue vont commencer en mars, avec une aide de la région et des"
            " communes.",
            "fr",
        ),
        (
            "Der Rat hat am Dienstag beschlossen, dass die alte Mauer mit dem Geld der Stadt und des Landes neu"
            " gebaut wird.",
            "de",
        ),
        (
            "El consejo dijo que las obras de la muralla van a empezar en marzo con la ayuda de la ciudad y de los"
            " vecinos.",
            "es",
        ),
        ("Совет проголосовал за восстановление старой стены, которую зимой дважды разрушили штормы.", "ru"),
        ("Hello", ""),
    ],
)
def test_a_text_is_told_by_its_commonest_words(text, language):
    assert detect(text) == language


def test_regions_of_one_language_are_the_same_and_an_unknown_one_is_let_through():
    assert same("en-GB", "en-us") and same("", "en") and not same("fr", "en")
