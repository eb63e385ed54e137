"""Whom a question may ask after: the speaker of the answer, by office, and never by a name not said before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from synthesis.dialogue.answer import Answer
from synthesis.dialogue.attribution import SPEECH_VERBS, lower_first
from synthesis.dialogue.choose import content_words

if TYPE_CHECKING:
    from spacy.tokens import Token

_OUTSPOKEN = SPEECH_VERBS | frozenset(
    "welcome condemn criticise criticize praise denounce reject dispute dismiss oppose urge call respond decline "
    "comment ask confirm promise vow apologise apologize want demand".split()
)
_HABIT = re.compile(
    r"\b(?:by (?:convention|tradition|law|custom)|usually|normally|traditionally|always|typically)\b", re.I
)
_PEOPLE = re.compile(
    r"\b(parents|residents|teachers|farmers|engineers|economists|analysts|critics|opponents|doctors|nurses|workers"
    r"|drivers|passengers|customers|scientists|researchers|campaigners|neighbours|neighbors|insurers|fishermen|anglers"
    r"|students|pupils|shopkeepers|environmentalists|investors|lawyers|prosecutors|police|experts|families|relatives"
    r"|survivors|witnesses|rescuers|librarians|pilots|tenants|landlords|commuters|readers|villagers|firefighters)\b"
)
_ONE_OF_THEM = re.compile(
    r"\b(economist|analyst|resident|witness|expert|campaigner|farmer|neighbour|survivor|shopkeeper)$"
)
_GROUP = re.compile(r"\b(association|group|union|club|federation|council|society|league)\b")
_OFFICES = re.compile(
    r"^(?:The )?(?:[A-Z]\w+ ){0,2}?(?P<office>Judge|Mayor|Coach|Captain|Bishop|Sheriff|Governor|Senator|President|"
    r"Prime Minister|Chancellor|Justice|Pope|King|Queen) (?:[A-Z][\w.'-]+ ?){1,3}$"
)
_ONLY_KNOWN = frozenset(
    {"Governor", "Senator", "President", "Prime Minister", "Chancellor", "Justice", "King", "Queen"}
)
_SPOKESPERSON = re.compile(
    r"\b(?:spokes(?:man|woman|person)|representative) (?:for|of) (?P<whom>[^,]{2,40})"
    r"|^(?:An? )?(?P<own>[A-Z]\w+(?: [A-Z]\w+)*) "
    r"spokes(?:man|woman|person)"
)
_ONE_OF_MANY = re.compile(r"(an?|one|some|many|several|two|three|another|other|most|no)\b", re.I)
DOCUMENTS = frozenset("note letter report memo statement document study ruling verdict".split())
_OFFICER = re.compile(
    r"(?P<whom>[A-Z]\w+(?: [A-Z]\w+)?) (?:CEO|chief executive|boss|chairman|founder|chief \w+ officer) [A-Z]"
)
_PARTIES = (
    (r"\b(Defen[cs]e Forces|Armed Forces|[Mm]ilitary)$", "the military"),
    (r"\b[Aa]rmy$", "the army"),
    (r"\b[Nn]avy$", "the navy"),
    (r"\b[Pp]olice( Department| Service)?$", "the police"),
    (r"\b[Mm]inistry( of [A-Z]\w+)?$", "the ministry"),
    (r"\b[Ee]mbassy$", "the embassy"),
    (r"\b[Gg]overnment$", "the government"),
)
_INSTITUTIONS = frozenset(
    "The Defense Defence Forces Force Armed Military Army Navy Police Department Service Ministry Foreign Interior "
    "Health Embassy Government".split()
)
_TITLES = frozenset(
    "commissioner minister secretary leader director sheriff attorney officer adviser advisor chair chairman "
    "chairwoman professor chief coach manager ambassador inspector".split()
)
_OFFICE_NOUNS = DOCUMENTS | frozenset(
    """chair chairman chairwoman chairperson head director boss manager captain coach mayor minister judge author
    ranger owner farmer lawyer prosecutor police coastguard authority ministry company council union club association
    court bank agency university hospital school airline railway board committee government organisation organization
    charity team firm operator developer museum church army navy air force regulator commission party institute
    department office conservationist keeper leader founder president secretary editor pilot researchers scientists
    engineer engineers""".split()
)


# Somebody's, always: "the head" of what?
_OF_SOMETHING = frozenset(
    "head chair chairman chairwoman chairperson director boss manager leader secretary founder".split()
)

_ADDS = re.compile(r"(?:[\w'.,-]+ ){1,8}?(also|still|again|another|too|added|further|repeated|reiterated)\b", re.I)
_SPOKE = (
    r"(says|said|told|tells|adds|added|found|finds|noted|notes|stated|states|claim(?:s|ed)|confirm(?:s|ed)|warn(?:s|ed)"
    r"|argue[sd]|insist(?:s|ed)|call(?:s|ed)|welcomed|criticised|criticized|condemned|denie[sd]|wrote|writes)\b"
)
_COMMON = frozenset("the of for and a an general chief senior deputy national state".split())


def voice(answer: Answer) -> str:
    """How a question may call who speaks in the answer ("the council's chair"), or "" if it cannot, or if the listener
    has heard their words already."""
    who = _voice(answer)
    return "" if who and (_ADDS.match(answer.text.split('"')[0]) or _has_spoken(answer, who)) else who


def _has_spoken(answer: Answer, who: str) -> bool:
    """Whether somebody of the speaker's name, or of their office, was quoted before in this story."""
    phrase = _speaker_phrase(answer)
    people = [e.text.split()[-1] for e in answer.doc.ents if e.label_ == "PERSON" and e.text in phrase]
    names = [word for word in re.findall(r"[A-Z][\w-]+", who if people else phrase) if word.lower() not in _COMMON]
    keys = [*people, *names] or re.findall(r"[\w-]+", phrase.split(",")[0])[-1:]
    told = "|".join(map(re.escape, keys))
    return bool(keys) and bool(
        re.search(
            rf"\b({told})\b[^.!?\"]{{0,90}}?\b{_SPOKE}|According to [^.,]{{0,60}}\b({told})\b", answer.heard, re.I
        )
    )


def _voice(answer: Answer) -> str:
    phrase = _speaker_phrase(answer)
    if not phrase or answer.same_speaker or re.search(r"[\d\"]|\b(he|she|they|it|who)\b", phrase, re.I):
        return ""
    spokesperson = _SPOKESPERSON.search(phrase)
    if spokesperson:
        whom = (spokesperson["whom"] or spokesperson["own"]).strip()
        if whom.lower() in _OFFICE_NOUNS:
            return f"the {whom.lower()}" if _is_known(whom, answer) else ""
        return _small(whom, answer) if _is_known(whom, answer) else ""
    titled = _OFFICES.match(phrase)
    if titled:
        office = titled["office"]
        if office in _ONLY_KNOWN and not re.search(rf"\b{re.escape(phrase.split()[-1])}\b", answer.heard):
            return ""  # which president?
        return f"the {office.lower()}" if office not in _ONLY_KNOWN or office.lower() in answer.said else ""
    role = phrase.split(",")[0].strip()
    return _by_people(role, answer) or _by_role(role, answer) or _by_title(role, answer) or _by_name(role, answer)


def party(answer: Answer) -> str:
    """Who gave no answer, by what it is ("the military", "the ministry"), if the listener knows whose it is."""
    phrase = _speaker_phrase(answer)
    owners = {word for ent in answer.doc.ents if ent.text in phrase for word in _owner(ent.text)}
    kind = next((plain for shape, plain in _PARTIES if re.search(shape, phrase.split(",")[0])), "")
    return kind if kind and owners and owners <= answer.said else ""


def _owner(name: str) -> set[str]:
    words = [word.removesuffix("'s") for word in re.findall(r"[A-Z][\w']+", name)]
    return content_words(" ".join(word for word in words if word not in _INSTITUTIONS))


def is_plural(who: str) -> bool:
    last = who.split()[-1].lower() if who else ""
    return (
        last == "police"
        or last.endswith("s")
        and not last.endswith(("ss", "us", "'s", "times"))
        and (who.startswith("the ") or bool(_PEOPLE.search(who)))
    )


def _speaker_phrase(answer: Answer) -> str:
    by_report = re.match(r"According to ([^,]{3,60}),", answer.text)
    if by_report:
        return by_report[1]
    verb = answer.root
    if verb is None or verb.lemma_.lower() not in _OUTSPOKEN or _HABIT.search(answer.clause):
        return ""
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    return "" if subject is None else _phrase(subject)


def _phrase(subject: Token) -> str:
    dropped = {inner.i for child in subject.children if child.dep_ in {"relcl", "acl"} for inner in child.subtree}
    return "".join(token.text_with_ws for token in subject.subtree if token.i not in dropped).strip(" ,")


def _by_role(phrase: str, answer: Answer) -> str:
    """An office or an institution that the listener can place: "the ranger", "Nepal's aviation authority"."""
    words = phrase.split()
    if not 1 < len(words) <= 5 or _ONE_OF_MANY.match(phrase) or words[-1].lower() not in _OFFICE_NOUNS:
        return ""
    if not re.match(r"the\b", phrase, re.I) and "'s" not in phrase:
        return ""
    if words[0].lower() == "the" and len(words) == 2 and words[1].lower() in _OF_SOMETHING - answer.said:
        return ""
    if re.fullmatch(r"[A-Z]\w+'s", words[0]) and _is_known(words[0], answer):
        return " ".join([words[0], *(word.lower() for word in words[1:])])
    names = [word for word in words[1 if words[0] == "The" else 0 :] if word[0].isupper()]
    return _small(phrase, answer) if _is_known(" ".join(names), answer) else ""


def _by_people(phrase: str, answer: Answer) -> str:
    """Those for whom one of them speaks: "parents" for a parents' association, "police" for police."""
    head = phrase.split(",")[0]
    one = _ONE_OF_THEM.search(head)
    if one:
        return f"one {one[1]}"
    found = _PEOPLE.search(head.lower())
    if not found or len(head.split()) > 4 or re.search(r"\b(of|for|at|from|in)\b", head):
        return ""
    is_theirs = bool(_GROUP.search(head.lower()))
    ends_so = head.lower().endswith(found[0])
    if not is_theirs and (not ends_so or len(head.split()) > 2):
        return ""
    is_placed = head.startswith("The ") and ends_so and found[0] in answer.heard.lower()
    return f"the {found[0]}" if found[0] == "police" or is_placed else found[0]


def _by_title(phrase: str, answer: Answer) -> str:
    """The office before a name, "the state health commissioner"; for a company's officer, the company."""
    officer = _OFFICER.match(phrase)
    if officer:
        return officer["whom"] if re.search(rf"\b{re.escape(officer['whom'])}\b", answer.heard) else ""
    people = [entity.text for entity in answer.doc.ents if entity.label_ == "PERSON" and entity.text in phrase]
    words = phrase.split(people[0])[0].replace("Dr.", "").split() if people else []
    if not 1 < len(words) <= 4 or words[-1].lower() not in _TITLES or _ONE_OF_MANY.match(words[0]):
        return ""
    names = {
        word
        for entity in answer.doc.ents
        if entity.label_ in {"ORG", "NORP", "GPE"}
        for word in entity.text.split()
        if word.lower() not in _TITLES
    }
    if not _is_known(" ".join(word for word in words if word in names), answer):
        return ""
    if words[-1].lower() not in answer.said:
        return ""  # nobody has heard of a general secretary
    role = [word if word in names else word.lower() for word in words]
    return " ".join(["the", *role[1 if role[0] == "the" else 0 :]])


def _by_name(phrase: str, answer: Answer) -> str:
    """A name that has been said in this story: an institution's whole, a person's last."""
    head = phrase.split(",")[0]
    name = re.sub(r"^[Tt]he ", "", head)
    if not re.fullmatch(r"(?:[A-Z][\w.'-]*|of|and)(?: (?:[A-Z][\w.'-]*|of|and)){0,3}", name):
        return ""
    entity = next((entity for entity in answer.doc.ents if name in entity.text or entity.text in name), None)
    is_person = entity is not None and entity.label_ == "PERSON"
    last = name.split()[-1]
    if is_person:
        return next((known for known in (name, last) if re.search(rf"\b{re.escape(known)}\b", answer.heard)), "")
    if entity is None and re.search(rf"\b[A-Z][a-z]+ {re.escape(name)}\b", answer.heard) and head == name == last:
        return name  # a surname after the full name
    if entity is None or entity.label_ not in {"ORG", "GPE"} or not re.search(rf"\b{re.escape(name)}\b", answer.heard):
        return ""
    return f"the {name}" if head != name else name


def _is_known(names: str, answer: Answer) -> bool:
    return content_words(names) <= answer.said


def _small(phrase: str, answer: Answer) -> str:
    if re.match(r"(The|An?) ", phrase):
        return phrase[:1].lower() + phrase[1:]
    return lower_first(phrase, answer.doc, answer.body)
