"""The words of a recording whose pronunciation was guessed, as an editor hears and settles them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils.http import urlencode

from briefings.models import Recording


@dataclass(frozen=True, slots=True)
class GuessedWord:
    """`start_s`: when the turn begins that says it, None if it is in none. Phonemes are empty in old recordings."""

    word: str
    phonemes: str
    language: str
    percent: int | None
    start_s: float | None
    settle_url: str


def of(recording: Recording) -> list[GuessedWord]:
    known = {guess["word"]: guess for guess in recording.guesses}
    return [
        _guessed(recording, known.get(word, {"word": word})) for word in dict.fromkeys([*known, *recording.guessed])
    ]


def _guessed(recording: Recording, guess: dict[str, Any]) -> GuessedWord:
    phonemes, confidence = guess.get("phonemes", ""), guess.get("confidence")
    query = {"word": guess["word"]} | ({"as": phonemes} if phonemes else {})
    page = reverse("show_edit", args=[recording.episode.show.slug])
    return GuessedWord(
        word=guess["word"],
        phonemes=phonemes,
        language=_language(guess.get("language", "")),
        percent=None if confidence is None else round(100 * confidence),
        start_s=_start_s(recording, guess["word"]),
        settle_url=f"{page}?{urlencode(query)}#pronunciations",
    )


def _language(code: str) -> str:
    """Its English name; the code itself where it has none."""
    return "Serbian or Croatian" if code == "sh" else LANG_INFO.get(code, {}).get("name", code)


def _start_s(recording: Recording, word: str) -> float | None:
    said = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    return next((cue["start_s"] for cue in recording.cues if said.search(cue["text"])), None)
