from __future__ import annotations

import pytest

from synthesis.errors import RenderFailed
from synthesis.speech.symbols import MAX_TOKENS, encode, vocabulary


def test_there_are_114_symbols_with_ids_of_their_own():
    ids = vocabulary().values()
    assert len(ids) == len(set(ids)) == 114 and max(ids) == 177


def test_symbols_stand_between_boundaries():
    assert encode("həlˈO.") == [0, 50, 83, 54, 156, 31, 4, 0]


@pytest.mark.parametrize(
    ("phonemes", "message"),
    [("", "no phonemes"), ("  ", "no phonemes"), ("hQ€", "no symbol '€'"), ("a" * (MAX_TOKENS + 1), "split the text")],
)
def test_what_cannot_be_spoken_is_refused(phonemes, message):
    with pytest.raises(RenderFailed, match=message):
        encode(phonemes)
