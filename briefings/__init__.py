"""The newsroom: feeds in, episodes out. Loads the Celery application, so that tasks find it."""

from briefings.celery import app as celery_app

__all__ = ["celery_app"]
