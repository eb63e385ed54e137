"""How long a script takes to say."""

import pytest

from synthesis.dialogue import length
from synthesis.types import Host, Turn

TURNS = [
    Turn("Ava", "The wall will cost 12 million crowns, and the work takes two years.", "fact"),
    Turn("Ben", "Who pays for it?", "question"),
    Turn("Ava", "The flood fund pays $8 million of it.", "fact"),
]


def test_a_slower_host_takes_longer_for_their_own_turns_alone():
    usual = length.seconds(TURNS)
    slow = length.seconds(TURNS, {"Ava": length.WORDS_A_MINUTE / 1.25})
    ava = usual - length.seconds(TURNS, {"Ava": length.FASTEST})
    assert slow > usual + 1 and ava > 0
    assert length.seconds(TURNS, {"Eve": 100.0}) == usual


def test_a_rate_that_was_measured_gives_the_time_that_was_taken():
    took_s = 7.5
    rate = length.words_a_minute([(TURNS[0].text, took_s)])
    alone = length.seconds(TURNS[:1], {"Ava": rate}) - length.LEAD_IN_S - length.LEAD_OUT_S
    assert alone == pytest.approx(took_s, rel=1e-6)


def test_figures_count_as_they_are_heard():
    assert length.words_a_minute([("$3.2 million", 2.0)]) > 2 * length.words_a_minute([("sum of millio", 2.0)])


def test_a_pause_at_a_comma_takes_its_time():
    texts = ("Wind rain snow fell.", "Wind, rain, snow fell.")
    plain, paused = (length.seconds([Turn("Ava", text, "fact")]) for text in texts)
    assert 0.2 < paused - plain < 0.4


def test_nothing_said_is_no_rate_and_a_broken_one_is_held_within_reason():
    assert length.words_a_minute([]) == 0.0
    assert length.words_a_minute([("Who pays?", 0.0)]) == 0.0
    assert length.seconds(TURNS, {"Ava": 5.0}) == length.seconds(TURNS, {"Ava": length.SLOWEST})


def test_a_rate_that_was_not_measured_is_the_voice_s():
    hosts = (Host("Ava", "af_heart"), Host("Eve", "bf_emma"), Host("Ben", "am_michael"))
    rates = length.rates_of(hosts, {"Ben": 140.0})
    assert rates == {"Ava": length.VOICES["af_heart"], "Eve": length.WORDS_A_MINUTE, "Ben": 140.0}
