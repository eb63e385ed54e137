"""Write the dialogue of an edition from its stories: the one face of the script's writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from synthesis.dialogue import addresses, extractive, frame, generative, length, material, outline, restricted, served
from synthesis.dialogue.draft import Assignment
from synthesis.dialogue.generative import LanguageEngine
from synthesis.dialogue.phrases import Phrasebook, Ranker
from synthesis.dialogue.segment import Prepared, judged, prepare
from synthesis.dialogue.served import ChatModel
from synthesis.errors import CheckpointError, LanguageNotSpoken, NothingToTell
from synthesis.types import Dialogue, Edition, Host, LeftOut, Progress, Story, Turn, no_progress


class Writer:
    """Stories in, a checked two-host dialogue out. The same input gives the same script.

    With an `engine`, or the `server` that runs one, a language model writes each story, and the extractive writer those
    that it fails at. Without one every story is extractive. The extractive writer's questions are chosen by `ranker`,
    or by the embedded model if `models_dir` has it, else by the edition's seed. `name` is the language model's, as the
    dialogue is to bear it.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        *,
        ranker: Ranker | None = None,
        engine: LanguageEngine | None = None,
        server: ChatModel | None = None,
        name: str = "language model",
    ):
        if engine is not None and server is not None:
            raise ValueError("a language model runs in this process or on a server, not both")
        self._models_dir, self._ranker, self._name = models_dir, ranker, name
        self._engine, self._server = engine, server
        self._looked = ranker is not None

    def write(
        self, stories: Sequence[Story], hosts: Sequence[Host], *, edition: Edition, progress: Progress = no_progress
    ) -> Dialogue:
        """Raises NothingToTell if no story has a sentence that can be spoken, LanguageNotSpoken for any language but
        English, ValueError without two hosts, and CheckpointError if the server can't be used."""
        if edition.language.split("-")[0].lower() != "en":
            raise LanguageNotSpoken(edition.language)
        if len({host.name for host in hosts}) != 2:
            raise ValueError(f"a dialogue has two hosts with different names, not {[host.name for host in hosts]}")
        edition = replace(edition, speaking_rates=length.rates_of(hosts, edition.speaking_rates))
        steps = len(stories) + 2
        prepared: list[Prepared] = []
        aside: list[Prepared] = []
        left_out: list[LeftOut] = []
        for done, story in enumerate(stories):
            progress(done, steps)
            ready = prepare(material.cleaned(story, [host.name for host in hosts]), edition)
            if not ready.facts and story.told:
                left_out.append(LeftOut(story.id, "It was told before, and nothing in it is new."))
            elif not ready.facts:
                left_out.append(LeftOut(story.id, "None of its sentences can be spoken."))
            elif frame.has_news(ready, may_read=not any(frame.leans_on_headline(other) for other in prepared)):
                prepared.append(ready)
            else:
                aside.append(ready)
        if prepared:
            left_out += [
                LeftOut(ready.story.id, "The news of it is in no sentence that can be spoken.") for ready in aside
            ]
        elif aside:
            prepared = aside
        else:
            raise NothingToTell("no story has a sentence that can be spoken")
        told, counts, dropped = extractive.fit(prepared, hosts, edition)
        progress(steps - 1, steps)
        teller = self._tell_with_model(told, counts, hosts, edition)
        turns = extractive.compose(told, counts, hosts, edition, self._load_ranker(), teller)
        by_story = {prepared.story.id: prepared for prepared in told}
        turns = [
            judged(turn, by_story[turn.story], edition) if turn.story and turn.kind == "fact" else turn
            for turn in turns
        ]
        turns = [restricted.marked(turn, edition.never_say) for turn in turns]
        turns = _bound(turns, told, edition)
        progress(steps, steps)
        by_model = {turn.story for turn in turns if turn.written_by == "model"}
        label = self._label(len(by_model), len(told))
        return Dialogue(tuple(hosts), tuple(turns), label, not by_model, (*left_out, *dropped))

    def _tell_with_model(
        self, told: Sequence[Prepared], counts: Sequence[int], hosts: Sequence[Host], edition: Edition
    ) -> extractive.Teller | None:
        """What tells a story in the model's words, which wrote all of them at once; None without a model."""
        if self._engine is None and self._server is None:
            return None
        assignments = _assignments(told, counts, hosts, edition)
        if self._server is not None:
            written = served.write_all(self._server, assignments, edition)
        else:
            assert self._engine is not None
            written = generative.write_all(self._engine, assignments, edition)
        by_story = {of.prepared.story.id: turns for of, turns in zip(assignments, written, strict=True)}

        def tell(prepared: Prepared, count: int, lead: str, other: str, book: Phrasebook, named: bool) -> list[Turn]:
            return by_story[prepared.story.id]

        return tell

    def _load_ranker(self) -> Ranker | None:
        """The embedded model, if it is installed and sound; a script needs none."""
        if not self._looked and self._models_dir is not None:
            self._looked = True
            from synthesis.language.ranker import Ranker as Embedded

            try:
                self._ranker = Embedded.load(self._models_dir)
            except CheckpointError:
                self._ranker = None
        return self._ranker

    def _label(self, by_model: int, stories: int) -> str:
        """Who wrote it, for the desk: the model by its name, and how much of it the extractive writer had to write."""
        if by_model == stories:
            return self._name
        if by_model:
            return f"{self._name}; {stories - by_model} of {stories} stories extractive"
        by = "the embedded model" if self._ranker else "seed"
        is_asked = self._engine is not None or self._server is not None
        instead = f"; {self._name} gave nothing that could be used" if is_asked else ""
        return f"extractive, questions chosen by {by}{instead}"


def _bound(turns: Sequence[Turn], told: Sequence[Prepared], edition: Edition) -> list[Turn]:
    """The turns, red where one has an address that the show does not allow, whoever wrote it."""
    outlets = [reading.article.outlet for prepared in told for reading in prepared.readings]
    allowed = addresses.allowed_of(edition, outlets)
    return [replace(turn, findings=(*turn.findings, *addresses.check(turn.text, allowed))) for turn in turns]


def _assignments(
    told: Sequence[Prepared], counts: Sequence[int], hosts: Sequence[Host], edition: Edition
) -> list[Assignment]:
    """Who leads which story, and its scene: both are read off the extractive script, which deals out the parts."""
    parts: list[tuple[Prepared, int, str, str]] = []

    def note(prepared: Prepared, count: int, lead: str, other: str, book: Phrasebook, named: bool) -> list[Turn]:
        parts.append((prepared, count, lead, other))
        return []

    script = extractive.compose(told, counts, hosts, edition, None, note)
    scenes = outline.scenes(script, hosts, edition)
    return [Assignment(*part, scenes.get(part[0].story.id, outline.NOWHERE)) for part in parts]
