"""Find what in a source speaks to a language model and not to a reader: orders, roles, fake turns, fake control tokens.

What is found is shown to the editor, and told by no host; that nothing is found proves nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass

from synthesis.text import sentences
from synthesis.text.visible import folded

MOST_FOUND, EXCERPT, LONGEST = 20, 200, 20_000  # appeals of a text; characters of an excerpt and of a paragraph
_AI = (
    r"(?:(?:the |all |any |an? |our |my |your )?(?:\w+ )?(?:a\.?i\.?s?|artificial intelligence|language models?|llms?"
    r"|chat ?bots?|assistants?|chatgpt|gpt|summari[sz]ers?|script ?writers?|podcast (?:generators?|writers?|makers?)"
    r"|(?:automated|machine) (?:readers?|systems?)))"
)
_OUTPUT = r"(?:hosts?|presenters?|anchors?|podcast|script|summary|episode|answer|response|output|dialogue|transcript)"
_RULES = (
    r"(?:instructions?|prompts?|rules|guidelines|directions|directives|orders|commands|constraints|messages?|context"
    r"|conversation|programming|training|text|content|articles?|stories)"
)
_BEFORE = r"(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|other|system|safety|former)"
_NOW = r"(?:^\W*|[:;,.!?–—-]\s*|\b(?:please|must|should|shall|now|then|you|also|instead) )"
_KINDS: dict[str, tuple[str, ...]] = {
    "instruction": (
        rf"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass|discard)\b"
        rf" (?:[^.!?\s]+ ){{0,3}}(?:{_BEFORE} (?:\w+ ){{0,2}}{_RULES}|{_RULES} (?:above|before|so far|given))\b",
        rf"{_NOW}(?:ignore|disregard|forget|override|bypass|discard) (?:all|any|your|my|these|the|everything)\b"
        rf"[^.!?]{{0,20}}\b(?:{_RULES}|above|told|said)\b",
        rf"\b(?:do not|don't|stop) (?:follow|obey)\w* (?:\w+ )?(?:your|{_BEFORE}) (?:\w+ )?{_RULES}\b",
        r"\b(?:new|updated|real|actual|secret|hidden) instructions?(?: for you)?\s*:",
        rf"\b(?:instructions?|notes?|messages?|attention|memo|notice|orders?)\W{{1,3}}(?:(?:to|for) )?{_AI}\s*"
        r"(?:[:,!—-]|reading|processing|summari|who|that|$)",
        rf"^\W*(?:dear |attention,? |hey,? |hello,? ){_AI}\s*[:,!—-]|\bif you(?:'re| are) {_AI}\b",
    ),
    "role": (
        r"\byou(?:'re| are) (?:now|no longer|henceforth) (?:an?|the|called|named|in|free|acting|playing|dan|bound)\b"
        r"|\bfrom now on,? (?:you|your|the hosts?)\b",
        rf"\b(?:act(?:ing)? as|pretend(?:ing)? to be|behave like|role-?play as|you are|you're) {_AI}\b",
        r"\bas an? (?:ai|artificial intelligence|(?:ai |large )?language model)\b(?: \w+){0,2},? (?:i|you)\b",
        r"\b(?:jailbreak|dan) mode\b|\bdeveloper mode (?:enabled|activated|on)\b",
    ),
    "prompt": (
        r"\bsystem (?:prompts?|override|instructions?|message:)|\byour (?:initial |hidden |original )?prompt\b",
        r"\b(?:repeat|reveal|print|output|disclose|leak)\b[^.!?]{0,30}\b(?:your|the) (?:system |initial )?"
        r"(?:prompt|instructions)\b",
    ),
    "demand": (
        rf"{_NOW}(?:read|say|announce|repeat|broadcast|speak|recite|tell)\b[^.!?:]{{0,60}}\b(?:on (?:the )?air|out loud"
        r"|aloud|verbatim|word for word|exactly (?:this|these|as)|the following(?! \w*(?:day|week|month|year)))",
        rf"{_NOW}(?:read|say|announce|repeat|give out|broadcast|mention) (?:out )?this (?:number|address|line|link|code"
        r"|message|sentence)\b",
        r"\b(?:tell|inform|urge|ask|remind) (?:your|all|every) (?:\w+ )?(?:listeners?|audience|viewers?)\b",
        r"\b(?:listeners?|the audience) (?:must|should|need to|have to) (?:call|visit|send|go to|text|pay|buy|dial)\b",
        rf"\b(?:{_AI}|{_OUTPUT}) (?:must|should|shall|has to|have to|needs? to|is to|are to|will now) (?:\w+ ){{0,2}}"
        r"(?:say|read|tell|mention|announce|include|repeat|contain|recommend|(?:end|begin|start|open|close) with)\b",
        r"\b(?:include|insert|add|put|write|mention)\b[^.!?]{0,60}\b(?:in|into|to|at the (?:start|end) of) (?:the|your"
        r"|this) (?:script|summary|answer|response|output|podcast|dialogue|show notes|broadcast)\b",
        rf"{_NOW}(?:approve|publish|mark|release|sign off)\b[^.!?]{{0,30}}\b(?:script|episode|edition|this (?:article"
        r"|story)|as (?:approved|verified|checked|safe))\b",
        r"\b(?:skip|disable|without|turn off) (?:\w+ ){0,2}(?:fact-?checks?|checks|review|approval|moderation)\b"
        r"[^.!?]{0,40}\b(?:script|episode|edition)\b",
        rf"{_NOW}(?:add|replace|rename|remove|introduce|change|swap)\b[^.!?]{{0,20}}\bhosts?\b",
        rf"{_NOW}(?:respond|answer|reply|write|output|speak) only (?:in|with)\b",
    ),
    "turn": (
        r"^\W{0,4}(?:system|assistant|user|human|(?:co-?)?host(?: ?(?:[a-d]|\d|one|two))?|speaker ?\d?)\s*"
        r"(?:\([^)]{0,30}\))?\s*[:>](?!//)",
        r"^\W{0,4}#{2,}\s*(?:human|assistant|system|user|instructions?|response)\b",
        r"[\"'](?:host|cites|speaker|role|kind|turns?)[\"']\s*:",
    ),
    "token": (
        r"<\|[^|<>\n]{1,40}\|>|\[/?(?:INST|SYS|SYSTEM|USER|ASSISTANT)\]|<</?SYS>>|<｜[^｜]{1,40}｜>",
        r"</?(?:s|system|assistant|user|human|host|hosts|turn|turns|think|thinking|tool|tool_call|tool_response|function"
        r"|instructions?|script|article|articles|story|source|sources|document|context|prompt|answer|output|speaker"
        r"|(?:start|end)_of_turn|bos|eos|im_start|im_end|endoftext|begin_of_text|eot_id)(?:\s[^<>]{0,40})?/?>",
        r"\b(?:begin|start|end) (?:of )?(?:the )?(?:system|untrusted|article|source|prompt|instructions?|document)"
        r" ?(?:text|prompt|message|s|block)?\b(?=\W*$|\W{2,})|```",
    ),
    "foreign": (
        r"\bignorier\w* [^.!?]{0,40}\b(?:anweisung|befehl|vorgabe|regel)\w*|\bvergiss [^.!?]{0,40}\banweisung\w*",
        r"\b(?:ignore[rz]?|oublie[rz]?) [^.!?]{0,40}\b(?:instructions|consignes|directives|règles)\b",
        r"\b(?:ignor[ae]n?|olvid[ae]n?|esquece|esqueça|dimentic\w+) [^.!?]{0,40}\b(?:instruc\w+|instruções|istruzioni"
        r"|órdenes|reglas|regole)\b",
        r"\bnegeer [^.!?]{0,40}\binstructies\b|\bzignoruj\w* [^.!?]{0,40}\b(?:instrukcj|polece)\w*",
        r"\b(?:игнорируй|забудь|проигнорируй)\w* [^.!?]{0,40}\b(?:инструкци|указани|команд)\w*",
        r"\b(?:ігноруй|забудь)\w* [^.!?]{0,40}\b(?:інструкці|вказівк)\w*",
        r"\btalimatlar\w* [^.!?]{0,20}\b(?:yok say|unut|görmezden gel)\w*",
        r"忽略[^。！？]{0,20}(?:指令|指示|说明|說明|提示|命令)|忘[记記][^。！？]{0,20}(?:指令|指示)",
        r"指示[^。！？]{0,12}(?:無視|忘れ)|(?:지시|명령|지침)[^.!?]{0,12}(?:무시|잊)",
        r"تجاهل [^.!?]{0,40}(?:التعليمات|الأوامر)|निर्देशों [^।.!?]{0,20}(?:अनदेखा|भूल|नज़रअंदाज़)",
    ),
}
_APPEALS = {kind: re.compile("|".join(patterns), re.I | re.M) for kind, patterns in _KINDS.items()}
_ENCODED = re.compile(r"(?<![\w/+=])(?=[\w+/]*\d|[\w+/]*[A-Z][a-z][\w+/]*[A-Z])[A-Za-z0-9+/]{32,}={0,2}(?![\w/+=])")


@dataclass(frozen=True, slots=True)
class Appeal:
    """`kind`: instruction, role, prompt, demand, turn, token, foreign, encoded."""

    kind: str
    excerpt: str


def find(text: str, hosts: Collection[str] = ()) -> list[Appeal]:
    """What in `text`, a paragraph a line, speaks to a model; a line that begins as a turn of one of `hosts` does."""
    found = []
    for line in folded(text).splitlines():
        for sentence in sentences.split(line[:LONGEST]):
            if kind := _kind(sentence, hosts):
                found.append(Appeal(kind, sentence[:EXCERPT]))
        if len(found) >= MOST_FOUND:
            break
    return found[:MOST_FOUND]


def is_appeal(sentence: str, hosts: Collection[str] = ()) -> bool:
    """Whether one sentence speaks to a model."""
    return bool(_kind(folded(sentence), hosts))


def _kind(sentence: str, hosts: Collection[str]) -> str:
    for kind, pattern in _APPEALS.items():
        if pattern.search(sentence):
            return kind
    names = "|".join(re.escape(name) for name in hosts if name)
    if names and re.match(rf"\W{{0,4}}(?:{names})\s*:", sentence, re.I):
        return "turn"
    return "encoded" if _hides_text(sentence) else ""


def _hides_text(sentence: str) -> bool:
    """Whether a run of letters decodes to text: no news sentence has one."""
    for match in _ENCODED.finditer(sentence):
        try:
            plain = base64.b64decode(match[0] + "=" * (-len(match[0]) % 4), validate=True).decode()
        except (binascii.Error, ValueError):
            continue
        if plain.isprintable():
            return True
    return False
