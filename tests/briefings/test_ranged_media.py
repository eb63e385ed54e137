"""Byte ranges as podcast players and directories ask for them."""

from __future__ import annotations

import hashlib

import pytest
from django.urls import reverse
from django.utils.http import http_date

from briefings.models import Episode
from tests.factories import make_episode, make_recording

CONTENT = bytes(range(256)) * 400  # 102,400 bytes: more than one chunk
SIZE = len(CONTENT)
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'

WHOLE = slice(0, SIZE)
MATRIX = [
    # header, status, part, Content-Range
    ("bytes=0-99", 206, slice(0, 100), f"bytes 0-99/{SIZE}"),
    ("bytes=0-0", 206, slice(0, 1), f"bytes 0-0/{SIZE}"),
    ("bytes=102399-", 206, slice(SIZE - 1, SIZE), f"bytes 102399-102399/{SIZE}"),
    ("bytes=500-", 206, slice(500, SIZE), f"bytes 500-102399/{SIZE}"),
    ("bytes=70000-900000", 206, slice(70_000, SIZE), f"bytes 70000-102399/{SIZE}"),  # an end beyond the file is cut
    ("bytes=-200", 206, slice(SIZE - 200, SIZE), f"bytes 102200-102399/{SIZE}"),
    ("bytes=-900000", 206, WHOLE, f"bytes 0-102399/{SIZE}"),  # a longer suffix is the whole file
    ("bytes=102400-", 416, None, f"bytes */{SIZE}"),
    ("bytes=900000-900001", 416, None, f"bytes */{SIZE}"),
    ("bytes=-0", 416, None, f"bytes */{SIZE}"),
    ("bytes=0-1,5-6", 200, WHOLE, None),  # several parts: the whole file is a right answer
    ("bytes=9-5", 200, WHOLE, None),  # malformed, so ignored
    ("bytes=a-b", 200, WHOLE, None),
    ("bytes=-", 200, WHOLE, None),
    ("items=0-5", 200, WHOLE, None),
    ("bytes=0-٩", 200, WHOLE, None),  # digits of another script are no digits here
]


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def recording(db, media):
    episode = make_episode(status=Episode.Status.PUBLISHED)
    episode.recordings.all().delete()
    path = media / "wire" / "2025-03-03-abcd.mp3"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return make_recording(episode, path="wire/2025-03-03-abcd.mp3", sha256=ETAG.strip('"'), size_bytes=SIZE)


@pytest.fixture
def url(recording):
    return reverse("public:media", args=[recording.path])


@pytest.mark.parametrize(("header", "status", "part", "content_range"), MATRIX, ids=[row[0] for row in MATRIX])
def test_a_range_is_answered_as_the_standard_has_it(client, url, header, status, part, content_range):
    answer = client.get(url, headers={"range": header.encode().decode("latin-1")})
    assert answer.status_code == status
    assert answer.get("Content-Range") == content_range
    if part is not None:
        assert body(answer) == CONTENT[part]
        assert answer["Content-Length"] == str(len(CONTENT[part]))
        assert answer["Content-Type"] == "audio/mpeg"


def test_the_whole_file_says_that_it_takes_ranges(client, url):
    answer = client.get(url)
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] == ETAG
    assert "Last-Modified" in answer
    assert "Vary" not in answer  # any cache may keep it


def test_head_has_the_headers_of_get(client, url):
    head, get = client.head(url), client.get(url)
    for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges"):
        assert head[name] == get[name]
    assert body(head) == b""


def test_head_knows_no_range(client, url):
    assert client.head(url, headers={"range": "bytes=0-9"}).status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (ETAG, 206),
        ('"another file"', 200),
        ("W/" + ETAG, 200),  # a weak tag never promises the same bytes
        (http_date(0), 200),
        ("no date", 200),
    ],
)
def test_a_download_is_resumed_only_in_the_same_file(client, url, condition, status):
    assert client.get(url, headers={"range": "bytes=0-9", "if-range": condition}).status_code == status


def test_a_download_is_resumed_by_its_date(client, url):
    date = client.head(url)["Last-Modified"]
    assert client.get(url, headers={"range": "bytes=0-9", "if-range": date}).status_code == 206


def test_what_a_cache_has_is_not_sent_again(client, url):
    for headers in ({"if-none-match": ETAG}, {"if-modified-since": client.head(url)["Last-Modified"]}):
        answer = client.get(url, headers=headers | {"range": "bytes=0-9"})
        assert (answer.status_code, body(answer)) == (304, b"")
    assert client.get(url, headers={"if-match": '"another file"'}).status_code == 412


@pytest.mark.parametrize(
    "path", ["../db/tandem.sqlite3", "..%2fdb", "wire/../../secret_key", "/etc/passwd", "wire", "wire/", "nul%00"]
)
def test_only_a_recording_s_own_path_is_served(client, recording, path):
    assert client.get(f"/media/{path}").status_code in (301, 404)


def test_a_missing_file_is_not_found(client, url, media):
    (media / "wire" / "2025-03-03-abcd.mp3").unlink()
    assert client.get(url).status_code == 404


def test_an_unpublished_recording_is_for_editors(client, recording, url, django_user_model):
    Episode.objects.update(status=Episode.Status.VOICED, published_at=None)
    assert client.get(url).status_code == 404
    client.force_login(django_user_model.objects.create_user("editor"))
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
