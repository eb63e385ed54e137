"""Find what a listener could call, type or pay to: web and mail addresses, phone numbers, handles, accounts.

They are found as they are written and as they are spoken ("tandem dot example", "five five five, oh one nine nine").
Whoever plants one in an article wants it to be said; a host says only those that the show allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from synthesis.text.visible import folded
from synthesis.types import Edition, Finding

_ENDINGS = "com|org|net|edu|gov|mil|info|biz|io|co|ai|app|dev|xyz|top|site|online|shop|store|club|live|news|link|click"
_ENDINGS += "|example|test|invalid|onion|ly|gl|gg|me|tv|fm"
_COUNTRIES = "uk|us|ca|au|nz|ie|de|fr|es|it|nl|be|ch|at|eu|pl|se|no|dk|fi|ru|ua|cn|jp|kr|in|br|mx|za|tk|ml|cc|pw|su"
_NO_NAME = "(?:is|are|was|be|it|us|me|go|look|here|found|online|not|and|or)"  # before an "at" of no mailbox
_DIGIT = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred|[0-9])"
_CALL = r"\b(?:call|dial|ring|phone|text|sms|fax|whatsapp|number(?: is)?|hotline|helpline|tel(?:ephone)?)\b[\s:.]*"
_CALL += r"(?:(?:us|me|now|free|toll-free|today|the|this|on|at|number|line|hotline|word|code|\w+ to)[\s:]+){0,4}"
_AFTER = r"(?=\s*(?:[.,;:!?\"')]|$|(?:now|today|to|for|and|or|free|immediately|before|if|right)\b))"
_PATTERNS = (
    r"(?i:h(?:tt|xx)ps?)\s?:\s?//\S+|(?i:\bwww)\.\S+",
    r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+|(?<![\w/@])@\w{2,}",
    rf"(?i:\b(?:[a-z0-9-]{{1,63}}(?:\.|\s?[\[(]\.[\])]\s?)){{1,9}}(?:{_ENDINGS})\b)(?:/\S*)?",
    rf"\b(?:[a-z0-9-]{{1,63}}\.){{1,9}}(?:{_COUNTRIES})\b(?:/\S*)?",
    rf"(?i:\b(?!{_NO_NAME} at\b)[\w-]{{1,63}}(?: at [\w-]{{1,63}})?(?: dot [\w-]{{1,63}}){{,5}}\W{{1,2}}dot\W{{1,2}}"
    rf"(?:{_ENDINGS}|{_COUNTRIES})\b(?: slash \w+)*)",
    r"(?i:\b[\w-]{1,63} point com\b|\b(?:double[ -]?u[, ]*){3}|\bat sign \w+|\bhandle is @?\w+)",
    r"(?i:\b(?:telegram|whatsapp|signal|discord|instagram|tiktok|twitter|facebook)\b.{0,20}\b(?:channel|user(?:name)?"
    r"|handle|account|group|bot|page) (?:is |called |named |under )[\"']?\w+)",
    r"(?<![\w.,])\+\s?\d[\d\s().-]{6,}\d",
    r"(?<![\w.,-])(?:1[-. ]?)?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?![\w-])",
    r"(?<![\w.,-])\(?0\d{2,4}\)?[-. /]\d{3,4}[-. ]?\d{3,4}(?![\w-])|(?<![\w.,-])\d{3}-\d{4}(?![\w-])",
    r"(?<![\w.,-])1?-?(?:800|888|877|866|855|844|833|900)-[A-Z0-9]{2,}[A-Z0-9-]*",
    r"(?<![\w.,])\d{9,}(?![\w,])|(?<!\w)(?:\d[ .-]){6,}\d(?!\w)",
    r"(?<!\w)\d{1,3}(?:\.\d{1,3}){3}(?!\w)",
    rf"(?i:\b(?:{_DIGIT}[\s,.-]+){{6,}}{_DIGIT}\b)",
    rf"(?i:{_CALL}(?P<called>\d[\d\s().-]*\d\d{_AFTER}))",
    rf"(?i:{_CALL}(?P<spelt>(?:{_DIGIT}[\s,-]+){{2,}}{_DIGIT}{_AFTER}))",
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b|\bbc1[a-z0-9]{20,}\b|\b0x[a-fA-F0-9]{40}\b",
    r"\b[13][a-km-zA-HJ-NP-Z1-9]{25,34}\b",
)
_ADDRESS = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))
_EMERGENCY = frozenset("911 999 112 000 110 111 113 115 118 119 101 988".split())
_SPELT = {word: str(number) for number, word in enumerate("zero one two three four five six seven eight nine".split())}
_SPELT |= {"oh": "0"}


def find(text: str) -> list[str]:
    """The addresses in `text`, in its order; an emergency number is none."""
    found = []
    for match in _ADDRESS.finditer(folded(text)):
        span = (match["called"] or match["spelt"] or match[0]).strip(" .,;:!?\"'()")
        if _key(span) not in _EMERGENCY:
            found.append(span)
    return found


def check(text: str, allowed: Iterable[str]) -> list[Finding]:
    """The addresses in `text` that are not among the `allowed`, written or spoken."""
    spans = find(text)
    if not spans:
        return []
    known = {_key(address) for address in allowed}
    reason = "The show does not allow this address to be said."
    return [Finding("address", span, reason) for span in spans if _key(span) not in known]


def allowed_of(edition: Edition, outlets: Iterable[str] = ()) -> list[str]:
    """What the hosts of an edition may say: what the show allows, its own helplines and name, and outlets' names."""
    own = [edition.show, *edition.helplines.values(), *outlets]
    return [*edition.allowed_addresses, *(span for text in own for span in find(text))]


def without(text: str) -> str:
    """`text` with its addresses cut out."""
    text = folded(text)
    for span in find(text):
        text = text.replace(span, "")
    return " ".join(re.sub(r"\(\s*\)|\s+(?=[,.;:!?])", "", text).split()).strip(" ,;:-–—|")


def _key(address: str) -> str:
    """Written and spoken forms of one address have the same key."""
    words: Sequence[str] = re.findall(r"\w+|[.@]", re.sub(r"^h\w\wps?:|\bwww\.", "", folded(address).casefold()))
    plain = "".join({"dot": ".", "at": "@"}.get(word, _SPELT.get(word, word)) for word in words)
    return plain if re.search("[a-z]", plain) else re.sub(r"\D", "", plain)
