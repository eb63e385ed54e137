import pytest

from synthesis.dialogue.grounding import check

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
