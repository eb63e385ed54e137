"""The Celery application: two queues, one static tick, and messages that carry nothing but ids.

The truth of a job is its episode's row: a message that gets lost is sent again by the tick, and one that comes twice
finds the episode claimed.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "briefings.settings")

TICK_S = 60.0


def broker_options(url: str, queue_dir: Any) -> dict[str, Any]:
    """The broker's settings: the given server, or a queue of files that needs no server."""
    if url:
        return {"broker_url": url}
    for name in ("messages", "control"):
        (queue_dir / name).mkdir(parents=True, exist_ok=True)  # the transport makes neither
    folder = str(queue_dir / "messages")
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport": "briefings.file_queue:Transport",
        "broker_transport_options": {
            "data_folder_in": folder,
            "data_folder_out": folder,
            "control_folder": str(queue_dir / "control"),
            "store_processed": False,
            "polling_interval": 0.2,
        },
    }


def make_app() -> Celery:
    from django.conf import settings

    app = Celery("briefings")
    app.conf.update(
        **broker_options(settings.BROKER_URL, settings.QUEUE_DIR),
        broker_connection_retry_on_startup=True,
        task_default_queue="default",
        task_routes={"briefings.tasks.write": {"queue": "gpu"}, "briefings.tasks.voice": {"queue": "gpu"}},
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        accept_content=["json"],
        timezone="UTC",
        beat_schedule={"tick": {"task": "briefings.tasks.tick", "schedule": TICK_S, "options": {"expires": TICK_S}}},
        beat_schedule_filename=str(settings.QUEUE_DIR / "beat"),
    )
    app.autodiscover_tasks(["briefings"])
    return app


app = make_app()
