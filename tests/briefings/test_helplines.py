"""A show's helplines: read line by line, said by the hosts after such a story, and printed in the show notes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from briefings import helplines, show_notes
from briefings.models import Episode, Show, Story
from briefings.pipeline import write
from tests.factories import make_episode, make_show, make_user

pytestmark = pytest.mark.django_db
CALL = "In Britain, call 116 123, day or night."
LINES = f"suicide: {CALL}\n\n  Sexual crime : Help is at 0808 500 2222.\n"


def test_a_line_is_a_class_and_what_is_said():
    assert helplines.parse(LINES) == {"suicide": CALL, "sexual_crime": "Help is at 0808 500 2222."}
    assert helplines.parse("") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sadness: Call.", "“sadness” is no class of stories"),
        ("Call 116 123.", "is no class of stories"),
        ("suicide:", "must have 1 to 60 words"),
        ("suicide: " + "word " * 61, "must have 1 to 60 words"),
        ("suicide: Call.\nsuicide: Write.", "two lines for suicide"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused(text, said):
    with pytest.raises(ValidationError, match=said):
        helplines.parse(text)
    assert helplines.of(Show(helplines=text)) == {}


@pytest.fixture
def episode():
    return make_episode(make_show(helplines=LINES), Episode.Status.WRITTEN)


def test_the_writer_is_told_the_lines_and_the_classes(episode):
    Story.objects.update(severity=["death", "suicide"])
    assert write.edition_of(episode).helplines == helplines.parse(LINES)
    told = write.told_story(episode.segments.get().story, episode)
    assert told.severity == {"death", "suicide"}


def test_the_show_notes_have_the_line_of_a_story_that_was_told_once(episode):
    for notes in (show_notes.notes_html, show_notes.notes_text):
        assert CALL not in notes(episode)
        Story.objects.update(severity=["suicide"])
        assert notes(episode).count(CALL) == 1 and "0808" not in notes(episode)
        Story.objects.update(severity=[])


def test_the_number_of_a_helpline_is_allowed_in_an_edit_and_no_other_is(episode):
    turn = episode.script.turns.get(kind="closing")
    write.edit_turn(turn, f"{CALL} That's all.", by=make_user(), version=1)
    assert turn.findings == []
    write.edit_turn(turn, "Call 116 124. That's all.", by=make_user("other"), version=2)
    assert turn.findings != []
