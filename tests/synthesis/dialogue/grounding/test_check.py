import pytest

from synthesis.dialogue.grounding import OF_AN_ARTICLE, check

SOURCES = [
    "Brightwater Ferries said a ship carrying 167 passengers from Port Ellery to Saltham lost power late on Monday.",
    "Ida Marsh, who speaks for the Aldmere Maritime Safety Office (AMSO), said: “There is no proof of a collision,” "
    "on 28 April. The repair costs $3.2bn, 11.25% more than in 2022.",
]


@pytest.mark.parametrize(
    "text",
    [
        "Brightwater says a hundred and sixty-seven passengers were aboard.",
        "More than 160 people were on the ship from Port Ellery.",
        "Nearly 170 passengers were aboard, the ferry line says.",
        "The repair costs 3.2 billion dollars, eleven point two five percent more.",
        'Ida Marsh of the Maritime Safety Office says "there is no proof of a collision".',
        "The Aldmere Maritime Safety Office, or AMSO, sees no collision.",
        "Late on Monday the ship lost power. Nobody knows why.",
        "Marsh doesn't think that it's a collision; the ferry's owner hasn't said.",
        "Aldmerian officials say the ferries' ship lost power on the 28th of April.",
    ],
)
def test_what_the_sources_say_in_other_words_passes(text):
    assert check(text, SOURCES) == []


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("The ship carried 168 passengers.", "number", "168"),
        ("The ship carried a hundred and seventy-six passengers.", "number", "hundred and seventy-six"),
        ("The repair costs 3.2 billion euros.", "unit", "3.2 billion euros"),
        ("Fewer than 160 passengers were aboard.", "number", "160"),
        ("It was on Tuesday.", "date", "Tuesday"),
        ("The ship was bound for Greyhaven.", "name", "Greyhaven"),
        ("Owen Pryce lost power.", "name", "Owen Pryce"),
        ('Marsh said: "There is proof of a collision."', "quotation", "There is proof of a collision."),
        ("The IMO is investigating.", "name", "IMO"),
    ],
)
def test_what_no_source_says_is_found(text, kind, span):
    findings = check(text, SOURCES)
    assert kind in [finding.kind for finding in findings]
    assert any(span in finding.span for finding in findings)
    assert all(finding.reason.endswith(".") for finding in findings)


def test_typography_makes_no_other_quotation():
    assert check("She said: “the quay [is] ‘ours’ — today”", ["She said: \"the quay is 'ours' - today\""]) == []


def test_a_quotation_may_not_be_spliced_from_two_sources():
    assert check('"The quay is ours and the sea is not"', ["The quay is ours.", "And the sea is not."])


def test_findings_stand_in_the_order_of_the_text():
    findings = check("In Greyhaven 999 people left Tolland.", ["People left."])
    assert [finding.span for finding in findings] == ["Greyhaven", "999", "Tolland"]


def test_no_source_supports_nothing_but_plain_words_pass():
    assert check("What happens next?", []) == []
    assert check("Port Ellery has 3 piers.", [])


def test_only_the_kinds_asked_for_are_found_and_an_unknown_one_raises():
    text = "Owen Pryce was the cruellest of all 99 captains."
    assert {finding.kind for finding in check(text, SOURCES, kinds=OF_AN_ARTICLE)} == {"name", "number"}
    assert {finding.kind for finding in check(text, SOURCES, kinds={"superlative"})} == {"superlative"}
    with pytest.raises(ValueError, match="mood"):
        check(text, SOURCES, kinds={"mood"})


RATES = ["The club rose by 34.1 percent in 2024, 58 of about 190 members said, and cut its fee by a tenth to $1.31."]


@pytest.mark.parametrize(
    "text",
    [
        "It rose thirty-four percent two years ago.",
        "Fewer than a third of the members said so.",
        "The fee is ten percent lower, a dollar thirty-one.",
    ],
)
def test_numbers_in_the_shapes_of_speech_pass(text):
    assert check(text, RATES) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It rose thirty-five percent.", "number"),
        ("The fee is twelve percent lower.", "number"),
        ("The fee is a dollar thirty-two.", "number"),
    ],
)
def test_numbers_in_the_shapes_of_speech_are_held_too(text, kind):
    assert kind in [finding.kind for finding in check(text, RATES)]


def test_parties_that_have_changed_places_are_found():
    source = ["Rivers Agency officers came. Corvane accused the agency of haste."]
    assert [f.kind for f in check("The agency accused Corvane of haste.", source)] == ["splice"]
    assert check("Corvane accused the agency of haste, in the end.", source) == []


def test_the_boss_may_be_a_director_but_not_a_nurse():
    source = ["The agency's director, Tom Sallow, said the water was clean."]
    assert check("The agency's boss, Tom Sallow, says the water's clean.", source) == []
    assert [f.kind for f in check("A nurse, Tom Sallow, says the water's clean.", source)] == ["role"]


@pytest.mark.parametrize(
    "text",
    [
        "More than a thousand workers came just before five.",
        "A seventy-year-old died, and the over-seventy-fives were told to stay in.",
        "It blew at sixty-five miles an hour, so six villages are cut off.",
    ],
)
def test_rounded_hours_ages_and_speeds_pass(text):
    source = [
        "The company sent 1,150 workers at 4.52 a.m. as winds of 65 mph cut the only road to six villages.",
        "A man of 70 died, and people over 75 were told to stay in.",
    ]
    assert check(text, source) == []


def test_rounded_hours_ages_and_speeds_are_held_too():
    source = ["The company sent 1,150 workers at 4.52 a.m. as winds of 65 mph blew.", "A man of 70 died."]
    for text in (
        "More than two thousand workers came.",
        "It blew at fifty-six miles an hour.",
        "An eighty-year-old died.",
    ):
        assert check(text, source), text
