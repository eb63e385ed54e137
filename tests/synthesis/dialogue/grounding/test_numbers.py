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


SPOKEN = (
    "The quake struck at 4:52 a.m. at a depth of 9 km, and two friends, both 14, felt it.",
    "Brisk was defined as more than 100 steps a minute, or roughly 5 km/h.",
    "The kettle brought a liter to a boil in 2 minutes 41 seconds.",
    "Net debt fell to £310mn from £395mn in December.",
    "The party slipped to 29.7 percent, from 33.4 percent.",
    "The storm could drop up to 20 inches of snow.",
    "Some 58 of about 190 shops replied.",
)


@pytest.mark.parametrize(
    "text",
    [
        "It came at eight minutes to five in the morning.",
        "That's about five kilometres an hour.",
        "A litre boiled in under three minutes.",
        "Net debt was three hundred and ninety-five million in December and is three hundred and ten now.",
        "Up to twenty inches of snow are possible.",
        "His two friends felt it as well.",
    ],
)
def test_numbers_in_a_speakers_shape_pass(text):
    assert check(text, SPOKEN, story=SPOKEN) == []


@pytest.mark.parametrize(
    "text",
    [
        "The party slipped to thirty-three point four percent, from twenty-nine point seven.",
        "There were twenty inches of snow.",
        "A hundred and ninety shops replied.",
    ],
)
def test_a_number_moved_or_freed_of_its_limit_is_held(text):
    assert {finding.kind for finding in check(text, SPOKEN)} & {"number", "splice", "modality"}
