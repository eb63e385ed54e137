"""Runs of four words that were said before."""

from __future__ import annotations

from synthesis.dialogue.novelty import repeated_four_grams, shared_four_grams


def test_the_share_is_of_the_new_text_s_own_runs():
    new = ["Welcome to the Morning Wire!", "It’s Monday."]
    assert shared_four_grams(new, ["welcome to the morning show"]) == 0.5
    assert shared_four_grams(new, ["Welcome, to the Morning Wire: it's Monday."]) == 1.0
    assert shared_four_grams(new, []) == shared_four_grams(["Too short now."], new) == 0.0


def test_a_run_does_not_reach_from_one_text_into_the_next():
    assert shared_four_grams(["one two three four"], ["one two", "three four"]) == 0.0


def test_what_is_said_twice_in_one_script_counts_once():
    assert repeated_four_grams(["a b c d", "x y z w", "A b c d."]) == 1 - 2 / 3
    assert repeated_four_grams(["a b c d e"]) == repeated_four_grams([]) == 0.0
