"""A thing or a person of the story that the answer comes back to, or a count of things that were spoken of."""

from __future__ import annotations

import re

from synthesis.dialogue.answer import Answer
from synthesis.dialogue.choose import content_words

# Concrete and singular: "And the missing man?" is said by people, "And the opportunity?" is not.
_PLAIN = frozenset(
    """man woman boy girl child baby driver pilot captain suspect victim passenger crew dog cat bear horse whale bird
    train plane ship boat ferry trawler helicopter car bus lorry truck bridge tunnel road school hospital library museum
    theatre stadium factory mine dam port airport station church castle house tower wall village town island river lake
    forest park beach reactor satellite rocket telescope robot""".split()
)
_UNCOUNTED = frozenset(
    """people person
    time percent point dollar crown euro pound mile metre meter kilometre kilometer foot inch ton tonne gram kilo
    kilogram litre liter degree second minute hour day week month year decade century million billion thousand hundred
    third quarter half way part step question reason case thing example vote""".split()
)


def thing(answer: Answer) -> str:
    """The subject, spoken of earlier but not just now, as a question calls it ("the missing man"), or ""."""
    noun = answer.subject
    if noun is None or noun.tag_ != "NN" or noun.lemma_.lower() not in _PLAIN or answer.role == "quotation":
        return ""
    kept = [t for t in noun.children if t.dep_ in {"det", "amod", "compound"}] + [noun]
    words = " ".join(token.text for token in sorted(kept, key=lambda token: token.i))
    others = [t for t in noun.children if t.dep_ not in {"det", "amod", "compound"}]
    if others or not re.match(r"the\b", words, re.I) or len(kept) > 3:
        return ""
    known = content_words(words)
    is_lost = re.match(r"the (missing|injured|arrested|stolen) ", words, re.I)
    if is_lost and not content_words(is_lost[1]) <= answer.said or not is_lost and not known <= answer.said:
        return ""
    if content_words(noun.text) & content_words(answer.before):
        return ""
    return words[:1].lower() + words[1:]


def counted(answer: Answer) -> str:
    """The plural noun that the answer counts and that was spoken of uncounted before ("schools"), or ""."""
    if answer.main is None or answer.role == "background":
        return ""
    for token in answer.main.subtree:
        noun = token.head
        if token.dep_ != "nummod" or noun.tag_ != "NNS" or noun.lemma_.lower() in _UNCOUNTED:
            continue
        holder = noun.head if noun.dep_ == "pobj" else noun
        if holder.head != answer.main or noun.dep_ not in {"dobj", "nsubj", "nsubjpass", "attr", "pobj"}:
            continue
        if noun.ent_type_ in {"DATE", "TIME", "MONEY", "PERCENT"} or token.ent_type_ in {"DATE", "TIME", "MONEY"}:
            continue
        if any(child.dep_ in {"det", "poss"} for child in noun.children):
            continue
        if _is_spoken_of_uncounted(noun.text, answer.heard):
            return noun.text.lower()
    return ""


def _is_spoken_of_uncounted(noun: str, heard: str) -> bool:
    found = [heard[max(0, match.start() - 24) : match.start()] for match in re.finditer(rf"\b{noun}\b", heard, re.I)]
    numbers = (
        r"(\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand|dozen)\b)"
    )
    return bool(found) and not any(re.search(numbers, before, re.I) for before in found)
