import pytest

from synthesis.dialogue import choose, sequence
from synthesis.dialogue.facts import facts_of
from synthesis.dialogue.reading import read
from synthesis.types import Article, Edition


@pytest.fixture
def ranked(edition: Edition):
    def _ranked(title, *texts):
        readings = [
            read(Article(str(place), "Wire", "https://news.example", "2026-11-23T04:00:00+00:00", text, title))
            for place, text in enumerate(texts)
        ]
        return choose.rank(title, readings, [fact for reading in readings for fact in facts_of(reading, edition)])

    return _ranked


FERRY = """The ferry Anna sank off Lunn early on Sunday with 40 people on board, the coastguard said.
Two tugs reached the ship within an hour of the first call from the bridge.
The sea was calm, and the light was good, when the ship turned over.
Three boats from the harbour took people to the hospital in Saltham.
"We heard a bang, and then the floor was a wall," said a passenger, Nora Till.
The owner has four more ships of the same kind on the route to Skerry.
The line opened in 1971 and carries islanders and their cars.
The union of seamen criticised the owner for the age of the ship.
A court will hear the captain on Tuesday."""


def test_the_news_comes_first(ranked, stories):
    for story in stories:
        facts = ranked(story.title, *(article.text for article in story.articles))
        assert facts[0].key == ("0", 0)


def test_the_news_is_told_whole(ranked):
    text = (
        "Aldmere's first night train in 20 years will run from the capital, Carrow, to the ferry port of Lunn from the "
        "first of May, the state railway said on Sunday.\nTickets go on sale in February."
    )
    spoken = ranked("First night train in 20 years to link Carrow and Lunn", text)[0].text
    for words in ("Carrow", "ferry port of Lunn", "first of May", "state railway", "Sunday"):
        assert words in spoken


def test_three_facts_hold_a_story_together(ranked):
    facts = ranked("Ferry sinks off Lunn", FERRY)
    assert facts[0].sentence.index == 0
    assert any(choose.is_ending(fact) for fact in facts[1:3])


def test_a_story_ends_on_what_comes_next(ranked):
    told = sequence.order(ranked("Ferry sinks off Lunn", FERRY)[:4])
    assert told[-1].text == "A court will hear the captain on Tuesday."


def test_a_story_ends_on_the_other_side_where_nothing_is_to_come(ranked):
    text = FERRY.replace("\nA court will hear the captain on Tuesday.", "")
    told = sequence.order(ranked("Ferry sinks off Lunn", text)[:4])
    assert "criticised" in told[-1].text


def test_the_total_is_told_before_the_part(ranked):
    text = """Russia attacked Kyiv on Sunday and killed two people, the city said.
The attack included 600 drones and 90 missiles, according to the air force.
The air defences destroyed 549 drones and 55 missiles over the city.
Fires burned in four districts."""
    for count in (2, 3, 4):
        told = [fact.sentence.index for fact in sequence.order(ranked("Russia attacks Kyiv", text)[:count])]
        assert 2 not in told or (1 in told and told.index(1) < told.index(2))


def test_what_will_cost_something_is_no_step(ranked):
    facts = ranked(
        "Wall to be raised", "The wall will be raised, the town said.\nThe work will cost 12 million crowns."
    )
    assert not any(choose.is_step(fact) for fact in facts)


def test_an_event_that_was_not_told_of_is_not_spoken_of_as_known(ranked):
    text = (
        "Halm named Ivo Brandt head of its council on Sunday, hours after his rival left the country.\n"
        "The council has nine members and meets on Tuesdays in the old town hall.\n"
        "Neighbouring Lunn has not claimed responsibility for the strike.\n"
        "Brandt said that talks would go on in March."
    )
    assert all("the strike" not in fact.text for fact in ranked("Halm names Brandt head of council", text))


ATTACK = """Aldmere fired missiles at two ports of Lunn on Sunday, and nine people died.
Fires burned in four streets until noon on Monday.
Aldmere said that it struck in retaliation for a raid on its coast.
The port of Carrow was closed.
Two ships were sunk at their berths, and 40 sailors were hurt.
Schools in the town stay shut until Friday.
Lunn has asked for a meeting of the council on Tuesday.
A bridge over the river was hit.
The towns have fought since 1990."""


def test_an_attack_is_told_with_its_reason(ranked):
    told = ranked("Aldmere fires missiles at two ports of Lunn", ATTACK)
    assert any("retaliation" in fact.text for fact in told[:3])
