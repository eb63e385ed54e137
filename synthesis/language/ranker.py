"""Which question does a sentence answer, and does a source support a line? A small model's preference, where it writes
nothing itself.

The score is pointwise mutual information, log p(answer | question) - log p(answer), in nats: how much likelier the
model finds the answer after this question than after none. It compares questions for one answer, and pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthesis.checkpoint import find
from synthesis.language.engine import Engine

INTERVIEW = {
    "role": "system",
    "content": "You are a reporter on the radio. Answer the question about the news story in one sentence.",
}


SUMMARY = {"role": "system", "content": "Summarize the text."}


class Ranker:
    """Scores pairs of a host's question and the sentence that follows it, and of a line and its source."""

    def __init__(self, engine: Engine):
        self._engine = engine

    @classmethod
    def load(cls, models_dir: Path) -> Ranker:
        """Load the embedded model from the models folder. Raises CheckpointError if it is missing or damaged."""
        return cls(Engine.load(find("embedded", models_dir)))

    def prefer(self, answer: str, questions: Sequence[str]) -> list[float]:
        """How well each question leads to the answer, in nats; higher is better."""
        return self.prefer_many([(answer, question) for question in questions])

    def prefer_many(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """How well the question leads to the answer, for each (answer, question), in one batch."""
        encode = self._engine.tokenizer.encode
        answers = {answer: encode(answer) for answer, _ in pairs}
        asked = {question: self._asked(question) for question in dict.fromkeys(["", *(q for _, q in pairs)])}
        contexts = [*(asked[question] for _, question in pairs), *(asked[""] for _ in answers)]
        said = [*(answers[answer] for answer, _ in pairs), *answers.values()]
        scores = self._engine.score(contexts, said)
        alone = dict(zip(answers, scores[len(pairs) :], strict=True))
        return [score - alone[answer] for score, (answer, _) in zip(scores, pairs, strict=False)]

    def support(self, lines: Sequence[tuple[str, str]]) -> list[float]:
        """log p(line | source) for each (line, source), in one batch: to compare lines that differ in a fact.

        Less log p(line), as for questions, it chose the right one of two lines 18 times of 24; so it does 23 times.
        """
        encode, chat = self._engine.tokenizer.encode, self._engine.tokenizer.encode_chat
        sources = dict.fromkeys(source for _, source in lines)
        contexts = {source: chat([SUMMARY, {"role": "user", "content": source}]) for source in sources}
        return self._engine.score([contexts[source] for _, source in lines], [encode(line) for line, _ in lines])

    def _asked(self, question: str) -> list[int]:
        return self._engine.tokenizer.encode_chat([INTERVIEW, {"role": "user", "content": question}])
