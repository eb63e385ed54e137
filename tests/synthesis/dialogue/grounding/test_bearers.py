"""Who somebody is, whose word a claim is, and how sure: what is dropped or moved is held, what is resolved passes."""

import pytest

from synthesis.dialogue.grounding import check

STORY = (
    "The party of the former president, Luis Pereyra, controls the upper house.",
    "Zhelania's deputy prime minister, Vsevolod Hryhorenko, spoke to farmers.",
    "Camilla Roe, for the prosecution, addressed the jury.",
    '"For every pound that was given, he took nearly thirty pence," she said.',
    "Morag Sinclair, the leader of the rescue, thanked the pilot, Captain Fiona Guthrie.",
    "Two people familiar with the search said that Achterberg was the leading candidate; "
    "the company declined to comment.",
    "The authority should first spend the reserve, two members said.",
    "The airline is in talks to sell a stake to an investor.",
    "Households who boil their water are entitled to a payment.",
    "There is no sign that magma is moving towards the surface.",
)


@pytest.mark.parametrize(
    ("kind", "text", "cited"),
    [
        ("role", "The president, Luis Pereyra, has a party that controls the upper house.", [0]),
        ("role", "Vsevolod Hryhorenko, the prime minister, spoke to farmers.", [1]),
        ("role", "Camilla Roe, for the defence, addressed the jury.", [2]),
        ("role", "Captain Fiona Guthrie, the leader of the rescue, was thanked.", [4]),
        ("attribution", "The company says that Achterberg is the leading candidate.", [5]),
        ("modality", "The authority will first spend the reserve.", [6]),
        ("modality", "The airline has sold a stake to an investor.", [7]),
        ("modality", "Magma is moving towards the surface.", [9]),
    ],
)
def test_what_was_dropped_or_moved_is_held(kind, text, cited):
    found = {finding.kind for finding in check(text, [STORY[place] for place in cited], story=STORY)}
    assert kind in found or (kind == "modality" and "negation" in found)


def test_she_is_who_was_named_before():
    said = '"For every pound that was given, he took nearly thirty pence," {} said.'
    cited = [STORY[3]]
    assert check(said.format("the prosecutor"), cited, story=STORY) == []
    assert {f.kind for f in check(said.format("Morag Sinclair"), cited, story=STORY)} & {"quotation", "name"}


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("A former president's party, that of Luis Pereyra, controls the upper house.", [0]),
        ("Camilla Roe, prosecuting, spoke to the jury.", [2]),
        ("Two people say that Achterberg is in front. The company isn't commenting.", [5]),
        ("The airline may sell a stake.", [7]),
        ("Nothing suggests that magma is moving towards the surface.", [9]),
    ],
)
def test_what_is_kept_passes(text, cited):
    assert check(text, [STORY[place] for place in cited], story=STORY) == []
