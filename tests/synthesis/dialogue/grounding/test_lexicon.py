import pytest

from synthesis.dialogue.grounding.lexicon import relation


@pytest.mark.parametrize(
    ("word", "other", "expected"),
    [
        ("investigate", "investigation", 1),
        ("approve", "approval", 1),
        ("ferry", "vessel", 1),
        ("kill", "die", 1),
        ("approve", "reject", -1),
        ("rise", "fall", -1),
        ("safe", "unsafe", -1),
        ("ferry", "mayor", 0),
        ("rise", "reject", 0),
    ],
)
def test_words_for_the_same_and_for_the_opposite(word, other, expected):
    assert relation(word, other) == relation(other, word) == expected
