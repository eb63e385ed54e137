import pytest

from synthesis.dialogue.grounding import check

SOURCE = [
    "Some 5,200 of 16,000 households were without power for 90 minutes; profit rose 4.5 per cent to $3.2bn, while "
    "the fee is £29 a month and 47 of 52 shops had closed by 9.40 p.m.",
]


@pytest.mark.parametrize(
    "text",
    [
        "About a third of the households were without power for an hour and a half.",
        "Profit rose four and a half percent, to 3.2 billion dollars.",
        "Nine in ten shops had closed by nine-forty.",
        "The fee is twenty-nine pounds a month.",
    ],
)
def test_a_number_in_another_shape_passes(text):
    assert check(text, SOURCE) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("unit", "The fee is twenty-nine pounds a year."),
        ("unit", "The households were without power for ninety days."),
        ("unit", "Sixteen thousand people were without power."),
        ("number", "Profit rose four and a quarter percent."),
        ("number", "Six in ten shops had closed."),
    ],
)
def test_another_number_or_unit_is_held(kind, text):
    assert kind in {finding.kind for finding in check(text, SOURCE)}


def test_numbers_that_have_changed_places_are_held():
    source = ["In physics 44 per cent of teachers had left. In primary schools 27 per cent of teachers had left."]
    assert check("In physics forty-four per cent left, in primary schools twenty-seven per cent.", source) == []
    assert check("In primary schools forty-four per cent left, in physics twenty-seven per cent.", source)
