"""The studio: a dialogue in, a mastered and tagged recording out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from synthesis import checkpoint
from synthesis.audio import encode, music
from synthesis.audio.loudness import SILENCE_LUFS, integrated_loudness, master
from synthesis.audio.mix import LONGEST_OVERLAP_S, Mix, SpokenTurn, mix
from synthesis.audio.resample import EPISODE_RATE
from synthesis.errors import AudioOutOfSpec, DialogueRejected, RenderFailed
from synthesis.speech.synthesizer import Synthesizer
from synthesis.take_store import TakeStore
from synthesis.takes import Piece, Voice, count, ends_sentence, key_of, record
from synthesis.text.frontend import Frontend
from synthesis.text.lexicon import Lexicon
from synthesis.types import Chapter, Cue, Dialogue, Host, Progress, Recording, Tags, Turn, no_progress

TARGET_LUFS = {1: -19.0, 2: -16.0}
LOUDNESS_TOLERANCE_LU = 0.5
CEILING_DBTP = -1.5
_ENCODER_MARGIN_DB = 0.6  # what lossy coding adds to a peak, to begin with
_ENCODER_LOSS_LU = 0.4  # LAME scales its input by 0.95
_ENCODINGS = 4
HOSTS_APART_LU = 1.0


class Studio:
    """Renders dialogues. The voice's weights are loaded at the first render.

    `lexicon`: a show's pronunciations, word -> "/ipa/" or respelling; `project_lexicon`: a file of them for all shows,
    which gives way to the show's. `channels`: 2 is mastered to -16 LUFS, 1 to -19. `synthesizer`: a voice that is
    already loaded. `takes`: where takes are kept for the next rendering. `sting`, `bed`: sound files for before the
    opening, and for under opening and closing; `sting_between`: between stories, too.

    Raises ValueError for another number of channels, LexiconRejected for a bad entry of either lexicon.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        *,
        device: str | None = None,
        lexicon: Mapping[str, str] | None = None,
        project_lexicon: Path | None = None,
        channels: int = 2,
        synthesizer: Voice | None = None,
        takes: TakeStore | None = None,
        sting: Path | None = None,
        bed: Path | None = None,
        sting_between: bool = False,
    ):
        if channels not in TARGET_LUFS:
            raise ValueError(f"a recording has 1 or 2 channels, not {channels}")
        self._models_dir, self._device, self._channels = models_dir, device, channels
        self._lexicon = Lexicon(lexicon, project=project_lexicon)
        self._frontend = Frontend()
        self._synthesizer = synthesizer
        self._takes = takes
        self._sting, self._bed, self._sting_between = sting, bed, sting_between

    def render(self, dialogue: Dialogue, path: Path, *, tags: Tags, progress: Progress = no_progress) -> Recording:
        """Speak the dialogue into an MP3 at `path`, which appears only when it is whole and within its limits.

        Raises DialogueRejected for a turn of a host who is not in the dialogue, with text that has no sounds, or that
        would overlap its own host's; CheckpointError for a voice or weights that are missing; MusicRejected;
        RenderFailed; AudioOutOfSpec.
        """
        voices = _voices(dialogue)
        own_music = music.load(self._sting, self._bed, channels=self._channels, is_between_stories=self._sting_between)
        self.check_voices(voices.values())
        pieces = self._read(dialogue, voices)
        record(self._voice(), pieces, self._takes, progress)
        mixed = mix(_spoken_turns(dialogue, pieces), channels=self._channels, music=own_music)
        chapters = _chapters(dialogue.turns, mixed.spans, tags)
        with encode.in_place_of(path) as partial:
            encoded, pcm_sha256 = self._export(mixed, _spans_of_hosts(dialogue, mixed), partial, tags, chapters)
        hosts_lufs = {host: round(lufs, 2) for host, lufs in encoded.parts_lufs.items() if lufs > SILENCE_LUFS}
        return Recording(
            path=path,
            duration_s=encoded.duration_s,
            size_bytes=encoded.size_bytes,
            sample_rate=EPISODE_RATE,
            channels=self._channels,
            loudness_lufs=round(encoded.loudness_lufs, 2),
            true_peak_dbtp=round(encoded.true_peak_dbtp, 2),
            chapters=chapters,
            cues=_cues(dialogue.turns, mixed.spans),
            guessed=tuple(dict.fromkeys(word for piece in pieces for word in piece.phonemes.guessed)),
            faults=_faults(pieces, hosts_lufs),
            device=str(getattr(self._voice(), "device", "cpu")),
            hosts_lufs=hosts_lufs,
            takes=count(pieces),
            model=checkpoint.card_of("voice").title,
            pcm_sha256=pcm_sha256,
            guesses=tuple({guess.word: guess for piece in pieces for guess in piece.phonemes.guesses}.values()),
        )

    def speak(self, texts: Sequence[str], voices: Sequence[str], progress: Progress = no_progress) -> list[list[Piece]]:
        """Each text alone, as its pieces in order. Raises UnspeakableText, CheckpointError, RenderFailed."""
        self.check_voices(voices)
        read = [
            Piece(i, voice, phonemes)
            for i, (text, voice) in enumerate(zip(texts, voices, strict=True))
            for phonemes in self._frontend.read(text, voice, self._lexicon)
        ]
        record(self._voice(), read, self._takes, progress)
        return [[piece for piece in read if piece.turn == i] for i in range(len(texts))]

    def check_voices(self, voices: Iterable[str]) -> None:
        """Raise RenderFailed for the first voice that is not installed, naming those that are."""
        known = self._voice().voices.names
        for voice in voices:
            if voice not in known:
                raise RenderFailed(f"there is no voice called {voice!r}; there are {', '.join(sorted(known))}")

    def _read(self, dialogue: Dialogue, voices: Mapping[str, str]) -> list[Piece]:
        pieces = []
        for i, turn in enumerate(dialogue.turns):
            try:
                read = self._frontend.read(turn.text, voices[turn.host], self._lexicon)
            except ValueError as error:
                raise DialogueRejected(str(error), turn=i) from error
            pieces += [Piece(i, voices[turn.host], phonemes) for phonemes in read]
        return pieces

    def _voice(self) -> Voice:
        if self._synthesizer is None:
            self._synthesizer = Synthesizer.load(self._models_dir or checkpoint.models_dir(), self._device)
        return self._synthesizer

    def _export(
        self, mixed: Mix, hosts: Mapping[str, encode.Spans], path: Path, tags: Tags, chapters: tuple[Chapter, ...]
    ) -> tuple[encode.Encoded, str]:
        """Master and encode until the decoded file meets both limits: coding moves loudness a little and peaks more.

        Returns what was read back, and the SHA-256 of the samples that were encoded.
        """
        target, ceiling = TARGET_LUFS[self._channels] + _ENCODER_LOSS_LU, CEILING_DBTP - _ENCODER_MARGIN_DB
        if integrated_loudness(mixed.waveform, EPISODE_RATE) <= SILENCE_LUFS:
            raise RenderFailed("the mix is silent")
        for _ in range(_ENCODINGS):
            mastered = master(mixed.waveform, EPISODE_RATE, target_lufs=target, ceiling_dbtp=ceiling)
            encode.export(mastered, EPISODE_RATE, path)
            seconds = mastered.shape[-1] / EPISODE_RATE
            encode.tag(path, tags, chapters, seconds)
            encoded = encode.measure(path, sample_rate=EPISODE_RATE, channels=self._channels, parts=hosts)
            off_lu, over_db = TARGET_LUFS[self._channels] - encoded.loudness_lufs, encoded.true_peak_dbtp - CEILING_DBTP
            if abs(off_lu) <= LOUDNESS_TOLERANCE_LU / 2 and over_db <= 0:
                break
            target += off_lu
            ceiling -= over_db + 0.05 if over_db > 0 else 0.0
        if over_db > 0:
            raise AudioOutOfSpec("the true peak in dBTP", encoded.true_peak_dbtp, CEILING_DBTP)
        if abs(off_lu) > LOUDNESS_TOLERANCE_LU:
            raise AudioOutOfSpec("the loudness in LUFS", encoded.loudness_lufs, TARGET_LUFS[self._channels])
        return encoded, _sha256(mastered)


def _faults(pieces: Sequence[Piece], hosts_lufs: Mapping[str, float]) -> tuple[str, ...]:
    found = [f"turn {piece.turn + 1}: {fault}" for piece in pieces for fault in piece.faults]
    apart = max(hosts_lufs.values(), default=0.0) - min(hosts_lufs.values(), default=0.0)
    if apart > HOSTS_APART_LU:
        found.append(f"the hosts' loudness lies {apart:.1f} LU apart")
    return tuple(found)


def _sha256(waveform: Tensor) -> str:
    return hashlib.sha256(waveform.t().contiguous().numpy().tobytes()).hexdigest()


def _voices(dialogue: Dialogue) -> dict[str, str]:
    if not dialogue.turns:
        raise DialogueRejected("the script has no turns")
    voices = {host.name: host.voice for host in dialogue.hosts}
    for i, turn in enumerate(dialogue.turns):
        if turn.host not in voices:
            raise DialogueRejected(f"{turn.host!r} is not a host; the hosts are {_names(dialogue.hosts)}", turn=i)
        if not 0 <= turn.overlap_s <= LONGEST_OVERLAP_S:
            raise DialogueRejected(f"an overlap of {turn.overlap_s} s is not within 0 to {LONGEST_OVERLAP_S}", turn=i)
        if turn.overlap_s and (i == 0 or dialogue.turns[i - 1].host == turn.host):
            raise DialogueRejected("it overlaps no turn of another host", turn=i)
    return voices


def _spans_of_hosts(dialogue: Dialogue, mixed: Mix) -> dict[str, list[tuple[float, float]]]:
    spans: dict[str, list[tuple[float, float]]] = {}
    for turn, span in zip(dialogue.turns, mixed.spans, strict=True):
        spans.setdefault(turn.host, []).append(span)
    return spans


def _names(hosts: Sequence[Host]) -> str:
    return ", ".join(host.name for host in hosts)


def _spoken_turns(dialogue: Dialogue, pieces: Sequence[Piece]) -> list[SpokenTurn]:
    turns = []
    for i, turn in enumerate(dialogue.turns):
        own = [piece for piece in pieces if piece.turn == i]
        turns.append(
            SpokenTurn(
                host=turn.host,
                kind=turn.kind,
                story=turn.story,
                key=key_of(own[0]),
                pieces=tuple(piece.waveform for piece in own),
                ends_sentence=tuple(ends_sentence(piece.phonemes) for piece in own),
                overlap_s=turn.overlap_s,
            )
        )
    return turns


def _chapters(turns: Sequence[Turn], spans: Sequence[tuple[float, float]], tags: Tags) -> tuple[Chapter, ...]:
    """The opening, and each story from its link or first turn on; whole seconds, none two of them in one."""
    chapters = [Chapter(0, "Introduction")]
    for i, turn in enumerate(turns):
        known = [t.story for t in turns[:i]]
        if turn.story is None or turn.story in known:
            continue
        first = i - 1 if i and turns[i - 1].kind == "link" and turns[i - 1].story is None else i
        start_s = float(math.floor(spans[first][0]))
        chapter = Chapter(
            start_s,
            tags.chapter_titles.get(turn.story, f"Story {len(chapters)}"),
            tags.chapter_urls.get(turn.story, ""),
        )
        if start_s <= chapters[-1].start_s and len(chapters) == 1 and first == 0:
            chapters = [chapter]
        else:
            chapters.append(
                chapter
                if start_s > chapters[-1].start_s
                else Chapter(chapters[-1].start_s + 1, chapter.title, chapter.url)
            )
    return tuple(chapters)


def _cues(turns: Sequence[Turn], spans: Sequence[tuple[float, float]]) -> tuple[Cue, ...]:
    return tuple(
        Cue(round(start_s, 3), round(end_s, 3), turn.host, turn.text, i)
        for i, (turn, (start_s, end_s)) in enumerate(zip(turns, spans, strict=True))
    )
