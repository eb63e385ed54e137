from __future__ import annotations

import pytest

from briefings.boilerplate import drop

BODY = (
    "The council voted on Tuesday to rebuild the old sea wall, which storms broke twice last winter.\n"
    "The work will cost 12 million euros and take two years, the council said in a statement."
)


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "Article content",
        "Read more: Fish prices fall",
        "Click here to read the report.",
        "Sign up for our free newsletter and get the news in your inbox.",
        "Get daily National news",
        "Follow us on Facebook and Instagram.",
        "Photo: Jo Field",
        "Mara Lindqvist at the quay. (AP Photo/Jo Field)",
        "Reporting by Jo Field in Port Ellery; Editing by Ida Moss",
        "Associated Press writer Jo Field contributed to this report.",
        "With files from The Canadian Press",
        "Our Standards: The Thomson Reuters Trust Principles.",
        "What happens next",
        "Where did the money go?",
        "— Jo Field (@jofield) March 1, 2025",
        "More pictures pic.twitter.com/abc",
        "___",
    ],
)
def test_lines_that_no_presenter_reads_out_go(line):
    assert drop(f"{BODY}\n{line}") == BODY


@pytest.mark.parametrize(
    "line",
    [
        "“We cannot wait for another winter,” she said.",
        "The newsletter of the town's chess club has 40 readers.",
        "He died.",
        "The photo was taken in March, the police said, and shows both men.",
        "Residents can sign up for help with sandbags at the town hall from Monday, the council said.",
    ],
)
def test_sentences_of_the_report_stay(line):
    assert drop(f"{BODY}\n{line}") == f"{BODY}\n{line}"


def test_what_follows_the_report_is_cut_off():
    assert drop(f"{BODY}\nMore from The Post\nFish prices fell to the lowest in ten years, traders say.") == BODY


def test_the_title_and_repeats_are_said_once():
    first, second = BODY.split("\n")
    assert (
        drop(
            f"A sea wall for Ellery, at last, after years.\n{first}\n{second}\n{first}",
            "A sea wall for Ellery, at last, after years",
        )
        == BODY
    )
