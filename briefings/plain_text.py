"""Text from the web made plain: no markup, no invisible characters, one kind of space."""

from __future__ import annotations

import html
import re

import nh3

from briefings.parsers.page import drop_hidden
from synthesis.text.visible import visible

_BLOCK = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|blockquote|section|article)|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_SPACES = re.compile(r"[^\S\n]+")
# What may hide an element from a reader: only such markup is parsed for it.
_MAY_HIDE = re.compile(r"<[^<>]*\b(?:style|hidden|aria-hidden|class)\b[^<>]*>", re.IGNORECASE)
_CLEANED_CONTENT = {"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "form", "select"}


def from_html(markup: str) -> str:
    """The text of an HTML fragment, a block a line; markup that was escaped once too often is taken out as well."""
    text = markup
    for _ in range(2):
        if "<" not in text and "&" not in text:
            break
        broken = _BLOCK.sub("\n", _without_hidden(text))
        text = html.unescape(nh3.clean(broken, tags=set(), clean_content_tags=_CLEANED_CONTENT))
    return tidy(_TAG.sub(" ", text))


def _without_hidden(markup: str) -> str:
    if not _MAY_HIDE.search(markup):
        return markup
    import lxml.html

    try:
        tree = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (lxml.etree.LxmlError, ValueError):
        return markup
    drop_hidden(tree)
    return lxml.html.tostring(tree, encoding="unicode")


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
