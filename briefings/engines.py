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
    from synthesis.speech.synthesizer import Synthesizer


def writer() -> Writer:
    """The writer, with the embedded model as its ranker. Raises ModelUnavailable."""
    with _explained("embedded"):
        return _writer()


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
    from synthesis import Writer
    from synthesis.language.ranker import Ranker

    return Writer(settings.MODELS_DIR, ranker=Ranker.load(settings.MODELS_DIR))


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
    """A checkpoint's error, naming what to install."""
    reason = str(error).partition("; run:")[0]
    return ModelUnavailable(model, reason, advice=f"Run `python manage.py models install {model}`, then retry.")
