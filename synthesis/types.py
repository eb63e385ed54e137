"""The words that the writer and the studio share: stories in, a dialogue between, a recording out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Format = Literal["briefing", "daily", "deep_dive"]
TurnKind = Literal["opening", "link", "fact", "question", "reaction", "helpline", "closing"]
FACT_KINDS: frozenset[str] = frozenset({"fact"})

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all) while a long call runs."""


def no_progress(done: int, total: int) -> None:
    """The progress callback of a caller who does not ask."""


@dataclass(frozen=True, slots=True)
class Article:
    """One outlet's report. `published` is ISO 8601 with a zone, or empty; `text` is plain, a paragraph a line."""

    id: str
    outlet: str
    url: str
    published: str
    text: str
    title: str = ""

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Article:
        return cls(
            id=str(row["id"]),
            outlet=row["outlet"],
            url=row["url"],
            published=row.get("published") or "",
            text=row["text"],
            title=row.get("title") or "",
        )


@dataclass(frozen=True, slots=True)
class Story:
    """Articles on one event, the lead article first.

    `severity`: its classes (death, violence, minors, sexual_crime, suicide, court, election, health, markets, light).
    `told_on`: the edition date on which the show last told it, None for never; `told`: the sentences of its articles
    that were told then or before, which an update does not tell again.
    """

    id: str
    title: str
    articles: tuple[Article, ...]
    severity: frozenset[str] = frozenset()
    told_on: dt.date | None = None
    told: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Story:
        return cls(
            id=str(row["id"]),
            title=row["title"],
            articles=tuple(Article.from_json(a) for a in row["articles"]),
            severity=frozenset(row.get("severity", ())),
            told_on=dt.date.fromisoformat(row["told_on"]) if row.get("told_on") else None,
            told=tuple(row.get("told", ())),
        )


@dataclass(frozen=True, slots=True)
class Host:
    """A presenter: the name spoken on air, and the model's name of the voice.

    `role` ("economics correspondent") may be said; `persona`, how the host talks, is for a model that writes freely.
    """

    name: str
    voice: str
    role: str = ""
    persona: str = ""


DEFAULT_HOSTS = (Host("Ava", "af_heart"), Host("Ben", "am_michael"))


@dataclass(frozen=True, slots=True)
class Edition:
    """What the writer must know of the edition beside its stories.

    `date` is the show's local date, `minutes` the length asked for, `is_sample` says that the news is invented (and is
    said to be so on air), `recent_phrases` are the writer's own openings, links, questions and sign-offs of the last
    editions, which it does not use again. `language` is BCP 47. `speaking_rates`: words a minute of each host by name,
    as measured on earlier recordings; `never_say`: phrases that no turn may have; `may_name`: victims and minors
    who may be named where sources name them; `allowed_addresses`: the only web addresses, phone numbers and handles
    that a turn may have; `helplines`: what is said, by a story's class.
    """

    show: str
    date: dt.date
    minutes: float = 5.0
    timezone: str = "UTC"
    is_sample: bool = False
    recent_phrases: frozenset[str] = frozenset()
    format: Format = "daily"
    language: str = "en"
    speaking_rates: Mapping[str, float] = field(default_factory=dict, hash=False)
    never_say: tuple[str, ...] = ()
    may_name: tuple[str, ...] = ()
    allowed_addresses: tuple[str, ...] = ()
    helplines: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence that a turn rests on: the article's id, and the sentence's index in `text.sentences.split(text)`."""

    article: str
    sentence: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check holds against a text: `span` the words, `reason` a sentence for the editor.

    `kind`: number, unit, date, name, role, quotation, negation, modality (surer than the source), attribution
    (another's word, or no fact), splice (another did it), superlative, causal, forecast; a verifying model may
    add its own.
    """

    kind: str
    span: str
    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one host says in one go. `story` is the id of the story that it belongs to, None outside the stories.

    `overlap_s`: how long before the end of the other host's turn this one comes in; 0 for after a pause.
    """

    host: str
    text: str
    kind: TurnKind
    citations: tuple[Citation, ...] = ()
    written_by: str = ""
    findings: tuple[Finding, ...] = ()
    story: str | None = None
    overlap_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "text": self.text,
            "kind": self.kind,
            "citations": [{"article": c.article, "sentence": c.sentence} for c in self.citations],
            "written_by": self.written_by,
            "findings": [{"kind": f.kind, "span": f.span, "reason": f.reason} for f in self.findings],
            "story": self.story,
            "overlap_s": self.overlap_s,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Turn:
        return cls(
            host=row["host"],
            text=row["text"],
            kind=row["kind"],
            citations=tuple(Citation(str(c["article"]), int(c["sentence"])) for c in row.get("citations", ())),
            written_by=row.get("written_by", ""),
            findings=tuple(Finding(f["kind"], f["span"], f["reason"]) for f in row.get("findings", ())),
            story=row.get("story"),
            overlap_s=float(row.get("overlap_s", 0.0)),
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A story that the writer could not or did not tell, and why, in a sentence for the editor."""

    story: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A finished script. `writer` names the model and the way of writing; `is_extractive` marks the embedded tier."""

    hosts: tuple[Host, ...]
    turns: tuple[Turn, ...]
    writer: str = ""
    is_extractive: bool = False
    left_out: tuple[LeftOut, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "hosts": [{"name": h.name, "voice": h.voice} for h in self.hosts],
            "turns": [turn.to_json() for turn in self.turns],
            "writer": self.writer,
            "is_extractive": self.is_extractive,
            "left_out": [{"story": o.story, "reason": o.reason} for o in self.left_out],
        }


@dataclass(frozen=True, slots=True)
class Guess:
    """A word whose pronunciation no lexicon knew. `phonemes` are American; `language` (ISO 639-1, `sh` for Serbian,
    Croatian and Bosnian) is what it was taken for, `confidence` how sure that is, 0 to 1."""

    word: str
    phonemes: str
    language: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Phonemes:
    """What the voice reads. `spoken`: the normalized words, lower case, words alone; `symbols`: the model's phoneme
    string; `guesses`: the words whose pronunciation no lexicon knew."""

    spoken: str
    symbols: str
    guesses: tuple[Guess, ...] = ()

    @property
    def guessed(self) -> tuple[str, ...]:
        """The written words that were guessed at."""
        return tuple(dict.fromkeys(guess.word for guess in self.guesses))


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text to be spoken in one go. `id` keys the noise, so that the same utterance always sounds the same."""

    id: str
    text: str
    voice: str
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter mark; `start_s` is a whole second. `url` is the lead source of the story, if there is one."""

    start_s: float
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """When a turn is heard: `turn` is its index in the dialogue."""

    start_s: float
    end_s: float
    host: str
    text: str
    turn: int


@dataclass(frozen=True, slots=True)
class Tags:
    """What is written into the file beside the sound."""

    title: str
    show: str
    artist: str = ""
    date: str = ""
    track: int = 0
    comment: str = ""
    chapter_titles: Mapping[str, str] = field(default_factory=dict)  # story id -> chapter title
    chapter_urls: Mapping[str, str] = field(default_factory=dict)  # story id -> lead source
    artwork: bytes = b""  # PNG or JPEG, empty for none


@dataclass(frozen=True, slots=True)
class TakeCounts:
    """What the takes of a recording cost. `spoken_again` counts takes, `reused` those that an earlier rendering left.

    compute_s: seconds that the voice took; audio_s: seconds of speech that it made in them, what it dropped included.
    """

    made: int = 0
    reused: int = 0
    spoken_again: int = 0
    compute_s: float = 0.0
    audio_s: float = 0.0

    @property
    def real_time_factor(self) -> float:
        """Seconds of compute for a second of speech; 0 where nothing was spoken anew."""
        return self.compute_s / self.audio_s if self.audio_s else 0.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished, tagged MP3. Duration and size are read back from the file, loudness measured after decoding it.

    `faults`: a sentence each on takes that stayed faulty, with the turn. `pcm_sha256` is of the mastered samples,
    float32 and interleaved, before they were encoded.
    """

    path: Path
    duration_s: float
    size_bytes: int
    sample_rate: int
    channels: int
    loudness_lufs: float
    true_peak_dbtp: float
    chapters: tuple[Chapter, ...]
    cues: tuple[Cue, ...]
    guessed: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    device: str = "cpu"
    hosts_lufs: Mapping[str, float] = field(default_factory=dict)
    takes: TakeCounts = TakeCounts()
    model: str = ""
    pcm_sha256: str = ""
    guesses: tuple[Guess, ...] = ()
