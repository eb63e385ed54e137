"""The two engines of this process: the writer, and the studio. Their weights are loaded at first use, and once.

A worker calls this after it was forked; a GPU can't be used in a process that was forked from one that had used it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from briefings.errors import ModelUnavailable
from briefings.models import Show
from briefings.models.shows import lexicon_of
from synthesis.errors import CheckpointError

if TYPE_CHECKING:  # torch takes seconds to import, and the desk needs none of it
    from synthesis import Studio, Writer
    from synthesis.dialogue.tiers import Choice
    from synthesis.language.sentence_encoder import SentenceEncoder
    from synthesis.language.server import ChatServer
    from synthesis.speech.synthesizer import Synthesizer


def writer() -> Writer:
    """The writer of the tier that the settings and what is installed give. Raises ModelUnavailable."""
    with _explained("writer"):
        return _writer()


def writers_choice() -> Choice:
    """Which model is the writer's, and why; nothing is loaded. Raises CheckpointError, RuntimeError for no device."""
    from synthesis.dialogue import tiers
    from synthesis.machine import this_machine

    return tiers.choose(settings.WRITER, settings.MODELS_DIR, this_machine(), chat_server())


def chat_server() -> ChatServer | None:
    """The writer's server, None if none is set. Raises CheckpointError if what is set of it can't be used."""
    from synthesis.language.server import ChatServer, RequestLimits, ServerUnavailable

    if not settings.WRITER_URL:
        return None
    if not settings.WRITER_MODEL:
        advice = "Set TANDEM_WRITER_MODEL to the name of a model that it serves."
        raise ServerUnavailable("the writer's server has an address, and no model is named", advice)
    limits = RequestLimits(timeout_s=settings.WRITER_TIMEOUT_S)
    return ChatServer(settings.WRITER_URL, settings.WRITER_MODEL, key=settings.WRITER_KEY, limits=limits)


@functools.cache
def sentence_encoder() -> SentenceEncoder | None:
    """What makes vectors of texts, to group them by; None where its model is not installed or not sound."""
    from synthesis.language.sentence_encoder import SentenceEncoder

    try:
        return SentenceEncoder.load(settings.MODELS_DIR)
    except CheckpointError:
        return None


def studio(show: Show) -> Studio:
    """A studio with the show's own pronunciations; all shows share the voice's weights, the takes that are kept, the
    music, and the project's pronunciations. Raises ModelUnavailable, LexiconRejected."""
    from synthesis import Studio
    from synthesis.take_store import TakeStore

    with _explained("voice"):
        return Studio(
            settings.MODELS_DIR,
            lexicon=lexicon_of(show),
            project_lexicon=settings.LEXICON,
            synthesizer=_synthesizer(),
            takes=TakeStore(settings.TAKES_DIR, max_bytes=settings.TAKES_MAX_BYTES),
            sting=settings.STING,
            sting_between=settings.STING_BETWEEN_STORIES,
            bed=settings.BED,
        )


@functools.cache
def _writer() -> Writer:
    from synthesis.dialogue import tiers

    return tiers.load(writers_choice(), settings.MODELS_DIR, chat_server())


@functools.cache
def _synthesizer() -> Synthesizer:
    from synthesis.speech.synthesizer import Synthesizer

    return Synthesizer.load(settings.MODELS_DIR)


@contextmanager
def _explained(model: str) -> Iterator[None]:
    """What keeps a model from being loaded, as the editor is to read it."""
    try:
        yield
    except CheckpointError as error:
        raise unavailable(model, error) from error
    except RuntimeError as error:  # COMPUTE_DEVICE names a device that is not there
        advice = "Set COMPUTE_DEVICE to a device of this machine, or unset it."
        raise ModelUnavailable(model, str(error), advice=advice) from error


def unavailable(model: str, error: CheckpointError) -> ModelUnavailable:
    """A checkpoint's error, naming what to install; a server's, naming what to look at."""
    from synthesis.language.server import ServerUnavailable

    if isinstance(error, ServerUnavailable):
        return ModelUnavailable(model, error.reason, advice=error.advice)
    reason, _, command = str(error).partition("; run: ")
    command = command or f"python manage.py models install {model}"
    return ModelUnavailable(model, reason, advice=f"Run `{command}`, then retry.")
