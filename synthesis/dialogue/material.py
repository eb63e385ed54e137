"""Take what outlets send as material: names and titles that carry an address or speak to a model lose it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from synthesis.dialogue import addresses, appeals
from synthesis.text.visible import visible
from synthesis.types import Article, Story

NAMELESS = "an outlet"
_MARKUP = re.compile(r"<[^<>]{0,200}>|<\||\|>|\[/?[A-Z]{3,9}\]|[<>{}`\x00]")
# The name of an outlet that is called by its address, such as Phys.org.
_NAMED_BY_ADDRESS = re.compile(r"[\w-]+\.[a-z]{2,4}", re.I)


def cleaned(story: Story, hosts: Iterable[str] = ()) -> Story:
    """The story with a title and outlets' names that may be said. Its articles' texts stay: citations count in them."""
    names = tuple(hosts)
    titles = (title(text, names) for text in (story.title, *(article.title for article in story.articles)))
    articles = tuple(
        replace(article, title=title(article.title, names), outlet=outlet(article, names)) for article in story.articles
    )
    return replace(story, title=next(filter(None, titles), ""), articles=articles)


def plain(text: str) -> str:
    """One line without invisible characters, and without what a model could take for markup or a control token."""
    return " ".join(_MARKUP.sub(" ", visible(text).replace("=====", " ")).split())


def outlet(article: Article, hosts: Collection[str] = ()) -> str:
    """The outlet's name without an address in it, unless it is called by its own."""
    name = " ".join(visible(article.outlet).split())
    if appeals.is_appeal(name, hosts):
        return NAMELESS
    is_own = name.casefold() in (urlsplit(article.url).hostname or "") and _NAMED_BY_ADDRESS.fullmatch(name)
    return name if is_own or not addresses.find(name) else addresses.without(name) or NAMELESS


def title(text: str, hosts: Collection[str] = ()) -> str:
    """The title, or "" if it speaks to a model or for a host, or has an address in it."""
    text = " ".join(visible(text).split())
    return "" if appeals.is_appeal(text, hosts) or addresses.find(text) else text
