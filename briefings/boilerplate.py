"""Lines of a news page that are none of its news: credits, prompts, captions, crossheads, "more from" lists."""

from __future__ import annotations

import re

from briefings.plain_text import count_words, tidy

# Everything after such a line belongs to other pages, if most of the text stands before it.
_END = re.compile(
    r"^(read next|more (from|stories|on this)\b.{0,60}|related (stories|articles|content|topics|coverage|reading)"
    r"|recommended (for you|stories|reading)|most (read|popular|viewed)|you (may|might) also (like|be"
    r" interested in).{0,20}"
    r"|what to read next|editors?[’'] picks?|about the authors?)\s*[:.]?$",
    re.IGNORECASE,
)
_PROMPTS = (
    r"^(article content|advertisements?|sponsored( content)?|loading\.*|share|save|print|copy link|listen to"
    r" (this )?article.*)[.:]?$",
    r"advertisement embed|story continues below|article continues (below|after)|continue reading|scroll (down"
    r" )?to continue",
    r"^(click|tap|swipe|watch|listen|read( more)?|see|view|related|also read|don['’]t miss|must read|more"
    r"|download)( here| now| on)?\s*:",
    r"\b(click|tap) here\b|\bswipe (left|right|up|→)|→$",
    r"\b(sign up|subscribe|register)\b.{0,60}\b(newsletters?|inbox|alerts?|podcasts?|free|today|unlimited"
    r"|channel|here|now)\b",
    r"\b(newsletters?)\b.{0,60}\b(sign up|subscribe|inbox|here)\b|\bget (the )?(daily|latest"
    r"|breaking)\b.{0,40}\b(news|inbox)\b",
    r"^(follow|join|like|find) (us|me|him|her|\w+ \w+) on\b|\bfollow (us|@\w+)|\b(on|via) (x|twitter|facebook"
    r"|instagram|whatsapp)\.?$",
    r"\b(already a subscriber|subscribers? only|to continue reading|create a free account|log ?in to|have an"
    r" account)\b",
    r"\bbookmark\b.{0,60}\bnewsletter\b|\bour website is the place\b|\bwe want to hear from you\b|\bfollow"
    r" live updates\b",
    r"\bpurchase licensing rights\b|\bour standards: |\btrust principles\b|\ball rights reserved\b|^(©|copyright\b)",
    r"\bcontributed to this (report|story|article)\b|^with (files|reporting|additional reporting) (from|by)\b",
    r"^(additional |with )?reporting by\b.{0,200}\b(editing|writing) by\b|^(reporting|editing|writing|edited"
    r"|additional reporting)"
    r" by\b.{0,160}$",
    r"^\W*\w+(, \w+| and \w+)* reported from\b.{0,120}$|\bthis (story|article|post) (was|has been) (originally"
    r" |first )?(updated|published)",
    r"pic\.twitter\.com|\bt\.co/|^[—–-]\s.{0,60}\(@\w+\)|^@\w+$",
    r"^(photo(graph)?s?|image|picture|video|illustration|credit|source|file( photo)?)( (by|credit|courtesy))?\s*[:|/-]",
    r"\((ap|reuters|getty|afp|bloomberg|photo)[^)]{0,60}(photo|images?|file|via)[^)]{0,60}\)$|\b(getty images"
    r"|ap photo|afp via)\b",
    r"^\W*[A-Z][\w.' -]{2,40}/(getty|reuters|ap|afp|bloomberg|the canadian press)\b.{0,40}$",
    r"\b(affiliate (links?|commission)|we may earn|when you buy through)\b",
    r"^(tags?|topics?|categories|filed under|posted in|share)\s*:",
    r"^\W*$",
)  # fmt: skip
_PROMPT = re.compile("|".join(f"(?:{pattern})" for pattern in _PROMPTS), re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$|[\"”’»]$")
_LONG_PROMPT_WORDS = 60
_CROSSHEAD_WORDS = 16


def drop(text: str, title: str = "") -> str:
    """`text` (a paragraph a line) without the lines that no presenter would read out, and without repeats."""
    lines = _before_the_end([line.strip() for line in tidy(text).split("\n")])
    kept: list[str] = []
    seen = {_key(title)}
    bodies = [_key(line) for line in lines]
    for index, line in enumerate(lines):
        line = line.removeprefix("- ").removeprefix("• ").strip()
        if _is_noise(line) or _key(line) in seen or _is_pulled(_key(line), bodies, index):
            continue
        seen.add(_key(line))
        kept.append(line)
    return "\n".join(kept)


def _before_the_end(lines: list[str]) -> list[str]:
    total, before = sum(map(count_words, lines)), 0
    for index, line in enumerate(lines):
        if before >= total / 2 and _END.match(line):
            return lines[:index]
        before += count_words(line)
    return lines


def _is_noise(line: str) -> bool:
    words = count_words(line)
    if _END.match(line) or (words < _LONG_PROMPT_WORDS and _PROMPT.search(line)):
        return True
    if words < _CROSSHEAD_WORDS and not _SENTENCE_END.search(line):
        return True
    return words <= 10 and (line.endswith((":", "?")) or line.startswith(("‘", "'")))


def _is_pulled(key: str, bodies: list[str], index: int) -> bool:
    """Whether a short line repeats words of another paragraph, as a pulled quote or a key point does."""
    return 20 < len(key) < 300 and any(
        key in body for i, body in enumerate(bodies) if i != index and len(body) > len(key)
    )


def _key(line: str) -> str:
    return re.sub(r"[\W_]+", " ", line).strip().lower()
