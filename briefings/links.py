"""Web addresses of articles: made absolute, and brought to one form in which duplicates meet."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from briefings.plain_text import visible

_TRACKING = re.compile(
    r"^(utm_.*|at_.*|ns_.*|mc_[ce]id|[a-z]*clid|igshid|cmp(id)?|icid|ocid|ito|ref(errer|_src)?|rss|src|source"
    r"|smid|smtyp|partner|traffic_source|ftag|feed(name|type)?|__twitter_impression|amp|output|sh|share|spm|wt_?mc.*"
    r"|xtor|taid|campaign.*|mod|guccounter)$",
    re.IGNORECASE,
)


def absolute(link: str, base: str) -> str:
    """`link` as an http or https address, or "" for anything else (javascript:, data:, mailto:, too long)."""
    try:
        url = urljoin(base, "".join(visible(link).split()))
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2000:
        return ""
    return url


def canonical(url: str) -> str:
    """The form that two links to one article share: no tracking, no fragment, no www, https, sorted query."""
    if not url:
        return ""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = re.sub(r"/(amp|index\.html?)?$", "", re.sub(r"/{2,}", "/", parts.path))
    query = urlencode(sorted((k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.match(k)))
    return urlunsplit(("https", host + port, path, query, ""))[:2000]
