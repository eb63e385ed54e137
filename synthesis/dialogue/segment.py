"""Tell one story with two voices: the lead tells its facts, the other host asks, picks up, and keeps it a
conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from synthesis.dialogue import choose, grounding, restricted, sequence, severity, when, wording
from synthesis.dialogue.attribution import credits, lower_first, outlet_name, spoken_outlet
from synthesis.dialogue.exchange import Said, Talk
from synthesis.dialogue.facts import Fact, facts_of
from synthesis.dialogue.names import WELL_KNOWN, Introductions, known_as, misjoined
from synthesis.dialogue.parse import parse
from synthesis.dialogue.phrases import Phrasebook
from synthesis.dialogue.questions import Spoken
from synthesis.dialogue.reading import Reading, clean, read
from synthesis.dialogue.topics import Billing, billing
from synthesis.text.sentences import split
from synthesis.types import Article, Citation, Edition, Story, Turn

# "Britain — which has ..., "has ties": the attribution was moved, and took the aside's second dash with it.
OPEN_ASIDE = re.compile(r"^[^—]*— (?:which|who|whose|where)\b[^—]*$")
MOST_WORDS, MOST_WITH_LEAD, MOST_SENTENCES, MOST_INTRODUCED = 42, 34, 2, 12


@dataclass(frozen=True, slots=True)
class Prepared:
    """A story read and ranked: `facts` in order of worth, of which the first n are told."""

    story: Story
    readings: tuple[Reading, ...]
    facts: tuple[Fact, ...]
    speakable: tuple[Fact, ...]  # all that could be said, chosen or not
    billing: Billing
    is_grave: bool
    needs_headline: bool  # the article's own first sentence could not be told
    never_say: tuple[str, ...] = ()
    rules: wording.Rules = wording.Rules()
    spoken: dict[int, list[Spoken]] = field(default_factory=dict, compare=False)  # by how many facts are told

    @property
    def lead_article(self) -> Article:
        """The report that brings the news."""
        return self.facts[0].sentence.article if self.facts else self.story.articles[0]

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
    """The story's facts, ranked; of one that was told before only what is new."""
    readings = tuple(read(article) for article in story.articles)
    classes = story.severity or severity.of_reports([(a.title or story.title, a.text) for a in story.articles])
    texts = [text for a in story.articles for text in (a.title, a.text)]
    rules = wording.Rules.of(classes, texts, may_name=edition.may_name)
    facts = tuple(
        fact
        for reading in readings
        for fact in facts_of(reading, edition)
        if not restricted.check(fact.text, edition.never_say) and not rules.check(fact.text)
    )
    ranked = _ranked(story, readings, choose.untold(facts, story.told), edition)
    first = parse([ranked[0].text])[0] if ranked else None
    expansions = {
        key: words.removeprefix("the ")
        for reading in readings
        for key, (words, _) in reading.acronyms.items()
        if key not in WELL_KNOWN
    }
    return Prepared(
        story,
        readings,
        ranked,
        facts,
        billing(story, first, expansions),
        severity.is_grave(classes),
        _lacks_lead(story, ranked),
        edition.never_say,
        rules,
    )


def _ranked(story: Story, readings: tuple[Reading, ...], facts: list[Fact], edition: Edition) -> tuple[Fact, ...]:
    """The facts worth telling, each of which passes the check in some words of its source."""
    unsound: set[tuple[str, int]] = set()
    while True:
        pool = [fact for fact in facts if fact.key not in unsound]
        ranked = choose.rank(story.title, readings, pool, is_deep=edition.format == "deep_dive")
        failed = {fact.key for fact in ranked if _checked(fact, fact.text, (), readings, edition) is None}
        if not failed:
            return tuple(ranked)
        unsound |= failed


def _lacks_lead(story: Story, ranked: Sequence[Fact]) -> bool:
    """Whether the story's first fact says little of what its title says, so that the title must be said too."""
    if not ranked:
        return False
    return choose.told_of(story.title, ranked[0].text) < 0.45


def tell(
    prepared: Prepared, count: int, lead: str, other: str, book: Phrasebook, edition: Edition, *, named: bool
) -> list[Turn]:
    """The turns of a story with its `count` best facts. `named` says that the link has named the outlet already."""
    if count not in prepared.spoken:
        prepared.spoken[count] = _spoken_facts(prepared, count, edition)
    groups = _groups(prepared.spoken[count])
    talk = Talk(groups, prepared.story.articles, named=named)
    turns: list[Turn] = []
    article = prepared.lead_article
    heard = {article.id} if named else set()
    asked = 0
    for place, group in enumerate(groups):
        is_open = bool(turns) and turns[-1].host == lead
        said = talk.before(place, asked, book, [turn.text for turn in turns]) if is_open else None
        if said is not None:
            asked += 1
            turns.append(Turn(other, said.text, said.kind, said.citations, "template", (), prepared.story.id))
        speaker = other if is_open and said is None else lead
        names = place > 0 or not talk.asks_for_source
        turns.append(_fact_turn(group, speaker, prepared, book, heard if names else {article.id}, said))
    return turns


def _spoken_facts(prepared: Prepared, count: int, edition: Edition) -> list[Spoken]:
    facts = sequence.order(prepared.facts[:count])
    introductions = Introductions(prepared.readings, [fact.text for fact in facts])
    spoken: list[Spoken] = []
    for fact in facts:
        if spoken and choose.is_second_word(fact, [other.fact for other in spoken]):
            continue
        text, extra = introductions.tell(fact.text, fact.sentence)
        found = _checked(fact, text, extra, prepared.readings, edition)
        if found is not None and not prepared.rules.check(found.text):
            spoken.append(_with_speaker(found, prepared.readings))
    return spoken


def _checked(
    fact: Fact, text: str, extra: Sequence[Citation], readings: Sequence[Reading], edition: Edition
) -> Spoken | None:
    """The fact as it passes the check: with names introduced, else shortened only, else in the source's own words."""
    articles = {reading.article.id: reading.article for reading in readings}
    cites = [Citation(fact.key[0], index) for index in fact.cites]
    own = fact.sentence.text
    is_own_told = len(own.split()) <= 40 and not fact.is_joined and not fact.is_opinion
    for words, resting in (
        (text, [*cites, *extra]),
        (fact.text, cites),
        (own if is_own_told else "", [Citation(*fact.key)]),
        ("" if fact.is_joined or fact.is_opinion else split(fact.text)[0], cites),
    ):
        texts = [text for c in resting for text in sources(articles[c.article], [c.sentence], edition)]
        if (
            words
            and words.count('"') % 2 == 0
            and '""' not in words
            and not OPEN_ASIDE.search(words)
            and not grounding.check(words, texts)
            and not restricted.check(words, edition.never_say)
            and not misjoined(words, [*texts, *map(clean, texts)])
        ):
            return Spoken(fact, words, tuple(dict.fromkeys(resting)), "source" if words == own else "extractive")
    return None


def _with_speaker(item: Spoken, readings: Sequence[Reading]) -> Spoken:
    """The fact with its speaker's introduction apart, where its text begins with one that holds a role."""
    reading = next(r for r in readings if r.article.id == item.fact.key[0])
    surname = item.fact.speaker.split()[-1] if item.fact.speaker else ""
    own = reading.people.get(surname)
    if own is None:
        return item
    person, article = known_as(own, reading, readings)
    if not person.has_role or len(person.intro.split()) > MOST_INTRODUCED:
        return item
    intro = person.intro.rstrip(",")
    if not item.text.casefold().startswith(intro.casefold()):
        return item
    rest = item.text[len(intro) :].lstrip(",").strip()
    who = re.sub(r"^(The|An?|Former|Retired)\b", lambda article: article[0].lower(), intro)
    for acronym, (words, _) in reading.acronyms.items():
        who = re.sub(rf"\b{acronym}\b", words.removeprefix("the "), who)
    cites = tuple(Citation(article, index) for index in person.cites)
    return replace(item, brief=f"{surname} {rest}", who=who, who_cites=cites)


def sources(article: Article, indexes: Sequence[int], edition: Edition) -> list[str]:
    """What a turn that cites these sentences may say: the sentences, the outlet's name, and the days they speak of."""
    sentences = split(article.text)
    cited = [sentences[index] for index in indexes if index < len(sentences)]
    published = when.dated(article, edition.timezone)
    dated = [when.resolve(sentence, published, edition.date) for sentence in cited]
    named = [when.named(sentence, published) for sentence in cited]
    return [*dict.fromkeys([*cited, *dated, *named]), outlet_name(article.outlet)]


def _groups(spoken: Sequence[Spoken]) -> list[list[Spoken]]:
    """One thought a turn: a second sentence joins only where it leans on the first, or both are short and alike."""
    groups: list[list[Spoken]] = []
    for item in spoken:
        last = groups[-1] if groups else []
        words = sum(len(other.text.split()) for other in [*last, item])
        if len(last) == 1 and len(last[0].text.split()) <= 5 and _is_next(last[0], item):
            last.append(item)  # "The wall held." is the beginning of a thought
            continue
        fits = (
            len(last) == 1
            and _sentences(last[0].text) + _sentences(item.text) <= MOST_SENTENCES
            and words <= (MOST_WORDS if len(groups) > 1 else MOST_WITH_LEAD)  # a link may stand before the lead
        )
        if fits and (item.fact.needs_previous or (_belongs(last[0], item) and words <= 30)):
            last.append(item)
        else:
            groups.append([item])
    return groups


def _is_next(first: Spoken, second: Spoken) -> bool:
    article, index = first.fact.key
    return second.fact.key == (article, index + 1)


def _belongs(first: Spoken, second: Spoken) -> bool:
    """Whether the second sentence goes on with what the first is about: its subject has just been named."""
    if not _is_next(first, second) or second.fact.speaker or '"' in second.text:
        return False
    doc = parse([second.text])[0]
    subject = next((t for t in doc if t.dep_ in {"nsubj", "nsubjpass"} and t.head.dep_ == "ROOT"), None)
    return subject is not None and subject.lemma_.lower() in {t.lemma_.lower() for t in parse([first.text])[0]}


def _sentences(text: str) -> int:
    return len(re.findall(r"[.!?]\"?(?=\s+[\"A-Z]|$)", text))


def _fact_turn(
    group: Sequence[Spoken], host: str, prepared: Prepared, book: Phrasebook, heard: set[str], said: Said | None
) -> Turn:
    first = group[0].brief if said is not None and said.is_brief else group[0].text
    text = " ".join([first, *(item.text for item in group[1:])])
    article = group[0].fact.sentence.article
    text = _of_itself(text, article)
    if said is not None and said.names_outlet:
        heard.add(article.id)
    if said is not None and said.reply:
        text = f"{said.reply} {text}"
        heard.add(article.id)
    written_by = "source" if all(item.written_by == "source" for item in group) else "extractive"
    if article.id not in heard:
        text = _attributed(text, group, article, book, is_first=not heard or article.id == prepared.lead_article.id)
        heard.add(article.id)
    citations = tuple(dict.fromkeys(citation for item in group for citation in item.citations))
    return Turn(host, text, "fact", citations, written_by, (), prepared.story.id)


def _of_itself(text: str, article: Article) -> str:
    """The text with the outlet's whole name where the report speaks of the outlet by the first word of it."""
    outlet = spoken_outlet(article.outlet)
    short = outlet_name(article.outlet).split()[0]
    if " " not in outlet or not re.match(rf"{re.escape(short)} (?:could|has|had|was|did)\b", text):
        return text
    return outlet[:1].upper() + outlet[1:] + text[len(short) :]


def _attributed(text: str, group: Sequence[Spoken], article: Article, book: Phrasebook, *, is_first: bool) -> str:
    outlet = spoken_outlet(article.outlet)
    if credits(text, article.outlet):
        return text
    is_plain = not group[0].fact.speaker and '"' not in text and len(text.split()) <= (28 if is_first else 34)
    fact = lower_first(text, parse([text])[0], article.text)
    is_sure = fact == text or text.split()[0].lower() in {"the", "a", "an"} or f" {fact.split()[0]} " in article.text
    if is_plain and is_sure and (not is_first or book.chance(0.5)):
        return book.say("sources", "before" if is_first else "another", outlet=outlet, fact=fact)
    return f"{text} {book.say('sources', 'after', outlet=outlet)}"


def judged(turn: Turn, prepared: Prepared, edition: Edition) -> Turn:
    """The fact turn with what the check holds against it, as it will be spoken: link, attribution and all."""
    articles = {reading.article.id: reading.article for reading in prepared.readings}
    told = [text for cited in turn.citations for text in sources(articles[cited.article], [cited.sentence], edition)]
    outlets = [spoken_outlet(article.outlet) for article in articles.values()]
    known = [*told, *outlets, prepared.story.title]
    found = grounding.check(turn.text, known, story=prepared.source_texts())
    return replace(turn, findings=(*found, *prepared.rules.check(turn.text)))
