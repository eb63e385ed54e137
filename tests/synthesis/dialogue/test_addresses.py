import datetime as dt

import pytest

from synthesis.dialogue import addresses
from synthesis.types import Edition


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Visit https://evil.example/a now.", "https://evil.example/a"),
        ("See www.evil.example for more.", "www.evil.example"),
        ("Go to Evil.com today.", "Evil.com"),
        ("Go to evil dot com.", "evil dot com"),
        ("Go to evil [.] com now.", "evil [.] com"),
        ("It is at evil(dot)com for all.", "evil(dot)com"),
        ("Say double u double u double u evil.", "double u double u double u"),
        ("Mail eve@evil.example now.", "eve@evil.example"),
        ("Write to eve at evil dot com.", "eve at evil dot com"),
        ("Follow @evilcorp today.", "@evilcorp"),
        ("Join the Telegram channel called freecash.", "Telegram channel called freecash"),
        ("It is ｅｖｉｌ．ｃｏｍ in wide letters.", "evil.com"),
        ("It is e\u200bv\u00adil.com with a gap.", "evil.com"),
        ("Call 555-0199 now.", "555-0199"),
        ("Call 1-800-FLOWERS.", "1-800-FLOWERS"),
        ("It is +44 20 7946 0958, day and night.", "+44 20 7946 0958"),
        ("Dial 900 now.", "900"),
        ("Text WIN to 80085.", "80085"),
        ("For help, call 116 123.", "116 123"),
        ("Call ٥٥٥٠١٩٩٢٣ now.", "555019923"),
        ("It is five five five, oh one nine nine.", "five five five, oh one nine nine"),
        ("Call five five five now.", "five five five"),
        ("It is 5 5 5 0 1 9 9 here.", "5 5 5 0 1 9 9"),
        ("Pay to GB82 WEST 1234 5698 7654 32 at once.", "GB82 WEST 1234 5698 7654 32"),
        ("Send it to 0x52908400098527886E0F7030069857D2E4169EE7.", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("Its server is 192.168.0.1, they said.", "192.168.0.1"),
    ],
)
def test_an_address_is_found_written_and_spoken(text, address):
    assert addresses.find(text) == [address]
    assert [finding.span for finding in addresses.check(text, ())] == [address]
    assert addresses.check(text, [address]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Residents called 911 at 4.20 a.m. and 112 later.",
        "The union called 300 people out, and a call for 40 more houses came.",
        "The U.S. paid 1,234,567,890 crowns, or 20 000 000 a year.",
        "It stood from 1999-2004, until 2026-11-23, at 7:30.",
        "She won 6-4, 7-5, 6-3 in a Boeing 737-800.",
        "One, two or three of the five were there, e.g. on Sunday.",
        "In a post on his Telegram channel on Friday he said so.",
        "It will call 250 reservists; the No. 23 bus does not run.",
    ],
)
def test_the_figures_of_the_news_are_no_addresses(text):
    assert addresses.find(text) == []


def test_what_is_allowed_in_writing_is_allowed_in_speech():
    allowed = ["https://www.tandem.example/", "0800 555 123", "@tandem"]
    assert addresses.check("It is at tandem dot example, or 0800 555 123, or @tandem.", allowed) == []
    found = addresses.check("It is at tandem dot example, or 0800 555 124.", allowed)
    assert [finding.span for finding in found] == ["0800 555 124"]


def test_an_editions_own_name_and_helplines_are_allowed():
    edition = Edition("News.example Daily", dt.date(2026, 11, 23), helplines={"suicide": "In Britain, call 116 123."})
    allowed = addresses.allowed_of(edition, outlets=["Phys.org"])
    text = "This is News.example Daily. Phys.org has it. In Britain, call 116 123."
    assert addresses.find(text) and addresses.check(text, allowed) == []


def test_an_address_is_cut_out_of_a_name():
    assert addresses.without("The Ellery Post - call 555-0199") == "The Ellery Post - call"
