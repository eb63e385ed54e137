"""How much of a news story an article is, told from its own words: no list of outlets, no model.

`judge` names the kind of a page (a product review, a recipe, an opinion column, ...) and how hard its news is. The cues
are those that a duty editor goes by: an agency's dateline, a day named early, statements with an owner, matters of
public concern.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from briefings.plain_text import count_words


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page that is no plain news report. `penalty` is taken off its score; an `is_out` kind is never told."""

    name: str
    penalty: float
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """`hardness`: 0 (soft) to 1 (hard news). `kind` is None for a plain report. `cues` say why, for the editor."""

    hardness: float
    kind: Kind | None
    cues: tuple[str, ...] = ()


SHOPPING = Kind("a product review or shopping page", 3.0, is_out=True)
RECIPE = Kind("a recipe or food-and-drink column", 3.0, is_out=True)
PUZZLE = Kind("a quiz, puzzle or horoscope", 3.0, is_out=True)
ADVERT = Kind("an advert or partner content", 3.0, is_out=True)
LISTING = Kind("a listing or a round-up of links", 3.0, is_out=True)
REMEDY = Kind("health advice or a remedy, not news", 3.0, is_out=True)
STUB = Kind("the beginning of a page behind a paywall", 3.0, is_out=True)
SPORT = Kind("sport, no hard news", 1.5)
OPINION = Kind("an opinion column", 1.6)
LIVE = Kind("a live blog, or a part of one", 3.0, is_out=True)
CELEBRITY = Kind("celebrity and entertainment news", 1.5)
ADVICE = Kind("advice, a list or a how-to", 1.5)
FEATURE = Kind("a long feature, not the day's news", 0.8)
EXPLAINER = Kind("an explainer or a question, not the day's event", 0.8)
SENSITIVE = Kind("a report that touches on suicide, for an editor to look at", 0.5)
LURID = Kind("a lurid headline", 1.2)

STUB_WORDS = 150  # before the wall
LONG_WORDS = 500
MANY_DAYS = 6  # a forecast or a chronicle has no speakers either

# (kind, pattern in the title, pattern in the address, topics). The first that fits counts.
_RULES: tuple[tuple[Kind, str, str, str], ...] = (
    (
        PUZZLE,
        r"\b(quiz|crossword|wordle|sudoku|horoscopes?|zodiac|puzzles?|connections hints?)\b",
        r"/(quiz|crossword|horoscopes?|puzzles?|games)/",
        r"quizzes|quiz|horoscopes?|crosswords?|puzzles?",
    ),
    (
        ADVERT,
        r"^(sponsored|advertisement|promoted|partner content|paid post|advertorial)\b|\b(promo codes?|coupons?)\b",
        r"/(sponsored|partner-content|brandvoice|culture-council|advertorial|paid-post)/",
        r"sponsored( content)?|partner content|brandvoice|advertorial|culture council|rolling stone culture council",
    ),
    (
        SHOPPING,
        r"\b\d+ best\b|\bbest\b.{1,60}(\(20\d\d\)|\bof 20\d\d\b|\bto buy\b|\bfor (your|every|men|women|kids|travel)\b)"
        r"|\b(deals?|discounts?)\b.{0,40}\b(today|now|off|amazon|day|week|prime|friday|shop)\b|\b\d+% off\b|\bgift"
        r" (guide|ideas)\b"
        r"|\b(buying guide|hands-on|tested and reviewed|we tested|worth buying)\b|\breview:|\breview$|\bunder \$\d+$",
        r"/(deals|shopping|reviews?|gear|select|underscored|wirecutter|coupons|buying-guides?)/",
        r"shopping|buying guides?|deals|product reviews?|gift guides?|commerce|coupons|home and garden",
    ),
    (
        RECIPE,
        r"\b(recipes?|how to (cook|bake|make)|cocktails?|wine (guy|column)|bottles? to (sip|try)|what to (cook"
        r"|drink|eat))\b",
        r"/(recipes?|cooking|food-and-drink|wine)/",
        r"recipes?|cooking|wine|wine guy|food (and|&) drink|cocktails",
    ),
    (
        REMEDY,
        r"\b(antioxidants?|detox|superfoods?|home remed(y|ies)|natural cures?|miracle (?:cure|diet|food|drink"
        r"|berry|pill)s?|cure[sd]? cancer|boost your"
        r"|weight loss (tips|tricks))\b",
        r"/(remedies|natural-health|wellness)/",
        r"natural health|remedies|detox",
    ),
    (
        LISTING,
        r"\branked\b.{0,40}\b(best|worst|least|most|from)\b|^(what to watch|tv (listings|tonight)|obituaries"
        r"|lottery|weather forecast|traffic|events this|things to do)\b"
        r"|\b(winning numbers|newsletter|morning briefing|daily briefing|news quiz|photos of the day|week in"
        r" pictures)\b"
        r"|^(business|morning|evening|politics|daily|weekend|tech) (brief|briefing|update|memo|report|roundup"
        r"|wrap)\s*:",
        r"/(obituaries|lottery|tv-listings|newsletters?|events)/",
        r"newsletters?|obituaries|lottery|tv listings",
    ),
    (
        LIVE,
        r"\b(live (updates?|blog|coverage)|as it happened|latest updates)\b|^live\b|\blive:",
        r"/(live|live-updates?|liveblog|live-news)/",
        r"live ?blogs?|live updates",
    ),
    (
        OPINION,
        r"^(opinion|editorial|column|commentary|analysis|letters?|op-ed|perspective|guest essay|review)\b\s*[:|]"
        r"|[|:]\s*(opinion|editorial|commentary|letters)\b",
        r"/(opinions?|editorials?|commentary|columnists?|columns?|op-ed|letters|comment|voices|ideas)/",
        r"opinions?|editorials?|commentary|columns?|columnists?|op-?eds?|letters to the editor|perspectives?",
    ),
    (
        SPORT,
        r"\b\d{1,3}\s?[-–]\s?\d{1,3}\b.{0,40}\b(win|loss|victory|defeat|draw|over|in|against)\b|\b(beats?|edges?|routs?|downs?|tops?)\b"
        r".{0,40}\b\d{1,3}[-–]\d{1,3}\b|\b(box score|line-?ups?|power rankings|injury report|transfer (news"
        r"|rumou?rs)|highlights|odds)\b",
        r"/(sports?|nfl|nba|mlb|nhl|football|soccer|cricket|golf|tennis|basketball|baseball|hockey)/",
        r"sports?|nfl|nba|mlb|nhl|soccer|football|cricket|golf|tennis|baseball|basketball|hockey|ufc|f1",
    ),
    (
        CELEBRITY,
        r"\b(red carpet|outfits?|wardrobe|kardashian|royal baby|taylor swift|celebrit(y|ies)|box office|album"
        r"|netflix)\b",
        r"/(celebrity|entertainment|style|fashion|music|movies|tv|showbiz|lifestyle|royals)/",
        r"celebrity( style)?|celebrities|style|fashion|music( news)?|movies|tv|entertainment|showbiz|lifestyle"
        r"|life|daring looks"
        r"|weight loss|travel|beauty|relationships|royals|pop culture",
    ),
    (
        ADVICE,
        r"^(\d+|one|two|three|four|five|six|seven|eight|nine|ten) (ways|things|tips|reasons|signs|changes|mistakes"
        r"|lessons|facts|steps)\b"
        r"|^how to\b|\b(what to know|here['’]s (why|how|what)|advis[eo]rs? says?|can teach|tips for|a guide to"
        r"|everything you need)\b"
        r"|\bshares? \d+\b|\b\d+ (ways|things|tips|reasons|signs|changes|mistakes|lessons|facts|steps)\b|\bwhat we"
        r" know about\b",
        r"/(how-to|advice|self-improvement|personal-finance|your-money|explainers?)/",
        r"how-?to|advice|personal finance|self-?help|parenting|careers",
    ),
)  # fmt: skip
_COMPILED = [
    (kind, re.compile(title, re.I), re.compile(url, re.I), re.compile(rf"^(?:{topics})$", re.I))
    for kind, title, url, topics in _RULES
]

_DATELINE = re.compile(r"^[A-Z][A-Z .,'/–-]{2,40}(?:,? [A-Z][a-z]+\.?(?: \d{1,2})?)?\s*(?:\([A-Z][\w ]+\))?\s*[—–-]+\s")
_DAY = re.compile(
    r"\b(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:today|yesterday|overnight|this (?:morning|week"
    r"|afternoon))\b"
)
_ATTRIBUTED = re.compile(
    r"\b(?:said|says|according to|announced|reported|confirmed|told|stated|ruled|warned|showed|voted|testified"
    r"|accused|denied)\b"
)
_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|my|me|we should|let us|let['’]s|our country|you should|you can|your)\b"
)
# What a page says of itself at its head or foot.
_PAYWALL = re.compile(
    r"\b(?:subscribe to (?:unlock|continue|read|keep|access|view)|(?:already|existing) (?:a )?subscriber"
    r"|to (?:continue|keep) reading|(?:this|the full) (?:article|story|content) is (?:only )?(?:for|available to"
    r"|exclusive to|reserved for) (?:paying |our )?(?:subscribers|members)|(?:sign in|log in|register"
    r"|create (?:a free|an) account) to (?:continue|read|access"
    r"|unlock)|start your (?:free )?trial|try unlimited access|unlock this (?:article|story))\b",
    re.IGNORECASE,
)
_COMMISSION = re.compile(
    r"\b(?:buy|purchase|shop) (?:something )?(?:through|using|via) (?:our|the) (?:\w+ )?links\b|\bwe may (?:earn"
    r"|receive) (?:a|an|some)"
    r" (?:\w+ )?commission\b|\baffiliate links?\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"^\W*(?:paid (?:content|post)|sponsored(?: content)?|advertisement|advertorial|in (?:paid )?partnership with"
    r"|presented by|promoted"
    r" by)\b|\bcapital at risk\b|\b(?:promo|discount) code\b|\bthis (?:article|content) (?:was|is) (?:paid for"
    r"|sponsored|produced) by\b",
    re.IGNORECASE | re.MULTILINE,
)
_CHOICES = re.compile(r"^\W*[A-D][.)] \S", re.MULTILINE)
_ENTRY = re.compile(r"^\W*\d{1,2}[:.]\d{2}\s(?=\S)", re.MULTILINE)
_BLOG = re.compile(r"\bthis (?:live )?blog is (?:now )?closed\b|\bif you['’]re just joining us\b", re.IGNORECASE)
# Words that no report uses in its own voice.
_LOADED = re.compile(
    r"\b(?:MSM|lamestream|fake news media|regime leader|woke (?:mob|agenda|madness)|deep state|globalists?|sheeple"
    r"|snowflakes"
    r"|libtards?|do you (?:really )?think|let that sink in|make no mistake)\b",
    re.IGNORECASE,
)
_OF_RECORD = re.compile(
    r"\baccording to (?:the )?(?:\w+ )?(?:court|police|documents?|records?|filings?|officials|authorities)\b", re.I
)
_PRICE = re.compile(r"[$£€]\d+(?:\.\d\d)?(?= (?:at|from|\$|on )|\))|#\d{5,}")
_GRAVE = re.compile(
    r"\b(?:kill(?:ed|s|ing)|dead|deaths?|died|wounded|casualt\w+|hostages?|missiles?|earthquake|tornado(?:es)?"
    r"|hurricane|evacuat\w+"
    r"|nuclear|famine|outbreak|massacre|invasion)\b",
    re.IGNORECASE,
)
_SUICIDE = re.compile(
    r"\b(?:suicid\w+|self-immolat\w+|self-harm\w*|took (?:his|her|their) own li(?:fe|ves))\b", re.IGNORECASE
)
_CLOCK = re.compile(r"^\W*\d{1,2}[:.]\d{2}\s?(?:a\.?m|p\.?m|ET|GMT|BST|CET|EDT)", re.MULTILINE | re.IGNORECASE)
_COUNT = r"(\d+|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens)"
_TOLL = re.compile(
    rf"\b{_COUNT} (?:people |civilians )?(?:were |are |have been |had been )?(?:killed|dead|died)\b"
    rf"|\bkill(?:ed|ing|s) (?:at least )?{_COUNT}\b|\btoll\b[^.]{{0,30}}? (?:to|at|of) {_COUNT}",
    re.IGNORECASE,
)
# Of a page that is written on while things happen.
MOST_IN_HEADING, LONG_SENTENCE, MANY_HEADINGS, MANY_TOLLS = 14, 8, 5, 4
_PUBLIC = re.compile(
    r"\b(?:kill(?:ed|s|ing)|dead|deaths?|died|attacks?|missiles?|drones?|strikes?|war|troops?|military|army|police"
    r"|shooting|bomb(?:s|ed|ing|ings)?|earthquake|hurricane|tornado(?:es)?|floods?|storms?|wildfires?|evacuat\w+"
    r"|crash\w*|rescue\w*|hostages?|ceasefire|sanctions?|elections?|vot(?:e|es|ed|ers)|parliament|congress|senate"
    r"|lawmakers?|legislat\w+|bill|budget|president|prime minister|minister|government|governor|court|judge|ruling"
    r"|lawsuit|charged|sentenced|convicted|indict\w+|investigat\w+|report finds|economy|inflation|gdp|unemployment"
    r"|jobs report|interest rates?|tariffs?|central bank|strike action|layoffs?|recession|"
    r"outbreak|vaccin\w+|virus|hospitals?|climate|emissions|nuclear|refugees?|migrants?|border|treaty|summit|protest\w*)\b",
    re.IGNORECASE,
)


def judge(title: str, url: str, topics: Sequence[str], text: str) -> Judgement:
    """`text` is what could be read of the page: a paragraph a line."""
    kind = _kind(title, url, topics) or _kind_by_text(title, text)
    lead = " ".join(text.split()[:120])
    cues: list[str] = []
    hardness = 0.0
    public = {match.group().lower() for match in _PUBLIC.finditer(f"{title} {lead}")}
    hardness += min(len(public), 6) / 6 * 0.42
    if public:
        cues.append("of public concern (" + ", ".join(sorted(public)[:3]) + ")")
    grave = {match.group().lower() for match in _GRAVE.finditer(f"{title} {lead}")}
    if grave:
        hardness += 0.13 if len(grave) == 1 else 0.2
        cues.append("lives at stake")
    if _DATELINE.match(text):
        hardness += 0.08
        cues.append("a correspondent's report")
    if _DAY.search(" ".join(text.split()[:80])):
        hardness += 0.12
        cues.append("names its day")
    rate = 100 * len(_ATTRIBUTED.findall(text)) / max(60, count_words(text))
    hardness += min(rate, 1.6) / 1.6 * 0.18
    if rate >= 1.0:
        cues.append("statements with an owner")
    return Judgement(min(hardness, 1.0), kind, tuple(cues))


def _kind(title: str, url: str, topics: Sequence[str]) -> Kind | None:
    for kind, in_title, in_url, in_topics in _COMPILED:
        if in_title.search(title) or in_url.search(url) or any(in_topics.match(topic.strip()) for topic in topics):
            return kind
    return None


def _kind_by_text(title: str, text: str) -> Kind | None:
    words = count_words(text)
    if (kind := _kind_by_notice(text)) is not None:
        return kind
    if len(_PRICE.findall(text)) >= 3:
        return SHOPPING
    if len(_CLOCK.findall(text)) >= 4 or len(_ENTRY.findall(text)) >= 4:
        return LIVE
    if re.search(r"^[A-Z]{5,}!|!\s*$|!!", title) or len(re.findall(r"\b[A-Z]{5,}\b", title)) >= 3:
        return LURID
    if _SUICIDE.search(f"{title} {text[:800]}"):
        return SENSITIVE
    if _is_opinion(text, words):
        return OPINION
    if words >= 1500 and not _DAY.search(" ".join(text.split()[:150])):
        return FEATURE
    if re.search(r"\?\W*$|^(?:what|why|how|who|inside)\b|^(?:an? )?insider['’]s\b", title, re.IGNORECASE):
        return EXPLAINER
    return None


def _kind_by_notice(text: str) -> Kind | None:
    """The kind of page that the page itself says it is."""
    wall = _PAYWALL.search(text)
    if wall and count_words(text[: wall.start()]) < STUB_WORDS:
        return STUB
    if _COMMISSION.search(text):
        return SHOPPING
    if _PAID.search(text):
        return ADVERT
    if len(_CHOICES.findall(text)) >= 6:
        return PUZZLE
    return LIVE if _BLOG.search(text) or _is_rolling(text) else None


def _is_rolling(text: str) -> bool:
    """Whether it was written on and on: sentences that come again, and headings inside or tolls that change."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    headings = sum(len(line.split()) <= MOST_IN_HEADING and not re.search(r"[.!?:,;\"”’]$", line) for line in lines)
    sentences = [s.split() for line in lines for s in re.split(r"(?<=[.!?])\s+", line)]
    openings = Counter(" ".join(words[:LONG_SENTENCE]) for words in sentences if len(words) >= LONG_SENTENCE)
    repeated = sum(times > 1 for times in openings.values())
    tolls = {number for found in _TOLL.finditer(text) for number in found.groups() if number}
    return repeated > 1 and (headings >= MANY_HEADINGS or len(tolls) >= MANY_TOLLS)


def _is_opinion(text: str, words: int) -> bool:
    """Whether it speaks in its own voice: few statements with an owner, and the writer or the reader in it."""
    own = re.sub(r"[\"“][^\"”]*[\"”]", "", text)
    if _LOADED.search(" ".join(own.split()[:150])):
        return True
    if words < 150 or _OF_RECORD.search(text):
        return False
    attributed = 100 * len(_ATTRIBUTED.findall(text)) / words
    personal = 100 * len(_FIRST_PERSON.findall(own)) / words
    if words >= LONG_WORDS and attributed < 0.4 and len(_DAY.findall(text)) < MANY_DAYS:
        return True
    return attributed < 0.5 and (personal >= 0.3 or not _DAY.search(text[:1500]))
