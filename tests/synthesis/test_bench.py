"""The benchmarks end in one JSON document."""

from __future__ import annotations

import json

import pytest

from synthesis import checkpoint
from synthesis.bench import __main__ as bench
from synthesis.bench import language, speech
from synthesis.errors import CheckpointError


def need(model):
    try:
        checkpoint.find(model, checkpoint.models_dir())
    except CheckpointError as error:
        pytest.skip(str(error))


@pytest.mark.voice
def test_the_speech_bench_measures_a_run_of_turns(capsys, monkeypatch):
    need("voice")
    monkeypatch.setattr(speech, "LONG", "The quay was left out.")
    assert bench.main(["speech", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    turns = figures["turns"]
    assert turns["audio_s"] > figures["short_turn"]["audio_s"]
    assert figures["times_real_time"] == pytest.approx(turns["audio_s"] / turns["seconds"], rel=0.05)


@pytest.mark.writer
def test_the_language_bench_counts_tokens_alone_and_in_a_batch(capsys, monkeypatch):
    need("embedded")
    monkeypatch.setattr(language, "NEW_TOKENS", 4)
    assert bench.main(["language", "--json"]) == 0
    rates = json.loads(capsys.readouterr().out)["tokens_a_second"]
    assert set(rates) == {"1", "8"}
    assert all(rate > 0 for row in rates.values() for rate in row.values())


def test_a_missing_model_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TANDEM_STATE", str(tmp_path))
    assert bench.main(["speech"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
