"""Which kinds of question an answer answers.

Each trigger is meant to be right where it fires, not to fire often: where none does, nothing is asked.
"""

from __future__ import annotations

from synthesis.dialogue.answer import Answer
from synthesis.dialogue.triggers_events import EVENTS
from synthesis.dialogue.triggers_matters import MATTERS


def kinds(answer: Answer) -> list[str]:
    """The kinds of question that the answer answers, in the order of the tables."""
    fitting = [trigger for trigger in (*EVENTS, *MATTERS) if trigger.fits(answer)]
    return list(dict.fromkeys(trigger.kind for trigger in fitting if not trigger.was_told(answer)))
