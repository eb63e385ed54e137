import pytest

from synthesis.dialogue.figures import find, quantities


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("a hundred and sixty-seven passengers", 167, ""),
        ("167 passengers", 167, ""),
        ("$3.2bn", 3.2e9, "dollar"),
        ("three point two billion dollars", 3.2e9, "dollar"),
        ("a €40-million rebuild", 4e7, "euro"),
        ("11.25 per cent", 11.25, "percent"),
        ("eleven percent", 11, "percent"),
        ("two thousand and five hundred", 2500, ""),
        ("1,340 metres", 1340, ""),
        ("nineteen ninety-eight", 1998, ""),
        ("one-third of them", 1 / 3, ""),
        ("half a million people", 500000, ""),
        ("the third time", 3, ""),
        ("a dozen boats", 12, ""),
        ("5k runners", 5000, ""),
    ],
)
def test_a_number_has_its_value_however_it_is_written(text, value, unit):
    figure = find(text)[-1]
    assert figure.value == pytest.approx(value)
    assert figure.unit == unit


def test_one_and_first_are_no_figures():
    assert find("One of them came first, at first") == []


def test_dates_years_and_hours_are_no_quantities():
    assert quantities("On May 12, 2024, at 5 p.m., the 3rd of June") == []
    assert [figure.value for figure in quantities("On May 12 it sold 40 boats")] == [40]


def test_a_number_too_large_for_a_float_is_a_quantity_without_end():
    assert [figure.value for figure in quantities(f"It is {'9' * 400} metres long.")] == [float("inf")]
