"""For the desk's tests: a signed-in editor, and the messages that were sent to the workers."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from briefings import tasks


@pytest.fixture
def editor(db):
    return get_user_model().objects.create_user("editor")


@pytest.fixture
def desk(client, editor):
    """A browser in which the editor has signed in."""
    client.force_login(editor)
    return client


@pytest.fixture
def sent(monkeypatch):
    """What is sent to the workers, as (task, id), instead of a broker that nobody empties."""
    messages: list[tuple[str, int]] = []
    for name in [*tasks._TASKS, "refresh"]:
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "delay_on_commit", lambda pk, name=name: messages.append((name, pk)))
    return messages
