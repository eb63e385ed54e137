"""Tell one story with two voices: the lead tells its facts, the other host asks, picks up, and keeps it a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from synthesis.dialogue import choose, figures, grounding, when
from synthesis.dialogue.about import subject_of
from synthesis.dialogue.attribution import lower_first, outlet_name
from synthesis.dialogue.facts import Fact, assumed, facts_of
from synthesis.dialogue.names import Introductions
from synthesis.dialogue.parse import parse
from synthesis.dialogue.phrases import Phrasebook
from synthesis.dialogue.reading import Reading, read
from synthesis.dialogue.roles import is_grave
from synthesis.dialogue.topics import Billing, billing
from synthesis.types import Article, Citation, Edition, Story, Turn

MOST_WORDS, MOST_SENTENCES = 42, 2
_DISPUTE = re.compile(
    r"\b(disput\w+|den(y|ies|ied)|reject\w*|dismiss\w*|contest\w*|disagree\w*|accus\w+|object\w*|no proof|untrue|not true)\b",
    re.I,
)
_REPLACEABLE = frozenset("detail event background account number percent".split())  # the thing itself makes the better question
_MONEY_VERBS = frozenset("cost pay spend raise invest fund fine lose earn contribute donate give set total provide allocate budget owe sell buy".split())
_MOVING_VERBS = frozenset("grow rise fall drop climb increase decrease decline gain lose slip jump remain stand be account compare raise cut reach".split())
_TITLED = re.compile(
    r"\b(President|Prime Minister|Chancellor|Governor|Mayor|Senator|Secretary|Justice|Judge|Pope|King|Queen) (?:[A-Z][\w.'-]+ )*([A-Z][\w'-]+)$"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A story read and ranked: `facts` in order of worth, of which the first n are told."""

    story: Story
    readings: tuple[Reading, ...]
    facts: tuple[Fact, ...]
    billing: Billing
    is_grave: bool
    needs_headline: bool  # the article's own first sentence could not be told

    def source_texts(self) -> list[str]:
        """Everything the story has, for what the hosts say in their own words."""
        names = [outlet_name(reading.article.outlet) for reading in self.readings]
        return [
            self.story.title,
            *names,
            *(reading.article.text for reading in self.readings),
            *(reading.article.title for reading in self.readings),
        ]


def prepare(story: Story, edition: Edition) -> Prepared:
    readings = tuple(read(article) for article in story.articles)
    facts = [fact for reading in readings for fact in facts_of(reading, edition)]
    ranked = tuple(choose.rank(story.title, readings, facts))
    first = parse([ranked[0].text])[0] if ranked else None
    opening = " ".join(sentence.text for reading in readings for sentence in reading.sentences[:4])
    return Prepared(story, readings, ranked, billing(story, first), is_grave(story.title, opening), _lacks_lead(story, ranked))


def _lacks_lead(story: Story, ranked: Sequence[Fact]) -> bool:
    """Whether the story's first fact says little of what its title says, so that the title must be said too."""
    if not ranked:
        return False
    title, first = choose.content_words(story.title), choose.content_words(ranked[0].text)
    return ranked[0].sentence.index > 0 and len(title & first) < 0.5 * len(title)


def tell(
    prepared: Prepared, count: int, lead: str, other: str, book: Phrasebook, edition: Edition, *, named: bool
) -> list[Turn]:
    """The turns of a story with its `count` best facts. `named` says that the link has named the outlet already."""
    spoken = _spoken_facts(prepared, count, edition)
    groups = _groups(spoken)
    turns: list[Turn] = []
    told = questions = 0
    heard = {prepared.story.articles[0].id} if named else set()
    for place, group in enumerate(groups):
        told += 1
        speaker = lead
        if turns and turns[-1].host == lead:
            may_ask = 2 * (questions + 1) <= told
            question = _question(group[0], groups[place - 1][-1], turns, book) if may_ask else ""
            if question:
                questions += 1
                turns.append(Turn(other, question, "question", (), "template", (), prepared.story.id))
            else:
                speaker = other
        turns.append(_fact_turn(group, speaker, prepared, book, heard))
    return turns


@dataclass(frozen=True, slots=True)
class Spoken:
    """A fact in the words in which it goes on air, checked. `label`: how a question may call its speaker, or ""."""

    fact: Fact
    text: str
    citations: tuple[Citation, ...]
    written_by: str
    label: str


def _spoken_facts(prepared: Prepared, count: int, edition: Edition) -> list[Spoken]:
    facts = choose.order(prepared.facts[:count])
    introductions = Introductions(prepared.readings, [fact.text for fact in facts])
    spoken: list[Spoken] = []
    for fact in facts:
        label = _label(fact, introductions)
        text, extra = introductions.tell(fact.text, fact.sentence.article.id)
        found = _checked(fact, text, extra, label, edition)
        if found is not None:
            spoken.append(found)
    return spoken


def _checked(fact: Fact, text: str, extra: Sequence[int], label: str, edition: Edition) -> Spoken | None:
    """The fact as it passes the check: with names introduced, else shortened only, else in the source's own words."""
    article = fact.sentence.article
    cites = tuple(dict.fromkeys([*fact.cites, *extra]))
    own = fact.sentence.text
    for words, indexes in (
        (text, cites),
        (fact.text, fact.cites),
        (own if len(own.split()) <= 40 else "", (fact.sentence.index,)),
    ):
        if words and not grounding.check(words, sources(article, indexes, edition)):
            citations = tuple(Citation(article.id, index) for index in indexes)
            return Spoken(fact, words, citations, "source" if words == own else "extractive", label)
    return None


def sources(article: Article, indexes: Sequence[int], edition: Edition) -> list[str]:
    """What a turn that cites these sentences may say: the sentences, the outlet's name, and the days they speak of."""
    from synthesis.text.sentences import split

    sentences = split(article.text)
    cited = [sentences[index] for index in indexes if index < len(sentences)]
    published = when.published_date(article.published, edition.timezone)
    dated = [when.resolve(sentence, published, edition.date) for sentence in cited]
    return [*cited, *dated, outlet_name(article.outlet)]


def _label(fact: Fact, introductions: Introductions) -> str:
    who = fact.speaker.strip(",")
    if not who or "," in who or '"' in who:
        return ""
    titled = _TITLED.search(who)
    if titled:
        return f"{titled[1]} {titled[2]}"
    if introductions.knows(who.split()[-1]):
        return who.split()[-1]
    if (
        re.match(r"(the|[A-Z])", who)
        and len(who.split()) <= 5
        and not re.match(r"(An?|One|Some|Many|Most|Several|Other|Two|Three)\b", who, re.I)
    ):
        doc = parse([who])[0]
        is_person = any(entity.label_ == "PERSON" for entity in doc.ents) or who.istitle() and len(who.split()) == 2
        if not is_person and not re.fullmatch(r"[A-Z]{2,}", who):
            return who[:1].lower() + who[1:] if who.startswith("The ") else who
    return ""


def _groups(spoken: Sequence[Spoken]) -> list[list[Spoken]]:
    """One thought a turn: a second sentence joins only where it leans on the first, or both are short and alike."""
    groups: list[list[Spoken]] = []
    for item in spoken:
        last = groups[-1] if groups else []
        words = sum(len(other.text.split()) for other in [*last, item])
        fits = (
            len(last) == 1
            and _sentences(last[0].text) + _sentences(item.text) <= MOST_SENTENCES
            and words <= MOST_WORDS
        )
        if fits and (item.fact.needs_previous or (_belongs(last[0], item) and words <= 30)):
            last.append(item)
        else:
            groups.append([item])
    return groups


def _belongs(first: Spoken, second: Spoken) -> bool:
    same_article = first.fact.sentence.article.id == second.fact.sentence.article.id
    follows = second.fact.sentence.index - first.fact.sentence.index == 1
    return same_article and follows and not second.fact.speaker and '"' not in second.text


def _sentences(text: str) -> int:
    return len(re.findall(r"[.!?]\"?(?=\s+[\"A-Z]|$)", text))


def _fact_turn(group: Sequence[Spoken], host: str, prepared: Prepared, book: Phrasebook, heard: set[str]) -> Turn:
    text = " ".join(item.text for item in group)
    article = group[0].fact.sentence.article
    written_by = "source" if all(item.written_by == "source" for item in group) else "extractive"
    if article.id not in heard:
        text = _attributed(
            text, group, article, book, is_first=not heard or article.id == prepared.story.articles[0].id
        )
        heard.add(article.id)
    citations = tuple(dict.fromkeys(citation for item in group for citation in item.citations))
    return Turn(host, text, "fact", citations, written_by, (), prepared.story.id)


def _attributed(text: str, group: Sequence[Spoken], article: Article, book: Phrasebook, *, is_first: bool) -> str:
    outlet = outlet_name(article.outlet)
    if outlet in text:
        return text
    if not is_first:
        return book.say("sources", "another", outlet=outlet, fact=text)
    if not group[0].fact.speaker and '"' not in text and len(text.split()) <= 28 and book.chance(0.5):
        return book.say("sources", "before", outlet=outlet, fact=lower_first(text, group[0].fact.sentence.doc))
    return f"{text} {book.say('sources', 'after', outlet=outlet)}"


def _question(item: Spoken, before: Spoken, turns: Sequence[Turn], book: Phrasebook) -> str:
    """The listener's question that `item` answers, or "" if none fits; `before` is what was said last."""
    doc = parse([item.text])[0]
    said = choose.content_words(" ".join(turn.text for turn in turns))
    needs = _needs(item, before, doc)
    thing = subject_of(doc)
    if thing and not assumed(doc) & choose.content_words(thing) <= said:
        thing = ""  # "the department": which one?
    if choose.content_words(thing) <= choose.content_words(outlet_name(item.fact.sentence.article.outlet)):
        thing = ""
    if thing and set(needs) & _REPLACEABLE:
        again = bool(choose.content_words(thing) & said)
        needs = ["about_again"] if again and book.has("questions", "about_again", np=thing) and book.chance(0.4) else ["about"]
    return book.ask(needs, item.text, speaker=item.label, np=thing)


def _needs(item: Spoken, before: Spoken, doc: Doc) -> list[str]:
    """The kinds of question that this fact answers, after what was said `before`."""
    text, role = item.text, item.fact.role
    if role in {"account", "reaction"} and _DISPUTE.search(text):
        return ["dispute"]
    same_voice = item.label and choose.content_words(item.label) & choose.content_words(before.fact.speaker)
    if same_voice and role != "quotation":
        return []  # who goes on speaking is not asked after again
    if role in {"account", "quotation", "reaction", "no_comment"} and item.label:
        return [f"{role}_named"]
    if role == "quotation":
        return ["account", "quotation"]
    if role == "cause":
        near = item.fact.sentence.article.id == before.fact.sentence.article.id and 0 < item.fact.sentence.index - before.fact.sentence.index <= 2
        return ["cause"] if near else ["detail"]
    if role in {"number", "detail", "event"}:
        return _number_needs(text, doc)
    return [role]


def _number_needs(text: str, doc: Doc) -> list[str]:
    """The question after a figure, if the figure is what the sentence tells."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    verb = root.lemma_.lower() if root is not None else ""
    if figures.quantities(text):
        if re.search(r"\b(were|was|been|had) killed\b|\bdied\b|\bdead\b|\bkilled \d", text):
            return ["killed"]
        if re.search(r"\b(were|was|been) (wounded|injured|hurt)\b", text):
            return ["hurt"]
        if re.search(r"[$£€]|\b(dollars|euros)\b", text) and verb in _MONEY_VERBS:
            return ["money"]
        if re.search(r"%|\bper ?cent\b", text) and verb in _MOVING_VERBS:
            return ["percent"]
    return ["detail"]


def with_findings(turn: Turn, sources_of_turn: Sequence[str]) -> Turn:
    return replace(turn, findings=tuple(grounding.check(turn.text, sources_of_turn)))
