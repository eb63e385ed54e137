"""`python -m synthesis speak`: every line becomes a sound file and a row of the report, or the bad line is named."""

import json
import wave

import pytest

from synthesis.__main__ import main
from synthesis.speech.synthesizer import Synthesizer

GOOD = {"id": "one", "text": "$3.5 billion for Mr. Grzybowski.", "voice": "af_heart"}


@pytest.fixture
def speak(tmp_path, monkeypatch, tone_voice):
    """speak(lines) -> exit status, with the tone voice for the installed one; the output lies in tmp_path/out."""
    monkeypatch.setattr(Synthesizer, "load", lambda models_dir, device=None: tone_voice)

    def run(*lines):
        source = tmp_path / "lines.jsonl"
        source.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        return main(["speak", "--in", str(source), "--out", str(tmp_path / "out")])

    return run


def test_each_line_becomes_a_file_and_a_row(speak, tmp_path):
    assert speak(GOOD, "", GOOD | {"id": "two", "voice": "am_michael"}) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [row["id"] for row in report] == ["one", "two"]
    assert set(report[0]) == {"id", "spoken", "phonemes", "guessed", "audio_s", "compute_s"}
    assert report[0]["spoken"] == "three point five billion dollars for mister grzybowski"
    assert report[0]["guessed"] == ["Grzybowski"]
    with wave.open(str(tmp_path / "out" / "one.wav")) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (24_000, 2, 1)
        assert sound.getnframes() / 24_000 == pytest.approx(report[0]["audio_s"], abs=0.001)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "line 2: this is not JSON"),
        ('["a", "list"]', "line 2: a line is an object"),
        ({"id": "x", "voice": "af_heart"}, 'line 2: "text" is missing'),
        (GOOD | {"id": "../x"}, "line 2: the id '../x' is no safe file name"),
        (GOOD | {"id": ".hidden"}, "line 2: the id '.hidden' is no safe file name"),
        (GOOD, "line 2: the id 'one' is used twice"),
        (GOOD | {"id": "x", "voice": "nobody"}, "line 2: there is no voice called 'nobody'; there are af_heart"),
        (GOOD | {"id": "x", "text": " … "}, "line 2: there is nothing to say"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(speak, tmp_path, capsys, line, reason):
    assert speak(GOOD, line) == 1
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_input_is_an_error_of_one_line(tmp_path, capsys):
    assert main(["speak", "--in", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "out")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
