import re
from dataclasses import replace

import pytest

from synthesis.dialogue import phrases
from synthesis.dialogue.attribution import attribute
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.handback import handback
from synthesis.dialogue.parse import parse
from synthesis.dialogue.phrases import BANNED, Phrasebook
from synthesis.dialogue.questions import Spoken, answer_of, asks
from synthesis.dialogue.reading import Sentence
from synthesis.dialogue.roles import role_of
from synthesis.dialogue.severity import classify, is_grave
from synthesis.dialogue.triggers_events import EVENTS
from synthesis.dialogue.triggers_matters import MATTERS
from synthesis.types import Article, Turn

# What was said last, what is said next, the kinds of question that it may answer, and what stands in their slots.
ASKED = [
    ("The council will rebuild the pier at Saltham.", "The work will cost 9 million crowns.", "cost_coming", ""),
    ("A tunnel will link the two islands.", "The tunnel is expected to cost $40 million.", "cost_coming", ""),
    ("The city has a new tram.", "A ticket costs two crowns.", "cost_now", ""),
    ("The state has bought back the castle.", "The castle cost 3.4 million euros.", "cost_past", ""),
    ("The council will rebuild the pier.", "The work will take three years.", "duration_coming", ""),
    ("The match was stopped by fog.", "The match lasted three hours.", "duration_past", ""),
    ("The new bridge will cost 9 million crowns.", "Half the cost will be covered by the state.", "payer", ""),
    ("The ministry plans to repair rural roads.", "It will spend 80 million pounds on the roads.", "spending", ""),
    ("A court found the dairy guilty.", "The dairy was fined 200,000 crowns.", "fine", ""),
    ("Carrow will close its centre to cars.", "The ban starts on the first of June.", "start", ""),
    ("A ferry will run to the northern isles.", "The ferry leaves at six in the morning.", "timetable", ""),
    ("The trial found few side effects.", "A second trial starts in March.", "next", ""),
    ("Nurses have rejected the offer.", "The union will vote on a strike on Friday.", "next", ""),
    ("A dam burst above Lunn.", "The government has set up a committee to investigate.", "next", ""),
    ("A court jailed the mayor.", "The mayor's lawyers said they would appeal.", "next", ""),
    ("The school in Marl closed.", "The school closed because its roof leaked.", "why", ""),
    ("A warehouse fire burned for two days.", "The cause of the fire is not known.", "unknown_cause", ""),
    ("The council has drawn up a scheme.", "The scheme aims to keep young people in the valley.", "aim", ""),
    ("An earthquake hit the coast of Ilmar.", "At least 40 people were killed.", "deaths", ""),
    ("A bus crashed on the coast road.", "Eleven passengers were taken to hospital.", "hurt count", ""),
    ("Two climbers are missing in the Marl hills.", "The search was called off at nightfall.", "search", ""),
    ("Six miners were rescued on Sunday.", "A crane lifted them out in a steel cage.", "rescue", ""),
    ("A storm crossed the islands overnight.", "The storm damaged 300 houses and a school.", "damage", ""),
    ("The dam at Lunn burst.", "Engineers warned in 2015 that the dam was cracked.", "missed_warning", ""),
    ("A ferry collided with a tanker.", "The ferry turned at 3.10 in the morning and lost power.", "unfolding", ""),
    ("Wildfires burned near Saltham.", "More than 900 people were evacuated.", "evacuated", ""),
    ("Salt has leaked into the reservoir.", "Residents were told to boil their water.", "advice affected", ""),
    ("Two paintings were stolen from the museum.", "Police arrested three men at the harbour.", "arrests", ""),
    ("Police arrested a banker.", "The banker was charged with forging receipts.", "charges", ""),
    ("A court found the captain guilty.", "The captain was sentenced to four years in prison.", "sentence", ""),
    ("The chemist is charged with fraud.", "The chemist pleaded not guilty.", "plea", ""),
    ("Inspectors accused the mill.", "The mill admitted that it had dumped waste.", "admission", ""),
    ("A court fined the dairy company.", "The company admitted that it had dumped waste.", "voice", "the company"),
    (
        "The council will rebuild the pier.",
        "The council said the work will cost 9 million crowns and take three years.",
        "cost_coming",
        "",
    ),
    ("Two clerks accused the mayor of taking bribes.", "The mayor denies it.", "denial", ""),
    ("The council voted to close the pool.", "Swimmers criticised the decision as unfair.", "opposition", ""),
    ("The zoo plans to send its bears away.", "Keepers are unhappy.", "unhappy", ""),
    ("The board approved the merger.", "The vote was eight to five.", "vote", ""),
    ("Bus drivers began a strike on Monday.", "The drivers want a pay rise of 6 percent.", "demands", ""),
    ("Teachers are on strike over pay.", "The ministry has offered 3 percent.", "offer", ""),
    ("The council decided to plant 4,000 trees.", "Gardeners welcomed the plan.", "welcome", ""),
    ("A study says that crows remember faces.", "The researchers filmed 30 crows for a year.", "method", ""),
    ("The researchers tested 200 drivers.", "Tired drivers missed 14 percent of the signs.", "results", ""),
    ("Engineers have built a robot for vineyards.", "The robot uses a camera to find ripe grapes.", "works", ""),
    ("A trial tested a vaccine in 900 cows.", "But the vaccine wears off within a year.", "catch", ""),
    (
        "A study found plastic in snow.",
        "Dr. Ida Roy, who was not involved in the study, called it sound.",
        "outsiders",
        "",
    ),
    ("Parliament passed a bill on rents.", "The bill limits rises to 2 percent a year.", "contents", ""),
    ("Offices will open on four days.", "Staff will work nine hours a day.", "in_practice", ""),
    ("The bank left its rate unchanged.", "Prices rose by 3 percent in the year to May.", "prices", ""),
    ("The airline cut its forecast.", "The airline's shares fell by 9 percent.", "markets", ""),
    ("The economy grew in spring.", "The bank expects growth of 2 percent next year.", "outlook", ""),
    ("The factory in Lunn will close.", "The company will cut 300 jobs.", "jobs", ""),
    ("Carrow won the cup final.", "Carrow beat Marl 3-1.", "score", ""),
    ("Carrow beat Marl 3-1 in the cup.", "Nina Holt scored twice.", "scorer", ""),
    ("The fair drew farmers from the valley.", "It was visited by 800 farmers.", "count", "farmers"),
    ("Rents have doubled.", "Tenants said they could not find flats.", "voice", "tenants"),
    ("Flydove cancelled 40 flights.", "A spokesperson for Flydove said crews were ill.", "voice", "Flydove"),
    (
        "The harvest was the smallest in a decade.",
        "The small harvest was caused by a dry spring.",
        "why why_caused",
        "",
    ),
    (
        "Softmill's product officer has left.",
        "Chief product officer Ida Crane said it would pay.",
        "voice",
        "the chief product officer",
    ),
    (
        "Statistics Canada said that jobs were lost.",
        "Northway Savings of Canada's chief economist, Ann Roe, said the worst was over.",
        "voice",
        "one economist",
    ),
    ("Nicole Slemp left her post.", 'Slemp says: "I did not want to go before the summer."', "voice", "Slemp"),
    ("A tower burned in Lunn.", "Judge Ruth Hale said the owner had ignored the rules.", "voice", "the judge"),
    (
        "The pool will shut.",
        'The pool\'s manager, Tom Reed, said: "We are too small to go on alone."',
        "voice view",
        "the pool's manager",
    ),
    ("A letter lay in the desk.", 'The letter said: "Water the ferns until I am back."', "document", "the letter"),
    (
        "The health commissioner has shut a ward.",
        "Health Commissioner Ada Roe said wards were full.",
        "voice",
        "the health commissioner",
    ),
    ("Softmill has lost its licence.", "Softmill CEO Hugh Dane said it would pay.", "voice", "Softmill"),
    ("Drones attacked the port at night.", "The attack included 600 drones.", "attack_size count", ""),
    ("The attack included 600 drones and some rockets.", "The army shot down 540 of the drones.", "intercepted", ""),
    ("Sewage ran into the river for a week.", "About 9,000 fish died.", "harm_done", ""),
    ("Rockets hit a market in Ilmar.", "Four neighbouring states condemned the attack.", "reaction", ""),
    ("Carrow will ban fireworks.", "Weddings are exempt.", "exceptions", ""),
    ("Parliament has passed a tax on sugar.", "The tax applies to drinks and sweets.", "applies contents", ""),
    ("The economy shrank in spring.", "Unemployment rose to 6.1 percent.", "unemployment", ""),
    ("The bank kept its rate.", "The bank decides again on the twelfth of May.", "next", ""),
    ("Prices fell.", "TD Bank's senior economist, Ann Roe, said the worst was over.", "voice", "one economist"),
    (
        "Lunn accused Marl of firing first.",
        "Marl's Defence Ministry said it had not.",
        "voice",
        "Marl's defence ministry",
    ),
    ("Storms will cross the plains on Friday.", "On Saturday, storms will reach the coast.", "day", "Saturday"),
    ("Construction of the hall ended in May 1923.", "The hall opened on the second of July.", "when_past", ""),
    ("The party has named Maria Delgado.", "Delgado has led the party since 2017.", "who", "Delgado"),
    ("The wall will be raised.", "The flood fund will pay 8 million crowns of the cost.", "payer", ""),
]

NOT_ASKED = [
    ("The president of Aldmere spoke to the police.", "By convention the president asks the largest party to govern."),
    ("Police stopped the goat that had stolen a hat.", "The goat was not arrested."),
    ("Flu has come early.", "Health Commissioner Ada Roe said wards were full."),
    ("The harbour will be dredged.", "Gulls nest on the northern cliffs."),
    ("A choir from Lunn won a prize.", "Storytelling is an old craft in the valley."),
    ("The minister opened a school.", "The minister wore a grey coat."),
    ("A poet has died in Carrow.", "The publisher brought out four of her books."),
    ("The mayor of Marl resigned.", 'Jane Weir said: "Nobody told me anything before the meeting."'),
    ("The bank left its rate unchanged.", "A museum in Lunn cost 4 million crowns."),
    ("A bridge was closed.", "Its neighbour was painted green because the paint was cheap."),
    ("The council will rebuild the pier.", "A choir will sing in the town hall in May."),
    ("Seven journalists were hurt in the attack.", "The seven journalists were wearing blue helmets."),
    ("Fundraisers gave him millions.", "Tester criticised a bailout of the bank."),
    ("The overall death toll rose to 31.", "At least seven people died in the north."),
    ("The attack included 600 drones.", "The pilots destroyed their notes."),
    ("The company has grown quickly.", "The opportunity lies in the north."),
    ("At least 40 people were killed by the storm.", "The storm killed at least 40 people, most of them in Lunn."),
    ("The captain steered the ferry home.", "The captain had learned to sail as a boy."),
    ("The party named a candidate.", "It wants him as its nominee for the third time in a row."),
    ("The town has a new library.", "Some said it was too dark."),
    ("Tenants said rents had doubled.", "The tenants said they would go to court."),
    ("The ranger, Ida Roy, said the bear was lame.", 'The ranger said: "It could not hunt for itself any more."'),
    ("Flydove cancelled 40 flights.", "Flydove also said crews were ill."),
    ("A note from the guard noted two keys.", "The note said a third key was lost."),
    ("A court found the mill guilty and fined it.", "It admitted that waste had been dumped."),
    ("The council's chair spoke first.", "Walking was once the only way to the mill."),
    ("A tank fired two rounds at reporters.", "The first shell killed Ivo Brandt and severely wounded Nora Till."),
]


def question(item: Spoken, before: Spoken, turns, book: Phrasebook) -> str:
    article, heard = item.fact.sentence.article, [turn.text for turn in turns]
    answer = answer_of(item, before, heard)
    return book.ask(asks(answer), item.text, plain=is_grave(classify(article.title, article.text)), heard=heard)


def hand_back(item: Spoken, before: Spoken, turns, book: Phrasebook) -> str:
    heard = [turn.text for turn in turns]
    is_new = item.fact.sentence.article.id != before.fact.sentence.article.id
    found = handback(answer_of(item, before, heard), is_new_source=is_new, plain=False)
    return book.ask(found, item.text, plain=False, heard=heard)


def spoken(text: str, body: str, title: str = "News from the valley") -> Spoken:
    doc = parse([text])[0]
    found = attribute(text, doc, body)
    role = role_of(text, doc, place=3, is_attributed=found is not None)
    article = Article("a", "The Lantern", "https://news.example/a", "", body, title)
    sentence = Sentence(article, 1, 0, text, text, doc, False, False)
    return Spoken(Fact(sentence, text, role, found.who if found else "", (1,)), text, (), "source")


def asked(before: str, answer: str, *, seed: str = "a", book: Phrasebook | None = None, title: str = "News") -> str:
    body = f"{before} {answer}"
    turns = [Turn("Ben", "And?", "question"), Turn("Ava", before, "fact")]
    return question(spoken(answer, body, title), spoken(before, body, title), turns, book or Phrasebook(seed))


def wordings(kinds: str, slot: str) -> set[str]:
    rows = [row for kind in kinds.split() for rows in phrases.questions()[kind].values() for row in rows]
    shapes = {
        re.sub(r"\{(do|does|is|was)\w*\}", r"\\w+", re.escape(row).replace(r"\{", "{").replace(r"\}", "}"))
        for row in rows
    }
    return {re.sub(r"\{\w+\}", re.escape(slot) if slot else r"[\\w ]+", shape) for shape in shapes}


@pytest.mark.parametrize(("before", "answer", "kinds", "slot"), ASKED, ids=[row[1][:40] for row in ASKED])
def test_a_question_is_one_that_the_answer_answers(before, answer, kinds, slot):
    for seed in "abcd":
        found = asked(before, answer, seed=seed)
        assert any(re.fullmatch(shape, found, re.I) for shape in wordings(kinds, slot)), found


@pytest.mark.parametrize(("before", "answer"), NOT_ASKED, ids=[row[1][:40] for row in NOT_ASKED])
def test_where_no_question_is_answered_none_is_asked(before, answer):
    assert asked(before, answer) == ""


ONLY_OF = [
    ("A rocket killed two people in Ilmar.", "At least 80 people were wounded.", "injured"),
    ("A bus crashed near Lunn.", "At least 80 people were wounded.", "hurt count"),
]


@pytest.mark.parametrize(("before", "answer", "kinds"), ONLY_OF)
def test_after_deaths_a_question_asks_for_the_injured_and_not_whether_anyone_is(before, answer, kinds):
    allowed = wordings(kinds, "people")
    for seed in "abcd":
        found = asked(before, answer, seed=seed)
        assert any(re.fullmatch(shape, found, re.I) for shape in allowed), found


@pytest.mark.parametrize(
    ("before", "answer"),
    [
        ("The work will take three years.", "The work is expected to take a month longer at the pier."),
        ("The ban starts on the first of June.", "The ban will start on Monday in the harbour."),
        ("Prices rose by 3 percent in May.", "Food prices rose by 5 percent."),
    ],
)
def test_what_was_just_told_is_not_asked(before, answer):
    assert asked(before, answer) == ""


NO_ANSWER = [
    ("Shells hit a school in Ilmar.", "The Ilmar Army did not respond to requests for comment.", "the army"),
    ("Ilmar's ministers met in secret.", "Ilmar's Foreign Ministry declined to comment.", "ministry"),
    ("Shells hit a school in Ilmar.", "The Marl Defense Forces did not respond to requests for comment.", ""),
    ("A tower burned in Lunn.", "Nobody could be reached for comment.", ""),
]


@pytest.mark.parametrize(("before", "answer", "who"), NO_ANSWER)
def test_who_gave_no_answer_is_named_or_not_asked_after(before, answer, who):
    found = asked(before, answer)
    assert who in found and bool(who) == bool(found)


def test_nothing_is_exact_beside_the_dead():
    before, answer = "A ferry collided with a tanker.", "The ferry turned at 3.10 in the morning and lost power."
    found = {asked(before, answer, seed=seed, title="Forty killed as ferry sinks") for seed in "abcdefghij"}
    assert found and not any("exactly" in text for text in found)


HANDED_BACK = [
    ("The harbour will be dredged.", "Gulls built their nests on the northern cliffs.", ""),
    ("The harbour of Lunn will be dredged.", "The town bought the harbour from a bank.", "more"),
    ("A choir from Lunn won a prize.", 'Its singer Ann Roe said: "Nobody had heard of us before this."', ""),
    ("A choir from Lunn won a prize.", 'The singer Ann Roe told a crowd: "We had no piano for a year."', "spoken_of"),
    ("The town of Lunn owns the mill.", "The town will rent out the upper floors.", "next_step"),
    ("The town of Lunn will sell the mill.", "The town will rent out the upper floors.", ""),
    ("The town of Lunn owns the mill.", "The mill will shine in the morning sun.", ""),
    ("Mill up: The town of Lunn bought the mill.", "Bank down: The town of Lunn shut the bank.", ""),
    ("The town of Lunn owns the mill.", "But the roof leaks.", ""),
    ("The town of Lunn owns the mill.", "Carrow also owns one.", ""),
]


@pytest.mark.parametrize(("before", "answer", "kind"), HANDED_BACK)
def test_a_story_without_a_question_gets_a_plain_one_where_it_is_safe(before, answer, kind):
    body = f"{before} {answer}"
    turns = [Turn(host, before, "fact") for host in ("Ava", "Ben", "Ava")]
    found = hand_back(spoken(answer, body), spoken(before, body), turns, Phrasebook("a"))
    assert found in phrases.questions()[kind]["plain"] + phrases.questions()[kind]["light"] if kind else not found


def test_the_plainest_question_is_asked_once_in_an_edition_at_most():
    before, answer, _ = next(row for row in HANDED_BACK if row[2] == "more")
    book, turns = Phrasebook("a"), [Turn("Ava", before, "fact")] * 3
    found = [hand_back(spoken(answer, ""), spoken(before, ""), turns, book) for _ in range(4)]
    assert [bool(text) for text in found] == [True, False, False, False]


def test_another_report_is_asked_for_as_such():
    first = spoken("Storms broke the wall at Lunn.", "")
    second = replace(first.fact.sentence, article=replace(first.fact.sentence.article, id="b"))
    other = replace(first, fact=replace(first.fact, sentence=second))
    turns = [Turn("Ava", first.text, "fact")] * 3
    found = hand_back(replace(other, text="Winds tore 40 roofs off."), first, turns, Phrasebook("a"))
    assert found in phrases.questions()["another_report"]["plain"]


def test_a_thing_may_be_asked_after_again_but_not_at_once():
    first, second, third = "The captain swam ashore.", "A tug towed the ferry away.", "The captain is being questioned."
    turns = [Turn("Ben", "And?", "question"), Turn("Ava", first, "fact"), Turn("Ava", second, "fact")]
    found = question(spoken(third, ""), spoken(second, ""), turns, Phrasebook("a"))
    assert re.search(r"\bthe captain\?$", found)
    assert question(spoken(third, ""), spoken(first, ""), turns[:2], Phrasebook("a")) == ""


def test_no_wording_is_heard_twice_in_an_edition_and_then_none():
    book = Phrasebook("a")
    found = [asked(before, answer, book=book) for before, answer, kinds, _ in ASKED * 8 if "cost_coming" in kinds]
    given = [text for text in found if text]
    assert len(given) == len(set(given)) == 7
    assert found[-1] == ""


def test_a_wording_of_recent_editions_is_not_used():
    row = ASKED[0]
    worn = [asked(row[0], row[1], seed=seed) for seed in "abcdefgh"]
    assert asked(row[0], row[1], book=Phrasebook("a", avoid=worn)) not in worn


def test_in_a_grave_story_the_wording_is_plain():
    light = {text for rows in phrases.questions().values() for text in rows["light"]}
    before, answer = "The council decided to move the stones.", "Families of the owners criticised the decision."
    found = {asked(before, answer, seed=seed, title="Forty killed in dam collapse") for seed in "abcdefghijklmno"}
    assert found and "" not in found and not found & light
    assert {asked(before, answer, seed=seed) for seed in "abcdefghijklmno"} & light


def test_a_name_is_never_given_away_before_its_turn():
    for before, answer, _, _ in ASKED:
        names = set(re.findall(r"(?<!^)(?<![.:] )\b(?!\w+day)[A-Z]\w+", answer)) - set(re.findall(r"[A-Z]\w+", before))
        assert not names & set(re.findall(r"[A-Z]\w+", asked(before, answer)[1:]))


def test_a_model_reads_six_candidates_at_most_in_one_call():
    class Counting:
        calls: list[int] = []

        def prefer(self, answer, questions):
            self.calls.append(len(questions))
            return [0.0] * len(questions)

    ranker = Counting()
    for before, answer, _, _ in ASKED:
        asked(before, answer, book=Phrasebook("a", ranker=ranker))
    assert max(ranker.calls) <= 6 and len(ranker.calls) <= len(ASKED)


def test_every_trigger_has_wordings():
    assert {trigger.kind for trigger in (*EVENTS, *MATTERS)} <= set(phrases.questions())


def test_the_wordings_are_many_short_and_never_worn():
    rows = [row for kind in phrases.questions().values() for row in kind["plain"] + kind["light"]]
    assert len(rows) > 250 and not any(BANNED.search(row) for row in rows)
    assert all(len(row.split()) <= 9 and row.endswith("?") and row[0].isupper() for row in rows)
    assert all(len(set(kind["plain"])) >= 3 for kind in phrases.questions().values())


def test_a_head_is_asked_for_only_where_the_listener_knows_of_what():
    said = "The head, Denzil Farquhar, said that he had taught for four years."
    assert "the head" not in asked("Pupils need a physics teacher.", said)
    assert "the head" in asked("The school has a new head.", said)


def test_no_third_question_of_an_edition_asks_what_somebody_says():
    book = Phrasebook("seed")
    asked = [
        book.ask([phrases.Ask("named", {"who": f"Rhea {name}", "does": "does"})], "", plain=True) for name in "ABCDE"
    ]
    sayings = [question for question in asked if re.match(r"(And w|W)hat (does|did|do) .* say", question)]
    assert len(sayings) == 2
