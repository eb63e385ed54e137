"""Know the sentences that no host may read: captions, adverts, first person, appeals to the reader, page furniture."""

from __future__ import annotations

import re

from synthesis.dialogue import addresses, appeals
from synthesis.text.folding import unreadable_word

_FURNITURE = re.compile(
    r"https?://|www\.|\S+@\S+|(?<!\w)@\w|#\w{3,}|\bclick (here|below)|\bread (more|also|next|through)|\bsee also\b"
    r"|\brelated\s*:|\bsubscribe (to|now|today|here|for)\b|\bsubscribers? (get|can|only)\b|\bnewsletter"
    r"|\bsign[- ]up\b|\bfollow (us|him|her|them) on|\b(file |handout )?photo(graph)?\s*[:/(]|\bphoto by|\bimage\s*:"
    r"|\bcredit\s*:|getty images|shutterstock|\bAP photo"
    r"|contributed to this (report|story|article|guide)|^(additional )?(reporting|editing|writing|compiled) by|all "
    r"rights reserved|copyright|©"
    r"|\bthis (article|story|post|guide|column|piece|newsletter|review)\b|advertis(e|ing)ment|\bsponsored\b"
    r"|affiliate|cookie(s)? (policy|settings)|\blisten to the\b"
    r"|\bwatch (the|this|below|above|more)\b|^(last )?updated?\b|\bupdated (at|on)\b|^published\b|^correction\b"
    r"|editor's note|(?-i:^By [A-Z][a-z]+ [A-Z])|^\d{1,2}[:.]\d{2}\b"
    r"|\bscroll\b|\bdownload\b.*\bapp\b|terms of (use|service)|\bbelow\b.*:|^\W*(live|breaking|exclusive|opinion"
    r"|analysis|video|gallery|poll)\b\s*[:|-]"
    r"|\bhere (are|is|was|were)\b|\bhere's\b|\bshown (here|above|below)\b|\bpictured\b|\((left|right|above|below)\)"
    r"|^(more|also) (from|on|read)\b|^share\b|^comment"
    r"|\breviews and recommendations\b|independently selected|\bearn a commission|\bpaywall\b|\bfor (subscribers"
    r"|members) only\b|trust principles|\bour standards\b|^\W*(source|credits?|tags?|topics?)\s*:"
    r"|\btakes? stock of\b|\btakes? a (closer )?look at\b|\bspoke (to|with) \w+ about\b.*\bin this\b"
    r"|^true or false\b|\bpromo code\b|\bcheck out\b|\bstay tuned\b|\btune in\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(I|I'm|I've|I'd|I'll|me|my|(?:of|is|was|are|were|be|not) mine|myself|we|we're|we've|we'd|we'll|us"
    r"|our|ours|you|you're|you've|you'll|your"
    r"|yours|let's)\b",
    re.I,
)
_NATION = re.compile(r"\b(US|U\.S\.)\b")

_CAPTION = re.compile(
    r"^\s*\[\d+/\d+\]|^\W*(left|right|above|below|from left)\b.*:|, (in|on) this (file|undated) (photo|image"
    r"|picture)|\b(poses?|takes? a selfie|seen here|looks on)\b",
    re.I,
)


# A word of a tabloid's for somebody, outside a quotation.
_TABLOID = re.compile(
    r"\b(?:pals?|grandad|hubby|yobs?|thugs?|fiend|hunk|babe|love rat|cops|skipper|boozy|heartache"
    r"|(?:mum|dad|mother|father|gran|nan|grandad|grandmother)-of-\w+)\b",
    re.I,
)
# A transcript, or what is meant to be taken for a turn of this script.
_SPEAKER = re.compile(r"^\W*[A-Z][\w'-]+(?: [A-Z][\w'-]+)?(?: \([^)]*\))?\s?[:>]\s")


def is_for_models(written: str) -> bool:
    """Whether the source's sentence, brackets and all, speaks to a language model, or looks like a host's turn."""
    return bool(_SPEAKER.match(written)) or appeals.is_appeal(written)


def is_caption(written: str) -> bool:
    """Whether the source's sentence, brackets and all, stands under a picture."""
    return bool(_CAPTION.search(written))


def reason(text: str) -> str:
    """Why `text` must not be spoken, or "" if nothing is against it. What stands within quotation marks may be
    personal."""
    outside = re.sub(r'"[^"]*"?', " ", text)
    if _FURNITURE.search(text):
        return "page furniture"
    if _PERSONAL.search(_NATION.sub("America", outside)):
        return "speaks of or to itself"
    if _TABLOID.search(outside):
        return "is told in a tabloid's words"
    if "?" in outside:
        return "asks the reader"
    if addresses.find(text):
        return "holds an address"
    if is_for_models(text):
        return "speaks to a language model"
    if unreadable_word(text):
        return "holds a word that no English voice can read"
    if text.rstrip().endswith((":", "...", "…", ";", ",")) or not re.search(r"[.!\"]$", text.rstrip()):
        return "is no whole sentence"
    letters = re.findall(r"[A-Za-z]", text)
    if len(letters) < 12 or sum(letter.isupper() for letter in letters) > 0.4 * len(letters):
        return "is a heading"
    return ""
