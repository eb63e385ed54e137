"""A dialogue becomes one mastered, tagged file, with chapters and cues that fit what is heard."""

import re

import jiwer
import pytest
import torch
from mutagen.id3 import ID3
from whisper_normalizer.english import EnglishTextNormalizer

from synthesis.errors import DialogueRejected, RenderFailed
from synthesis.studio import Studio
from synthesis.types import DEFAULT_HOSTS, Dialogue, Host, Tags, Turn

TURNS = (
    Turn("Ava", "This is The Line for Monday. The voices are synthetic.", "opening"),
    Turn("Ben", "First, to Nepal.", "link", story="a"),
    Turn("Ava", "An airline says its plane hit a bird over Kathmandu, late on Monday.", "fact", story="a"),
    Turn("Ben", "And does Nepal accept that?", "question", story="a"),
    Turn("Ava", "No. The aviation authority says there is no proof for it.", "fact", story="a"),
    Turn("Ben", "In Mexico, the central bank cut its rate by 0.25% on Thursday.", "fact", story="b"),
    Turn("Ava", "That was The Line. Thank you for listening.", "closing"),
)
DIALOGUE = Dialogue(DEFAULT_HOSTS, TURNS)
TAGS = Tags(
    "Monday", "The Line", chapter_titles={"a": "Bird strike", "b": "Rates"}, chapter_urls={"a": "https://example.org/a"}
)


def render(voice, path, dialogue=DIALOGUE, **options):
    return Studio(synthesizer=voice, **options).render(dialogue, path, tags=TAGS)


@pytest.mark.parametrize(("channels", "target"), [(1, -19.0), (2, -16.0)])
def test_the_recording_meets_its_limits(tone_voice, tmp_path, channels, target):
    recording = render(tone_voice, tmp_path / "a.mp3", channels=channels)
    assert recording.loudness_lufs == pytest.approx(target, abs=0.5)
    assert recording.true_peak_dbtp <= -1.5
    assert recording.channels == channels
    assert recording.size_bytes == (tmp_path / "a.mp3").stat().st_size
    assert recording.faults == ()


def test_chapters_are_whole_seconds_at_the_first_words_of_each_story(tone_voice, tmp_path):
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert [chapter.title for chapter in recording.chapters] == ["Introduction", "Bird strike", "Rates"]
    assert [chapter.start_s for chapter in recording.chapters] == [
        0,
        int(recording.cues[1].start_s),
        int(recording.cues[5].start_s),
    ]
    assert recording.chapters[1].url == "https://example.org/a"
    assert "CHAP:chp2" in ID3(tmp_path / "a.mp3")


def test_cues_follow_each_other_and_end_within_the_file(tone_voice, tmp_path):
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert [cue.turn for cue in recording.cues] == list(range(len(TURNS)))
    assert all(cue.start_s < cue.end_s for cue in recording.cues)
    assert all(a.end_s < b.start_s for a, b in zip(recording.cues, recording.cues[1:], strict=False))
    assert recording.cues[-1].end_s < recording.duration_s


def test_the_same_script_gives_the_same_file(tone_voice, tmp_path):
    render(tone_voice, tmp_path / "a.mp3")
    render(tone_voice, tmp_path / "b.mp3")
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()


def test_takes_are_keyed_by_what_is_said_and_by_whom(tone_voice, tmp_path):
    twice = Dialogue(
        DEFAULT_HOSTS, (Turn("Ava", "Yes, indeed it is so.", "fact"), Turn("Ava", "Yes, indeed it is so.", "fact"))
    )
    render(tone_voice, tmp_path / "a.mp3", twice)
    keys = [key for _, _, key in tone_voice.spoken]
    assert keys[0] == keys[1]


def test_a_faulty_take_is_spoken_again_under_another_key(tone_voice, tmp_path):
    tone_voice.spoil = lambda symbols, waveform, attempt: waveform * torch.nan if attempt == 0 else waveform
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert recording.faults == ()
    assert len({key for _, _, key in tone_voice.spoken}) == 2 * len(TURNS)


def test_a_fault_that_stays_is_noted_with_its_turn(tone_voice, tmp_path):
    tone_voice.spoil = lambda symbols, waveform, attempt: waveform.repeat(6) if "bˈæŋk" in symbols else waveform
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert recording.faults == ("turn 6: too long for its text",)
    assert len(tone_voice.spoken) == len(TURNS) + 2


def test_a_take_without_any_sound_ends_the_render_and_leaves_no_file(tone_voice, tmp_path):
    tone_voice.spoil = lambda symbols, waveform, attempt: waveform * 0
    with pytest.raises(RenderFailed, match="turn 1"):
        render(tone_voice, tmp_path / "a.mp3")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_voice_is_refused_and_the_known_ones_are_named(tone_voice, tmp_path):
    dialogue = Dialogue((Host("Ava", "xx_nobody"),), (TURNS[0],))
    with pytest.raises(RenderFailed, match="xx_nobody.*af_heart"):
        render(tone_voice, tmp_path / "a.mp3", dialogue)


@pytest.mark.parametrize(
    ("dialogue", "reason"),
    [
        (Dialogue(DEFAULT_HOSTS, ()), "no turns"),
        (Dialogue(DEFAULT_HOSTS, (Turn("Eve", "Hello there.", "fact"),)), "turn 1: 'Eve' is not a host"),
        (Dialogue(DEFAULT_HOSTS, (TURNS[0], Turn("Ben", "…", "fact"))), "turn 2: there is nothing to say"),
    ],
)
def test_a_script_that_cannot_be_spoken_is_refused_by_turn(tone_voice, tmp_path, dialogue, reason):
    with pytest.raises(DialogueRejected, match=re.escape(reason)):
        render(tone_voice, tmp_path / "a.mp3", dialogue)


def test_guessed_words_and_a_shows_lexicon(tone_voice, tmp_path):
    dialogue = Dialogue(DEFAULT_HOSTS, (Turn("Ava", "Mr. Grzybowski met the press.", "fact"),))
    assert render(tone_voice, tmp_path / "a.mp3", dialogue).guessed == ("Grzybowski",)
    assert render(tone_voice, tmp_path / "b.mp3", dialogue, lexicon={"Grzybowski": "gzhi-BOF-skee"}).guessed == ()


def test_an_impossible_number_of_channels_is_refused():
    with pytest.raises(ValueError, match="1 or 2 channels"):
        Studio(channels=3)


@pytest.mark.voice
def test_the_real_voice_is_understood(real_voice, transcribe, tmp_path):
    dialogue = Dialogue(DEFAULT_HOSTS, (TURNS[2], TURNS[3], TURNS[5]))
    recording = render(real_voice, tmp_path / "a.mp3", dialogue)
    normalize = EnglishTextNormalizer()
    script = " ".join(turn.text for turn in dialogue.turns)
    assert jiwer.wer(normalize(script), normalize(transcribe(recording.path))) < 0.12
    assert recording.faults == ()
