"""How fast the models are here: `python -m synthesis.bench speech|language [--json]`.

Every figure of a report is from one run. `times_real_time` is seconds of speech a second of compute.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from synthesis import checkpoint
from synthesis.errors import SynthesisError

SHORT = "The harbour council voted on Tuesday to rebuild the old sea wall."
LONG = (
    "The work will take two years, the council said, and the town will pay a third of it. Storms broke through the "
    "wall twice last winter, and flooded the lower town, where most of the fishing families live."
)
PROMPT = "The harbour council of the town met on Tuesday evening and decided, after a long debate, that"
NEW_TOKENS = 48


def speech() -> dict[str, Any]:
    """Our voice alone: a short turn, a long turn, and a run of turns in both hosts' voices."""
    from synthesis.speech.synthesizer import Synthesizer
    from synthesis.text.frontend import Frontend

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


def language() -> dict[str, Any]:
    """The embedded model: prefill and greedy decoding in tokens a second, alone and in a batch."""
    from synthesis.language.engine import Engine

    engine = Engine.load(checkpoint.find("embedded", checkpoint.models_dir()))
    prompt = engine.tokenizer.encode(PROMPT)

    def decode(batch: int) -> dict[str, float]:
        started = time.perf_counter()
        engine.generate([prompt] * batch, max_tokens=1, temperature=0.0, seed=0)
        prefill_s = time.perf_counter() - started
        started = time.perf_counter()
        made = engine.generate([prompt] * batch, max_tokens=NEW_TOKENS, temperature=0.0, seed=0)
        seconds = time.perf_counter() - started - prefill_s
        tokens = sum(len(generation.tokens) - 1 for generation in made)
        prefilled = batch * len(prompt)
        return {"prefill": round(prefilled / prefill_s, 1), "decode": round(tokens / max(seconds, 1e-9), 1)}

    decode(1)  # the first call warms up the libraries
    return {"tokens_a_second": {str(batch): decode(batch) for batch in (1, 8)}, **machine(torch.device("cpu"))}


def machine(device: torch.device) -> dict[str, Any]:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    return {"device": name, "threads": torch.get_num_threads(), "torch": torch.__version__}


BENCHES: dict[str, Callable[[], dict[str, Any]]] = {"speech": speech, "language": language}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m synthesis.bench", description=__doc__)
    parser.add_argument("bench", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="one JSON document alone")
    options = parser.parse_args(arguments)
    try:
        figures = BENCHES[options.bench]()
    except SynthesisError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.json:
        for name, figure in figures.items():
            sys.stdout.write(f"{name:>18}  {figure}\n")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
