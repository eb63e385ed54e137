"""The grammar of one story's turns: evidence first, then only what that evidence holds. A constraint for the engine.

It allows a part of what `grammar.parse` takes: a fact cites one sentence, or two that follow one another; its numbers,
names and quotations are those of the cited sentences, all else is plain words. llguidance's dialect of Lark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from synthesis.dialogue.attribution import outlet_name
from synthesis.dialogue.held import IDIOMS, NUMBER_WORDS, UNIT_WORDS, Held, held, is_sayable
from synthesis.dialogue.phrases import BANNED
from synthesis.dialogue.prompt import told
from synthesis.dialogue.segment import Prepared, sources
from synthesis.errors import DialogueRejected
from synthesis.types import Edition

# Words that open a sentence of any text, and are nobody's name. Those of a fact are joined by its sentences' own.
OPENERS = """the a an it they he she this that these those there in on at by for from with after before when while as
but and still now also""".split()
ASKERS = """what how why when where who which is are was were do does did has have can could will would should and so
but""".split()
TURN_OPENING = '{"text":"'
REACTIONS = "that this it what so and but not a the there no".split()
_WORDS = r"""
PART: /[a-z]+/ & ~/(%(never)s)/ & ~/.*(%(worn)s).*/
PART_NA: PART & ~/(and|point|a)/
WORD_TAIL: ("-" PART)* ("'" /(s|t|re|ve|ll|d|m)/)?
SP: " " | ", "
SEP: SP | "; " | " - "
"""


def story_grammar(prepared: Prepared, lead: str, other: str, edition: Edition) -> str:
    """The Lark grammar of a compact JSON array of turns by the two hosts.

    At least two facts, both hosts, each question answered by the other host's fact, at most one reaction and none in
    a grave story. How long a text or the array gets, it leaves to `StoryClosing`. Raises DialogueRejected if the story
    has no sentence to cite.
    """
    evidence = _evidence(prepared, edition)
    if not evidence:
        raise DialogueRejected("The story has no sentence that may be cited.")
    lines = [_exchange(prepared.is_grave), _words()]
    for letter, host in (("a", lead), ("b", other)):
        lines += _turns_of(letter, host, evidence)
    for place, (_, found) in enumerate(evidence):
        lines += _text_terminals(f"F{place}", found, [*OPENERS, *found.openers], ".")
    asked = _all_held(prepared, [found for _, found in evidence], (lead, other))
    lines += _text_terminals("Q", asked, ASKERS, "?") + _text_terminals("R", asked, REACTIONS, ".")
    return "\n".join(lines)


def turn_grammar(cited: Sequence[str]) -> str:
    """The Lark grammar of one fact's text that is written again, `{"text":"..."}`: it says what `cited` allows."""
    found = held(cited)
    lines = [f'start: {_literal(TURN_OPENING)} F_TEXT "}}"', _words()]
    return "\n".join([*lines, *_text_terminals("F", found, [*OPENERS, *found.openers], ".")])


def longest_opening(prepared: Prepared, lead: str, other: str) -> str:
    """The longest text of a turn up to where its own words begin."""
    cited = [f"{n}.{s.index}" for n, reading in enumerate(prepared.readings, start=1) for s in told(reading)]
    longest = sorted(cited, key=len)[-2:]
    return max((_opening(longest, host, "question") for host in (lead, other)), key=len)


def _words() -> str:
    # Worn phrases of one word; `grammar.parse` refuses those of several.
    worn = [phrase.replace(r"\b", "") for phrase in BANNED.pattern.split("|") if re.fullmatch(r"[\\\w]+", phrase)]
    never = "|".join(sorted(NUMBER_WORDS | UNIT_WORDS | IDIOMS | {"http", "https"}))
    return _WORDS % {"never": never, "worn": "|".join([*worn, "www"])}


def _evidence(prepared: Prepared, edition: Edition) -> list[tuple[tuple[str, ...], Held]]:
    """What a fact may cite, as written in "cites", and what such a fact may say."""
    found: list[tuple[tuple[str, ...], Held]] = []
    for number, reading in enumerate(prepared.readings, start=1):
        texts = {s.index: sources(reading.article, [s.index], edition) for s in told(reading)}
        for index, own in texts.items():
            found.append(((f"{number}.{index}",), held(own)))
            if index + 1 in texts:
                found.append(((f"{number}.{index}", f"{number}.{index + 1}"), held([*own, *texts[index + 1]])))
    return found


def _all_held(prepared: Prepared, found: Sequence[Held], hosts: Iterable[str]) -> Held:
    """What a question or a reaction may name: anything of the story, but no digits and no quotation."""
    outlets = [outlet_name(reading.article.outlet) for reading in prepared.readings]
    around = held([prepared.story.title, *outlets, *hosts])
    every = [around, *found]

    def union(name: str) -> tuple[str, ...]:
        return tuple(sorted({text for one in every for text in getattr(one, name)}))

    return Held(union("names"), (), union("spelled"), union("words"), (), ())


def _exchange(is_grave: bool) -> str:
    reaction = "" if is_grave else ' ("," (reaction_a | reaction_b) ("," step)*)?'
    return f"""
start: "[" (fact_a ("," fact_a)* "," (fact_b | asked_a | asked_b) | asked_b "," step) ("," step)*{reaction} "]"
step: fact_a | fact_b | asked_a | asked_b
asked_a: question_a "," fact_b
asked_b: question_b "," fact_a"""


def _turns_of(letter: str, host: str, evidence: Sequence[tuple[tuple[str, ...], Held]]) -> list[str]:
    facts = [f"{_literal(_opening(cites, host, 'fact'))} F{place}_TEXT" for place, (cites, _) in enumerate(evidence)]
    return [
        f'fact_{letter}: ({" | ".join(facts)}) "}}"',
        f'question_{letter}: {_literal(_opening((), host, "question"))} Q_TEXT "}}"',
        f'reaction_{letter}: {_literal(_opening((), host, "reaction"))} R_TEXT "}}"',
    ]


def _opening(cites: Sequence[str], host: str, kind: str) -> str:
    """A turn up to where its text begins."""
    turn = {"cites": list(cites), "host": host, "kind": kind, "text": ""}
    return json.dumps(turn, ensure_ascii=False, separators=(",", ":"))[:-2]


def _text_terminals(name: str, found: Held, openers: Sequence[str], end: str) -> list[str]:
    """One terminal for a whole text: a figure or a name stands beside the words that follow it, so that no two figures
    meet, and no two names but as the source has them together."""
    word = f"{name}_WORD"
    lines = {
        f"{name}_WORD": f"PART WORD_TAIL{_or(found.words)}",
        f"{name}_WORD_NA": f"PART_NA WORD_TAIL{_or(found.words)}",
        f"{name}_NAME": _any(found.names) and f'({_any(found.names)}) ("\'s" | "\'")?',
        f"{name}_DIGITS": _any(found.numbers),
        f"{name}_SPELLED": _any([*sorted(IDIOMS), *found.spelled]),
        f"{name}_SPELLED_CAP": _any(map(_capitalised, [*sorted(IDIOMS), *found.spelled])),
        f"{name}_QUOTE": _quotation(found.quotable),
        f"{name}_OPENER": _any(sorted({_capitalised(word) for word in openers if is_sayable(word)})),
    }
    names, digits = bool(found.names), bool(found.numbers)
    lines[f"{name}_NAMES"] = f'{name}_NAME (", " {name}_NAME)* ((", and " | " and ") {name}_NAME)?' if names else ""
    # What ends in spelled figures is followed by no "and", "point" or "a"; all else by any word.
    loose, strict, capital = _hard_runs(name, names=names, digits=digits)
    lines[f"{name}_HARD"] = " | ".join(loose)
    lines[f"{name}_HARD_NA"] = " | ".join(strict)
    followed = [f"{name}_HARD_NA SP {word}_NA", *([f"{name}_HARD SP {word}"] if loose else [])]
    quote = [f"SEP {name}_QUOTE", f'": " {name}_QUOTE'] if found.quotable else []
    lines[f"{name}_ITEM"] = " | ".join([f"SEP {word}", *(f"SEP {run}" for run in followed), *quote])
    first = [f"{name}_OPENER", f"({' | '.join(capital)}) SP {word}_NA"]
    first += [f"{name}_HARD SP {word}"] if loose else []
    first += [f"{name}_QUOTE SP {word}"] if found.quotable else []
    last = [f"{name}_HARD_NA", *([f"{name}_HARD"] if loose else [])]
    # A sentence of a name alone is poor, but lets a text be closed behind any name.
    whole = [*capital, *last[1:], *([f"{name}_QUOTE"] if found.quotable else [])]
    lines[f"{name}_SENTENCE"] = (
        f'(({" | ".join(first)}) {name}_ITEM* (SEP ({" | ".join(last)}))? | {" | ".join(whole)}) "{end}"'
    )
    sentence = f"{name}_SENTENCE" + (f' (" " {name}_SENTENCE)?' if end == "." else "")
    lines[f"{name}_TEXT"] = f'{sentence} "\\""'
    return [f"{terminal}: {form}" for terminal, form in lines.items() if form]


def _hard_runs(name: str, *, names: bool, digits: bool) -> tuple[list[str], list[str], list[str]]:
    """Names and figures side by side: runs that any word may follow, those that end in spelled figures, and spelled
    figures that open a sentence."""
    named, figure, spelled = f"{name}_NAMES", f"{name}_DIGITS", f"{name}_SPELLED"
    loose = [named] if names else []
    strict, capital = [spelled], [f"{name}_SPELLED_CAP"]
    if digits:
        loose += [figure, f'{figure} " and " {figure}']
    if names:
        loose.append(f"{spelled} SP {named}")
        strict.append(f"{named} SP {spelled}")
    if names and digits:
        loose += [f"{named} SP {figure}", f"{figure} SP {named}", f"{figure} SP {named} SP {figure}"]
    return loose, strict, capital


def _quotation(runs: Sequence[Sequence[str]]) -> str:
    """Any part of any of the runs, at least a word, between escaped quotation marks."""
    if not runs:
        return ""
    parts = " | ".join("%regex " + json.dumps({"substring_chunks": list(run)}) for run in runs)
    return f'"\\\\\\"" (({parts}) & /[^ ](.*[^ ])?/) "\\\\\\""'


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _any(texts: Iterable[str]) -> str:
    return " | ".join(map(_literal, texts))


def _or(texts: Sequence[str]) -> str:
    return f" | {_any(texts)}" if texts else ""


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
