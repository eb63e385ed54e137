"""A dialogue becomes one mastered, tagged file, with chapters and cues that fit what is heard."""

import re
from dataclasses import replace

import jiwer
import pytest
import soundfile
import torch
from mutagen.id3 import ID3
from whisper_normalizer.english import EnglishTextNormalizer

from synthesis import checkpoint, readback
from synthesis.audio import encode
from synthesis.bench.spoiling import FAULTS
from synthesis.errors import DialogueRejected, MusicRejected, RenderFailed
from synthesis.studio import Studio
from synthesis.take_store import TakeStore
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


@pytest.mark.parametrize(
    ("kinds", "titles"),
    [
        (["a", "b", "c", "d"], ["a", "b", "c", "d"]),  # no opening: the first story begins the file
        ([None, "a", "b", "a"], ["Introduction", "a", "b"]),  # a story that is taken up again has one chapter
        ([None], ["Introduction"]),
    ],
)
def test_chapters_of_short_stories_are_whole_seconds_apart(tone_voice, tmp_path, kinds, titles):
    turns = [Turn(("Ava", "Ben")[i % 2], "Yes.", "fact", story=story) for i, story in enumerate(kinds)]
    tags = Tags("Monday", "The Line", chapter_titles={story: story for story in "abcd"})
    recording = Studio(synthesizer=tone_voice).render(
        Dialogue(DEFAULT_HOSTS, tuple(turns)), tmp_path / "a.mp3", tags=tags
    )
    starts = [chapter.start_s for chapter in recording.chapters]
    assert [chapter.title for chapter in recording.chapters] == titles
    assert starts[0] == 0 and all(start == int(start) for start in starts)
    assert sorted(set(starts)) == starts and starts[-1] < recording.duration_s


def test_cues_follow_each_other_and_end_within_the_file(tone_voice, tmp_path):
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert [cue.turn for cue in recording.cues] == list(range(len(TURNS)))
    assert all(cue.start_s < cue.end_s for cue in recording.cues)
    assert all(a.end_s < b.start_s for a, b in zip(recording.cues, recording.cues[1:], strict=False))
    assert recording.cues[-1].end_s < recording.duration_s


def test_the_same_script_gives_the_same_samples_and_the_same_file(tone_voice, tmp_path):
    first, second = (render(tone_voice, tmp_path / name) for name in ("a.mp3", "b.mp3"))
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()
    assert first.pcm_sha256 == second.pcm_sha256
    other = render(tone_voice, tmp_path / "c.mp3", edited("The bank did nothing."))
    assert other.pcm_sha256 != first.pcm_sha256


def edited(text, turn=5):
    return Dialogue(DEFAULT_HOSTS, (*TURNS[:turn], replace(TURNS[turn], text=text), *TURNS[turn + 1 :]))


def test_of_an_edited_script_the_edited_turn_alone_is_spoken_again(tone_voice, tmp_path):
    store = TakeStore(tmp_path / "takes")
    first = render(tone_voice, tmp_path / "a.mp3", takes=store)
    assert (first.takes.made, first.takes.reused) == (len(TURNS), 0)
    tone_voice.spoken, steps = [], []
    studio = Studio(synthesizer=tone_voice, takes=store)
    recording = studio.render(
        edited("The bank did nothing."), tmp_path / "b.mp3", tags=TAGS, progress=lambda *step: steps.append(step)
    )
    (said,) = tone_voice.spoken
    assert said[0].startswith("ðə bˈæŋk")
    assert (recording.takes.made, recording.takes.reused) == (len(TURNS), len(TURNS) - 1)
    assert steps == [(len(TURNS), len(TURNS))]
    anew = render(tone_voice, tmp_path / "c.mp3", edited("The bank did nothing."))
    assert recording.pcm_sha256 == anew.pcm_sha256


def test_a_kept_take_that_is_damaged_or_faulty_today_is_spoken_again(tone_voice, tmp_path):
    store = TakeStore(tmp_path / "takes")
    render(tone_voice, tmp_path / "a.mp3", takes=store)
    damaged, faulty = sorted(store.folder.iterdir())[:2]
    damaged.write_bytes(damaged.read_bytes()[:-4])
    store.put(faulty.stem, store.get(faulty.stem).clamp(-0.001, 0.001))
    tone_voice.spoken = []
    recording = render(tone_voice, tmp_path / "b.mp3", takes=store)
    assert len(tone_voice.spoken) == 2
    assert recording.takes.reused == len(TURNS) - 2


def test_a_take_with_a_fault_is_not_kept(tone_voice, tmp_path):
    store = TakeStore(tmp_path / "takes")
    tone_voice.spoil = lambda symbols, waveform, attempt: waveform.repeat(6) if "bˈæŋk" in symbols else waveform
    render(tone_voice, tmp_path / "a.mp3", takes=store)
    assert len(list(store.folder.iterdir())) == len(TURNS) - 1


def test_the_figures_of_a_recording(tone_voice, tmp_path):
    tone_voice.spoil = lambda symbols, waveform, attempt: waveform * 0 if attempt == 0 else waveform
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert recording.takes.spoken_again == len(TURNS)
    assert recording.takes.compute_s == pytest.approx(0.01 * 2 * len(TURNS))
    assert recording.takes.real_time_factor == pytest.approx(recording.takes.compute_s / recording.takes.audio_s)
    assert recording.takes.audio_s > recording.duration_s  # half of it was dropped
    assert set(recording.hosts_lufs) == {"Ava", "Ben"}
    assert abs(recording.hosts_lufs["Ava"] - recording.hosts_lufs["Ben"]) < 1
    assert recording.model == checkpoint.card_of("voice").title


def test_a_reaction_comes_in_over_the_end_of_the_other_hosts_turn(tone_voice, tmp_path):
    turns = (*TURNS[:3], Turn("Ben", "That is a lot of birds.", "reaction", story="a", overlap_s=0.3), *TURNS[3:])
    recording = render(tone_voice, tmp_path / "a.mp3", Dialogue(DEFAULT_HOSTS, turns))
    assert recording.cues[3].start_s == pytest.approx(recording.cues[2].end_s - 0.3, abs=0.002)
    assert recording.cues[4].start_s > recording.cues[3].end_s
    assert recording.true_peak_dbtp <= -1.5
    assert Turn.from_json(turns[3].to_json()) == turns[3]
    assert Turn.from_json({key: v for key, v in TURNS[0].to_json().items() if key != "overlap_s"}) == TURNS[0]


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (Turn("Ben", "I see.", "reaction", overlap_s=0.3), "overlaps no turn of another host"),
        (Turn("Ava", "I see.", "reaction", overlap_s=1.2), "1.2 s is not within"),
        (Turn("Ava", "I see.", "reaction", overlap_s=-0.1), "-0.1 s is not within"),
    ],
)
def test_an_overlap_that_cannot_be_is_refused_by_turn(tone_voice, tmp_path, turn, reason):
    with pytest.raises(DialogueRejected, match=f"turn 2: .*{reason}"):
        render(tone_voice, tmp_path / "a.mp3", Dialogue(DEFAULT_HOSTS, (TURNS[1], turn)))


def chime(path, seconds, level=0.1):
    at = torch.arange(round(44_100 * seconds)) / 44_100
    soundfile.write(path, (level * torch.sin(2 * torch.pi * 3000 * at)).numpy(), 44_100)
    return path


def test_a_sting_before_the_opening_and_between_stories(tone_voice, tmp_path):
    sting = chime(tmp_path / "sting.flac", 2.0)
    plain = render(tone_voice, tmp_path / "a.mp3")
    once = render(tone_voice, tmp_path / "b.mp3", sting=sting)
    parting = render(tone_voice, tmp_path / "c.mp3", sting=sting, sting_between=True)
    assert once.duration_s - plain.duration_s == pytest.approx(2.45, abs=0.1)
    assert once.cues[0].start_s == pytest.approx(0.3 + 2 + 0.45, abs=0.01)
    # The first story, the second and the closing begin with it, in place of a pause of 1.1 s.
    assert parting.duration_s - once.duration_s == pytest.approx(3 * (2.9 - 1.1), abs=0.4)
    for recording in (once, parting):
        assert recording.loudness_lufs == pytest.approx(-16, abs=0.5)
        assert recording.true_peak_dbtp <= -1.5
        assert all(chapter.start_s == int(chapter.start_s) for chapter in recording.chapters)


def test_a_bed_lies_under_opening_and_closing_and_nowhere_else(tone_voice, tmp_path):
    recording = render(tone_voice, tmp_path / "a.mp3", bed=chime(tmp_path / "bed.wav", 1.0))
    assert recording.loudness_lufs == pytest.approx(-16, abs=0.5)
    decoded = encode.decode(recording.path, sample_rate=44_100, channels=2)
    assert bed_level(decoded, 0.6, 1.2) > -40  # alone
    middle = recording.cues[2]
    assert bed_level(decoded, middle.start_s, middle.end_s) < -60


def bed_level(decoded, start_s, end_s):
    """dB of what sounds within 20 Hz of the chime."""
    part = decoded[0, round(start_s * 44_100) : round(end_s * 44_100)]
    spectrum = torch.fft.rfft(part * torch.hann_window(len(part))).abs() / len(part)
    at = torch.arange(len(spectrum)) * 44_100 / len(part)
    return float(20 * torch.log10(spectrum[(at - 3000).abs() < 20].max() + 1e-9))


@pytest.mark.parametrize("what", ["sting", "bed"])
def test_music_that_cannot_be_used_is_refused_before_anything_is_spoken(tone_voice, tmp_path, what):
    (tmp_path / "text.wav").write_text("no sound")
    unusable = {
        "is missing": tmp_path / "gone.wav",
        "cannot be decoded": tmp_path / "text.wav",
        "lasts": chime(tmp_path / "long.wav", 16.0 if what == "sting" else 601.0),
        "is silent": chime(tmp_path / "silent.wav", 1.0, level=0.0),
    }
    for reason, path in unusable.items():
        with pytest.raises(MusicRejected, match=f"the {what} .*{reason}"):
            render(tone_voice, tmp_path / "a.mp3", **{what: path})
    assert not tone_voice.spoken


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
    assert recording.faults[0] == "turn 6: too long for its text"
    assert all(fault.startswith("turn 6: ") for fault in recording.faults)
    assert len(tone_voice.spoken) == len(TURNS) + 2
    assert (recording.takes.made, recording.takes.spoken_again) == (len(TURNS), 2)


def test_of_three_faulty_takes_the_least_faulty_stays(tone_voice, tmp_path):
    ways = {0: lambda take: take.repeat(4), 1: lambda take: take + 0.02, 2: lambda take: take * torch.nan}
    tone_voice.spoil = lambda symbols, waveform, attempt: ways[attempt](waveform)
    dialogue = Dialogue(DEFAULT_HOSTS, TURNS[2:3])
    assert render(tone_voice, tmp_path / "a.mp3", dialogue).faults == ("turn 1: off centre by a constant offset",)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_first_a_middle_and_the_last_take_is_caught_and_mended(tone_voice, fault):
    texts, voices = [turn.text for turn in TURNS], ["af_heart"] * len(TURNS)
    sound = Studio(synthesizer=tone_voice).speak(texts, voices)
    places = [0, len(TURNS) // 2, len(TURNS) - 1]
    spoiled, tone_voice.spoken = {tone_voice.spoken[place][0] for place in places}, []
    tone_voice.spoil = lambda symbols, waveform, attempt: (
        FAULTS[fault](waveform) if symbols in spoiled and attempt == 0 else waveform
    )
    mended = Studio(synthesizer=tone_voice).speak(texts, voices)
    assert [piece.takes for (piece,) in mended] == [2 if place in places else 1 for place in range(len(TURNS))]
    for (piece,), (whole,) in zip(mended, sound, strict=True):
        assert piece.faults == ()
        assert torch.equal(piece.waveform, whole.waveform)


def test_a_voice_that_gives_up_on_one_take_is_asked_again_for_that_one(tone_voice, tmp_path):
    speak, refused = tone_voice.speak, []

    def refuse(phonemes, voices, *, keys, **options):
        if any("bˈæŋk" in symbols for symbols in phonemes) and len(refused) < 2:
            refused.append(len(phonemes))
            raise RenderFailed("values that are no numbers")
        return speak(phonemes, voices, keys=keys, **options)

    tone_voice.speak = refuse
    recording = render(tone_voice, tmp_path / "a.mp3")
    assert refused == [len(TURNS), 1]
    assert recording.faults == ()


def test_a_voice_that_gives_up_for_good_ends_the_render_with_its_reason(tone_voice, tmp_path):
    def refuse(*arguments, **options):
        raise RenderFailed("the symbol ☃ is unknown")

    tone_voice.speak = refuse
    with pytest.raises(RenderFailed, match="turn 1: the symbol ☃ is unknown"):
        render(tone_voice, tmp_path / "a.mp3")


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


def test_a_projects_pronunciations_are_used_behind_the_shows(tone_voice, tmp_path):
    project = tmp_path / "words.tsv"
    project.write_text("word\tsaid\nGrzybowski\tgzhi-BOF-skee\n", "utf-8")
    dialogue = Dialogue(DEFAULT_HOSTS, (Turn("Ava", "Mr. Grzybowski met the press.", "fact"),))
    assert render(tone_voice, tmp_path / "a.mp3", dialogue, project_lexicon=project).guessed == ()


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
    other = replace(recording.cues[0], text="Nobody has said anything of the kind on this programme.")
    assert readback.read_back(recording.path, recording.cues)["differences"] == []
    assert {d["turn"] for d in readback.read_back(recording.path, [other, *recording.cues[1:]])["differences"]} == {0}
