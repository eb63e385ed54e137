"""What an editor is warned of in an article: words that are meant for a language model, seen or hidden."""

from __future__ import annotations

from collections.abc import Iterator

from briefings.models import Article, Host
from synthesis.dialogue import addresses, appeals

KINDS = {
    "instruction": "orders a language model about",
    "role": "tells a language model who it is",
    "prompt": "speaks of a model's prompt",
    "demand": "says what the hosts or the script must say",
    "turn": "poses as a turn of the script",
    "token": "has the control tokens of a model",
    "foreign": "orders a model about in another language",
    "encoded": "hides a text in code",
    "hidden": "is hidden from readers, and speaks to a model",
    "title": "has an address in its title",
}
MOST = 10


def of(article: Article, hidden: str = "") -> list[dict[str, str]]:
    """[{kind, excerpt}], each excerpt once; `hidden` is what the article's page keeps from its readers."""
    found: dict[str, str] = {}
    for kind, excerpt in _found(article, hidden):
        found.setdefault(excerpt, kind)
    return [{"kind": kind, "excerpt": excerpt} for excerpt, kind in list(found.items())[:MOST]]


def _found(article: Article, hidden: str) -> Iterator[tuple[str, str]]:
    hosts = sorted(set(Host.objects.filter(show__feeds=article.feed_id).values_list("name", flat=True)))
    seen = "\n".join(
        [article.title, article.outlet, *article.authors, *article.topics, article.guid, article.summary, article.text]
    )
    for appeal in appeals.find(seen, hosts):
        yield appeal.kind, appeal.excerpt
    for appeal in appeals.find(hidden, hosts):
        yield "hidden", appeal.excerpt
    if addresses.find(article.title):
        yield "title", article.title[: appeals.EXCERPT]
