"""Numbers as a newsreader says them: cardinals, ordinals, decimals, years, digits one by one, Roman numerals."""

from __future__ import annotations

import re

from num2words import num2words

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
"""A written number: thousands commas, a decimal point."""

_DENOMINATORS = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ROMAN_FORM = re.compile(r"C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$")
_LONGEST = 15
_DIGITS = "zero one two three four five six seven eight nine".split()


def cardinal(number: str | int, *, british: bool = False) -> str:
    """`1,250` as "one thousand two hundred fifty", British "... two hundred and fifty". Over 15 digits: each digit."""
    figures = str(number).replace(",", "")
    if len(figures) > _LONGEST:
        return digits(figures)
    words = str(num2words(int(figures))).replace(",", "")
    return words if british else words.replace(" and ", " ")


def ordinal(number: str | int, *, british: bool = False) -> str:
    figures = str(number).replace(",", "")
    if len(figures) > _LONGEST:
        return digits(figures) + "th"
    words = str(num2words(int(figures), to="ordinal")).replace(",", "")
    return words if british else words.replace(" and ", " ")


def decimal(number: str, *, british: bool = False) -> str:
    """A written number with or without decimals: "12.5" as "twelve point five"; a `.00` is not said."""
    whole, _, fraction = number.replace(",", "").partition(".")
    if len(fraction) >= 2 and not fraction.strip("0"):
        fraction = ""
    spoken = cardinal(whole or "0", british=british)
    return f"{spoken} point {digits(fraction)}" if fraction else spoken


def digits(number: str) -> str:
    return " ".join(_DIGITS[int(d)] for d in number if d.isdigit())


def power(base: str, exponent: str) -> str:
    """`10^6` as "ten to the sixth", `5^2` as "five squared"."""
    if exponent in ("2", "3"):
        return f"{decimal(base)} {'squared' if exponent == '2' else 'cubed'}"
    if exponent.startswith("-"):
        return f"{decimal(base)} to the minus {cardinal(exponent[1:])}"
    return f"{decimal(base)} to the {ordinal(exponent)}"


def year(number: str | int, *, british: bool = False) -> str:
    """1905 as "nineteen oh five", 2005 as "two thousand five", British "two thousand and five", 2025 as two pairs."""
    words = str(num2words(int(number), to="year")).replace("oh-", "oh ")
    return words if british else words.replace(" and ", " ")


def decade(number: str | int) -> str:
    """1990 as "nineteen nineties", 90 as "nineties", 2000 as "two thousands"."""
    words = year(number) if int(number) >= 100 else cardinal(number)
    return plural(words)


def plural(words: str) -> str:
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith(("s", "x", "ch")) else "s")


def fraction(numerator: int, denominator: int) -> str | None:
    """3/4 as "three quarters"; None where nobody would say it as a fraction."""
    name = _DENOMINATORS.get(denominator)
    if name is None or not 0 < numerator < denominator:
        return None
    if numerator == 1:
        return f"one {name}"
    return f"{cardinal(numerator)} {'halves' if name == 'half' else name + 's'}"


def roman(numeral: str) -> int | None:
    """The value of a well-formed Roman numeral below 400, or None."""
    if not numeral or not _ROMAN_FORM.match(numeral):
        return None
    values = [_ROMAN[letter] for letter in numeral]
    return sum(-v if any(later > v for later in values[i + 1 : i + 2]) else v for i, v in enumerate(values))
