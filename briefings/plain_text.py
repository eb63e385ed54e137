"""Text from the web made plain: no markup, no invisible characters, one kind of space."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

_BLOCK = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|blockquote|section|article)|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_SPACES = re.compile(r"[^\S\n]+")
_CLEANED_CONTENT = {"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "form", "select"}


def visible(text: str) -> str:
    """`text` without control, zero-width, bidirectional and tag characters, surrogates and noncharacters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or _is_visible(char))


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def from_html(markup: str) -> str:
    """The text of an HTML fragment, a block a line; markup that was escaped once too often is taken out as well."""
    text = markup
    for _ in range(2):
        if "<" not in text and "&" not in text:
            break
        broken = _BLOCK.sub("\n", text)
        text = html.unescape(nh3.clean(broken, tags=set(), clean_content_tags=_CLEANED_CONTENT))
    return tidy(_TAG.sub(" ", text))


def tidy(text: str) -> str:
    """Visible characters alone, spaces single, no empty line."""
    lines = (_SPACES.sub(" ", line).strip() for line in visible(text.replace("\r", "\n")).split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(markup: str, limit: int) -> str:
    """A title: plain, one line, cut at a word if it is longer than `limit`."""
    text = " ".join(from_html(markup).split())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + "…"


def count_words(text: str) -> int:
    return len(text.split())
