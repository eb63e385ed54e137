"""A real browser on a real server, with workers in a thread, and stand-ins for the two models."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from briefings import engines, tasks
from tests.browser.newsroom import tone
from tests.fakes import FakeStudio, FakeWriter

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()
PASSWORD = "a quiet harbour"


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    # Playwright's loop runs in the test's thread, where Django would refuse to talk to the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk_settings(settings, media):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOW_PRIVATE_ADDRESSES = True
    return settings


class AudibleStudio(FakeStudio):
    """As the stand-in, with a file that a browser can play."""

    def render(self, dialogue, path, **options):
        recording = super().render(dialogue, path, **options)
        heard = path.with_name("heard.mp3")
        tone(heard, seconds=6)
        heard.replace(path)
        return dataclasses.replace(recording, size_bytes=path.stat().st_size)


@pytest.fixture
def workers(monkeypatch, transactional_db) -> Iterator[None]:
    """A thread that does what is sent to the workers, in the order in which it was committed."""
    monkeypatch.setattr(engines, "writer", lambda: FakeWriter())
    monkeypatch.setattr(engines, "studio", lambda show: AudibleStudio())
    messages: queue.Queue[tuple[str, int] | None] = queue.Queue()
    runs = {name: getattr(tasks, name).run for name in [*tasks._TASKS, "refresh"]}
    for name in runs:
        monkeypatch.setattr(
            getattr(tasks, name),
            "delay_on_commit",
            lambda pk, name=name: transaction.on_commit(lambda: messages.put((name, pk))),
        )

    def work() -> None:
        while message := messages.get():
            with contextlib.suppress(Exception):  # it stands in the episode's row
                runs[message[0]](message[1])
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    messages.put(None)
    thread.join(30)


@pytest.fixture
def page(chromium, live_server, desk_settings):
    """A signed-in editor's page. Whatever the browser complains of fails the test at its end."""
    get_user_model().objects.create_user("editor", password=PASSWORD)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.expected = []  # what a refusal that the test provokes makes the browser log, perhaps only later
    yield page
    context.close()
    assert [c for c in complaints if not any(word in c for word in page.expected)] == []
