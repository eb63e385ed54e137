"""A file answered as RFC 9110 has it: HEAD, one byte range, If-Range, and the caches' questions.

Django answers a Range request with the whole file, which podcast players and directories refuse.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe

CHUNK_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
UNSATISFIABLE = 416
PARTIAL = 206


def serve(request: HttpRequest, path: Path, *, sha256: str, content_type: str) -> HttpResponseBase:
    """The file, or the part that was asked for. `sha256` is its content's: the strong ETag. Raises OSError."""
    stat = path.stat()
    etag, modified = f'"{sha256}"', int(stat.st_mtime)
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Last-Modified": http_date(modified)}
    response = _fresh(request, etag, modified) or _body(request, path, stat.st_size, etag, modified)
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if response.status_code in (200, PARTIAL):
        response.headers["Content-Type"] = content_type
    return response


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range, both included. None: answer with the whole file.

    Several ranges, other units and malformed headers are ignored, as RFC 9110 14.2 allows.
    Raises ValueError if the range is well-formed and lies outside the file.
    """
    match = _RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = int(last)
        if length == 0 or size == 0:
            raise ValueError(header)
        return max(0, size - length), size - 1
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError(header)
    return start, end


def _fresh(request: HttpRequest, etag: str, modified: int) -> HttpResponseBase | None:
    answer = get_conditional_response(request, etag=etag, last_modified=modified)
    return answer if isinstance(answer, HttpResponseNotModified) or (answer and answer.status_code == 412) else None


def _body(request: HttpRequest, path: Path, size: int, etag: str, modified: int) -> HttpResponseBase:
    header = request.headers.get("Range", "")
    # A range of a HEAD request means nothing: RFC 9110 defines it for GET alone.
    if not header or request.method != "GET" or not _may_resume(request, etag, modified):
        return _whole(request, path, size)
    try:
        wanted = byte_range(header, size)
    except ValueError:
        return HttpResponse(status=UNSATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    if wanted is None:
        return _whole(request, path, size)
    first, last = wanted
    response = StreamingHttpResponse(_chunks(path, first, last - first + 1), status=PARTIAL)
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _may_resume(request: HttpRequest, etag: str, modified: int) -> bool:
    """Whether the file is still the one that the visitor has a part of: If-Range, by strong ETag or by date."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == etag
    return parse_http_date_safe(condition) == modified


def _whole(request: HttpRequest, path: Path, size: int) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(headers={"Content-Length": str(size)})
    return FileResponse(path.open("rb"))


def _chunks(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start, os.SEEK_SET)
        while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk
