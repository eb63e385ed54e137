"""The queue of files: kombu's filesystem transport, with nothing that a reader could meet half-written.

Its own channel makes a message's file first and fills it then, and empties a table of queues before it locks it. A
worker that looks in between reads nothing where there should be JSON, and ends. Here both are written under another
name and moved into their place, which is one step for every reader.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as its bases disagree
        """Add a message. Their names sort by time, which is the order that they are taken in."""
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        """Add a queue to an exchange's table, one process at a time."""
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table = self._exchange_file(exchange)
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            queues = self.get_table(exchange)
            if entry not in queues:
                _write(table, dumps([entry, *queues]))


class Transport(filesystem.Transport):
    Channel = Channel


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{uuid.uuid4()}.part")
    part.write_text(text)
    os.replace(part, path)
