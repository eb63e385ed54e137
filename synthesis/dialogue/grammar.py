"""What a model's answer must look like to become turns: strict, so that a wrong answer is refused and never half
used."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from synthesis.dialogue.phrases import BANNED
from synthesis.dialogue.prompt import told
from synthesis.dialogue.segment import Prepared
from synthesis.errors import DialogueRejected
from synthesis.text.folding import unreadable_word
from synthesis.text.visible import visible
from synthesis.types import Citation, Turn

MOST_TURNS, MOST_CITES, MOST_WORDS, MOST_QUESTION_WORDS = 24, 6, 45, 20
MOST_LETTERS = 400
# Of a turn that is long enough to tell, so many words at least are among the commonest of English.
LONG_ENOUGH, LEAST_SMALL = 8, 0.12
KINDS = ("fact", "question", "reaction")
_FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
_FORBIDDEN = re.compile(r"https?:|www\.|\S+@\S+|<\||\|>|```|[{}\[\]<>]|(?<!\w)@\w|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b")
_THOUGHT = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_SMALL = frozenset(
    """the a an of to in on at by for from with and or but is are was were be been it its he she they his her their that
    this as not no has have had will would who which what when where after before than into out up over more said
    says about there how so if all one two""".split()
)
_CITE = re.compile(r"(\d{1,2})\.(\d{1,3})")


def parse(answer: str, prepared: Prepared, lead: str, other: str) -> list[Turn]:
    """The turns of a model's answer. Raises DialogueRejected with a reason that the model can act on."""
    rows = _rows(answer)
    turns = [_turn(row, place, prepared, (lead, other)) for place, row in enumerate(rows)]
    _check_exchange(turns, prepared)
    return turns


def parse_text(answer: str) -> str:
    """The text of a fact's turn that a model has written again, `{"text": "..."}`. Raises DialogueRejected."""
    row = _json(answer)
    if not isinstance(row, dict) or set(row) != {"text"}:
        raise DialogueRejected('The answer must have a "text", and nothing else.')
    text = _text(row["text"], None)
    _check_length(text, None)
    return text


def json_schema(prepared: Prepared, lead: str, other: str) -> dict[str, Any]:
    """The form of an answer as JSON schema, for servers that hold a model to one; `parse` checks what it can't say."""
    cited = [f"{n}.{s.index}" for n, reading in enumerate(prepared.readings, start=1) for s in told(reading)]

    def turn(kinds: Sequence[str], cites: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
        form = {
            "cites": {"type": "array", **cites},
            "host": {"type": "string", "enum": [lead, other]},
            "kind": {"type": "string", "enum": list(kinds)},
            "text": {"type": "string", "minLength": 1, **text},
        }
        return {"type": "object", "properties": form, "required": list(form), "additionalProperties": False}

    evidence = {"items": {"type": "string", "enum": cited}, "minItems": 1, "maxItems": MOST_CITES}
    others = KINDS[1:2] if prepared.is_grave else KINDS[1:]
    fact = turn(KINDS[:1], evidence, {})
    asked = turn(others, {"items": {"type": "string"}, "maxItems": 0}, {"pattern": '^[^0-9"“”]+$'})
    return {"type": "array", "items": {"anyOf": [fact, asked]}, "minItems": 2, "maxItems": MOST_TURNS}


def _json(answer: str) -> Any:
    answer = _THOUGHT.sub("", answer, count=1)
    fenced = _FENCED.match(answer)
    try:
        return json.loads(fenced[1] if fenced else answer)
    except (ValueError, RecursionError) as error:
        raise DialogueRejected("The answer is not a JSON array.") from error


def _rows(answer: str) -> list[Any]:
    rows = _json(answer)
    if not isinstance(rows, list) or not 2 <= len(rows) <= MOST_TURNS:
        raise DialogueRejected(f"The answer must be a JSON array of 2 to {MOST_TURNS} turns.")
    return rows


def _turn(row: Any, place: int, prepared: Prepared, hosts: Sequence[str]) -> Turn:
    if not isinstance(row, dict) or set(row) != {"cites", "host", "kind", "text"}:
        raise DialogueRejected('A turn must have "cites", "host", "kind" and "text", and nothing else.', place)
    host, kind, text = row["host"], row["kind"], row["text"]
    if host not in hosts:
        raise DialogueRejected(f"The host must be {hosts[0]} or {hosts[1]}.", place)
    if kind not in KINDS:
        raise DialogueRejected(f"The kind must be one of {', '.join(KINDS)}.", place)
    text = _text(text, place)
    citations = _citations(row["cites"], prepared, place)
    _check_text(text, kind, citations, place)
    return Turn(host, text, kind, citations, "model", (), prepared.story.id)


def _text(text: Any, place: int | None) -> str:
    if not isinstance(text, str) or len(text) > MOST_LETTERS or visible(text) != text:
        raise DialogueRejected("The text is no text, too long, or holds characters that can't be seen.", place)
    if not text.strip() or _FORBIDDEN.search(text) or BANNED.search(text):
        raise DialogueRejected("The text is empty, or holds an address, markup or a worn phrase.", place)
    return " ".join(text.split())


def _citations(cites: Any, prepared: Prepared, place: int) -> tuple[Citation, ...]:
    if not isinstance(cites, list) or len(cites) > MOST_CITES:
        raise DialogueRejected(f'"cites" must be a list of at most {MOST_CITES} sentence numbers.', place)
    found = []
    for cite in cites:
        match = _CITE.fullmatch(cite) if isinstance(cite, str) else None
        article = int(match[1]) if match else 0
        if (
            match is None
            or not 1 <= article <= len(prepared.readings)
            or int(match[2]) not in {sentence.index for sentence in told(prepared.readings[article - 1])}
        ):
            raise DialogueRejected(f"There is no sentence {str(cite)[:12]!r} in this story.", place)
        found.append(Citation(prepared.readings[article - 1].article.id, int(match[2])))
    return tuple(found)


def _check_text(text: str, kind: str, citations: tuple[Citation, ...], place: int) -> None:
    words = len(text.split())
    if kind == "fact" and not citations:
        raise DialogueRejected("A fact must cite the sentences that it rests on.", place)
    if kind != "fact" and (citations or re.search(r"[\d\"“”]", text) or words > MOST_QUESTION_WORDS):
        raise DialogueRejected(f"A {kind} is short, cites nothing, and has no digits and no quotation marks.", place)
    _check_length(text, place)


def _check_length(text: str, place: int | None) -> None:
    if len(text.split()) > MOST_WORDS or len(re.findall(r"[.!?]+(?=\s|$)", text)) > 3:
        raise DialogueRejected(f"The turn is too long: {MOST_WORDS} words and two sentences at most.", place)


def _check_exchange(turns: Sequence[Turn], prepared: Prepared) -> None:
    """Both hosts speak, each question is answered at once by the other host, and nothing runs in circles."""
    facts = [turn for turn in turns if turn.kind == "fact"]
    if len(facts) < 2 or len({turn.host for turn in turns}) < 2:
        raise DialogueRejected("Both hosts must speak, and two turns at least must tell facts.")
    for place, turn in enumerate(turns):
        answer = turns[place + 1] if place + 1 < len(turns) else None
        if turn.kind == "question" and (answer is None or answer.kind != "fact" or answer.host == turn.host):
            raise DialogueRejected("A question must be answered by the other host's very next turn.", place)
    if sum(turn.kind == "reaction" for turn in turns) > (0 if prepared.is_grave else 1):
        raise DialogueRejected(
            "There is no room for reactions here." if prepared.is_grave else "One reaction is enough."
        )
    words = " ".join(turn.text for turn in turns).casefold().split()
    runs = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    if runs and sum(count - 1 for count in runs.values()) > 0.15 * sum(runs.values()):
        raise DialogueRejected("The turns repeat each other.")


def check_english(turns: Sequence[Turn]) -> None:
    """Raises DialogueRejected for another language: English can't do without its small words. No grammar can ask it."""
    for place, turn in enumerate(turns):
        words = re.findall(r"[^\W\d_]+", turn.text.casefold())
        few = sum(word in _SMALL for word in words) < LEAST_SMALL * len(words)
        if (few and len(words) >= LONG_ENOUGH) or unreadable_word(turn.text):
            raise DialogueRejected("Every turn must be in English.", place)
