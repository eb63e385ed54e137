"""Messages and tables of queues that are files: whole or not there, however many write and read at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from celery import Celery

from briefings.celery import broker_options


@pytest.fixture
def connect(tmp_path):
    app = Celery("queue_of_files")
    app.conf.update(broker_options("", tmp_path))
    connections = []

    def connected():
        connections.append(app.connection_for_write())
        return connections[-1].default_channel

    yield connected
    for connection in connections:
        connection.close()


def test_a_message_that_is_still_being_written_is_not_there_yet(connect):
    writer, reader, found = connect(), connect(), []

    class Slow:
        def __json__(self):
            with pytest.raises(Empty):
                reader._get("default")
            found.append("looked")
            return 7

    writer._put("default", {"episode": Slow()})
    assert (reader._get("default"), found) == ({"episode": 7}, ["looked"])
    with pytest.raises(Empty):
        reader._get("default")


def test_messages_are_taken_in_the_order_that_they_came(connect):
    channel = connect()
    for number in range(3):
        channel._put("default", {"number": number})
        channel._put("gpu", {"number": -number})
    assert channel._size("default") == 3
    assert [channel._get("default")["number"] for _ in range(3)] == [0, 1, 2]
    assert channel._size("gpu") == 3


def test_queues_bound_at_once_are_all_in_the_table(connect):
    names = [f"queue{number}" for number in range(12)]

    def bind(name):
        connect()._queue_bind("exchange", name, "", name)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(bind, names * 2))
    assert sorted(entry.queue for entry in connect().get_table("exchange")) == sorted(names)
