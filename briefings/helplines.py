"""A show's helplines: what is said after a story of a class, as the editor wrote it, one a line."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from briefings.models import Show, Story
from synthesis.dialogue import severity

MOST_WORDS = 60
_CLASSES = {title: name for name, title in severity.TITLES.items()} | {name: name for name in severity.TITLES}


def parse(text: str) -> dict[str, str]:
    """`suicide: In Britain, call 116 123.` as {"suicide": "In Britain, call 116 123."}.

    Raises ValidationError for a line without a known class or without words, and for two lines of one class.
    """
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        written, _, said = (part.strip() for part in line.partition(":"))
        name = _CLASSES.get(written.casefold())
        if name is None:
            known = ", ".join(severity.TITLES.values())
            raise ValidationError(
                f"“{written}” is no class of stories. A line begins with one of: {known}; and a colon."
            )
        if not said or len(said.split()) > MOST_WORDS:
            raise ValidationError(f"What is said with {written} must have 1 to {MOST_WORDS} words.")
        if name in found:
            raise ValidationError(f"There are two lines for {written}. Make them one.")
        found[name] = said
    return found


def of(show: Show) -> dict[str, str]:
    """What is said by class; nothing for lines that were stored in another form."""
    try:
        return parse(show.helplines)
    except ValidationError:
        return {}


def after(story: Story, show: Show) -> list[str]:
    """What is said after the story, in the order of the show's lines."""
    return [said for name, said in of(show).items() if name in story.severity]
