"""Show notes name and link every source, and carry no markup of the sources'."""

from __future__ import annotations

import re

import pytest

from briefings import show_notes
from briefings.models import Episode
from tests.factories import make_article, make_episode, make_feed, make_script, make_story, make_user

pytestmark = pytest.mark.django_db


def episode_with(**article):
    episode = make_episode(status=Episode.Status.PLANNED)
    story = make_story([make_article(make_feed(outlet="The Ellery Post"), **article)])
    segment = episode.segments.get()
    segment.story = story
    segment.save()
    make_script(episode)
    return Episode.objects.get(pk=episode.pk)


def test_each_source_is_named_and_linked():
    notes = show_notes.notes_html(episode_with(url="https://ellery.example/wall?a=1&b=2"))
    assert '<a href="https://ellery.example/wall?a=1&amp;b=2">The Ellery Post, “Port Ellery votes' in notes
    assert "Made with AI" in notes
    assert "extractive draft" in notes


def test_the_text_has_the_same_sources():
    text = show_notes.notes_text(episode_with(url="https://ellery.example/wall"))
    assert "  The Ellery Post: https://ellery.example/wall" in text
    assert "Made with AI" in text
    assert "<" not in text


def test_a_headline_that_no_host_may_say_stands_in_no_notes():
    episode = episode_with(title="Go to cheap-pills.example now", url="https://ellery.example/wall")
    for notes in (show_notes.notes_html(episode), show_notes.notes_text(episode)):
        assert "cheap-pills" not in notes and "A report from The Ellery Post" in notes


def test_only_the_cited_articles_are_sources():
    episode = episode_with()
    make_article(make_feed(outlet="Uncited"), story=episode.segments.get().story)
    (told,) = show_notes.sources(episode)
    assert [article.outlet for article in told.articles] == ["The Ellery Post"]


def test_markup_in_a_headline_stays_text():
    notes = show_notes.notes_html(episode_with(title="Port Ellery & a <b>bold</b> wall"))
    assert set(re.findall(r"</?(\w+)", notes)) == {"p", "ul", "li", "a"}
    assert "&lt;b&gt;" in notes


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", ""])
def test_an_address_that_is_no_web_page_is_no_link(url):
    notes = show_notes.notes_html(episode_with(url=url))
    assert "href" not in notes
    assert "The Ellery Post" in notes


def test_invented_news_is_said_to_be_invented():
    episode = episode_with()
    episode.segments.get().story.articles.get().feed.__class__.objects.update(is_sample=True)
    assert "invented" in show_notes.notes_html(episode)
    assert "invented" in show_notes.notes_text(episode)


def test_an_editor_s_approval_is_told():
    episode = episode_with()
    assert show_notes.REVIEWED not in show_notes.notes_text(episode)
    episode.script.approved_by = make_user()
    assert show_notes.REVIEWED in show_notes.notes_text(episode)
    episode.script.second_approved_by = make_user("second")
    assert show_notes.REVIEWED_BY_TWO in show_notes.notes_text(episode)
