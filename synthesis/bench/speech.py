"""How fast the voice is here: a short turn, a long turn, and a run of turns."""

from __future__ import annotations

import time
from typing import Any

from synthesis import checkpoint
from synthesis.bench import machine
from synthesis.speech.synthesizer import Synthesizer
from synthesis.text.frontend import Frontend

SHORT = "The harbour council voted on Tuesday to rebuild the old sea wall."
LONG = (
    "The work will take two years, the council said, and the town will pay a third of it. Storms broke through the "
    "wall twice last winter, and flooded the lower town, where most of the fishing families live."
)


def measure() -> dict[str, Any]:
    """Our voice alone: a short turn, a long turn, and a run of turns in both hosts' voices."""
    synthesizer = Synthesizer.load(checkpoint.models_dir())
    frontend = Frontend()
    pieces = {text: [p.symbols for p in frontend.read(text, "af_heart")] for text in (SHORT, LONG)}

    def speak(texts: list[str]) -> dict[str, float]:
        symbols = [piece for text in texts for piece in pieces[text]]
        voices = [("af_heart", "am_michael")[i % 2] for i in range(len(symbols))]
        started = time.perf_counter()
        takes = synthesizer.speak(symbols, voices, keys=[f"bench:{i}" for i in range(len(symbols))])
        seconds = time.perf_counter() - started
        audio_s = sum(len(take.waveform) for take in takes) / synthesizer.sample_rate
        return {
            "audio_s": round(audio_s, 2),
            "seconds": round(seconds, 3),
            "times_real_time": round(audio_s / seconds, 2),
        }

    speak([SHORT])  # the first call warms up the libraries
    figures = {"short_turn": speak([SHORT]), "long_turn": speak([LONG]), "turns": speak([SHORT, LONG] * 4)}
    return {"times_real_time": figures["turns"]["times_real_time"], **figures, **machine(synthesizer.device)}
