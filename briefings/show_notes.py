"""Show notes: what was told, from whom, and how it was made; as HTML that any podcast player takes, and as text."""

from __future__ import annotations

import nh3
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from briefings import headlines, helplines
from briefings import sources as telling
from briefings.models import Article, Episode
from briefings.sources import Told

TAGS = {"p", "ul", "li", "a"}  # what podcast directories keep
AI_NOTICE = "Made with AI: the script was written by software from these sources, and the voices are synthetic."
EXTRACTIVE = "The script is an extractive draft: the sources' own sentences, shortened and attributed."
REVIEWED = "An editor approved it before it was published."
REVIEWED_BY_TWO = "Two editors approved it before it was published."
SAMPLE = "All news in this edition is invented sample news: the places, people and events do not exist."


def sources(episode: Episode) -> list[Told]:
    """The stories in the order in which they are told, each with the articles that the script cites for it."""
    return telling.told(episode)


def notes_html(episode: Episode) -> str:
    """Paragraphs and a list, with a link to each source. Safe to show as it is."""
    told = sources(episode)
    items = format_html_join("", "<li>{}: {}</li>", ((title_of(item), _links(item)) for item in told))
    notices = format_html_join("", "<p>{}</p>", ((notice,) for notice in _notices(episode, told)))
    help_lines = format_html_join("", "<p>{}</p>", ((line,) for line in _helplines(episode, told)))
    html = format_html("<p>{}</p><ul>{}</ul>{}{}", _lead(episode), items, help_lines, notices)
    return nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel=None)


def notes_text(episode: Episode) -> str:
    """The same in plain text, an address behind each source."""
    told = sources(episode)
    lines = [_lead(episode), ""]
    for item in told:
        lines.append(f"- {title_of(item)}")
        lines += [
            f"  {article.outlet}: {article.url}" if article.url else f"  {article.outlet}" for article in item.articles
        ]
    help_lines = _helplines(episode, told)
    return "\n".join([*lines, "", *help_lines, *([""] if help_lines else []), *_notices(episode, told)])


def title_of(item: Told) -> str:
    """The story's title, or its outlets where no host may say that."""
    outlets = ", ".join(dict.fromkeys(article.outlet for article in item.articles))
    return headlines.sayable(item.story.title) or f"A report from {outlets}"


def _lead(episode: Episode) -> str:
    return (
        f"{episode.show.title} for {episode.edition_date:%A}, {episode.edition_date.day} {episode.edition_date:%B %Y}."
    )


def _helplines(episode: Episode, told: list[Told]) -> list[str]:
    """The show's lines of help for the stories that were told, each once."""
    return list(dict.fromkeys(line for item in told for line in helplines.after(item.story, episode.show)))


def _links(item: Told) -> SafeString:
    links = [_link(article) for article in item.articles]
    return mark_safe(", ".join(links))  # each part is escaped


def _link(article: Article) -> str:
    title = headlines.sayable(article.title)
    name = f"{article.outlet}, “{title}”" if title else article.outlet
    return format_html('<a href="{}">{}</a>', article.url, name) if article.url else format_html("{}", name)


def _notices(episode: Episode, told: list[Told]) -> list[str]:
    script = episode.script
    notices = [AI_NOTICE]
    if script.is_extractive:
        notices.append(EXTRACTIVE)
    if script.approved_by_id:
        notices.append(REVIEWED_BY_TWO if script.second_approved_by_id else REVIEWED)
    if any(article.feed.is_sample for item in told for article in item.articles):
        notices.insert(0, SAMPLE)
    return notices
