from __future__ import annotations

import pytest

from briefings.similarity import Weights, is_meant, is_same_event, names_heard, profile

IQUIQUE = (
    "Quake of magnitude 6.1 strikes northern Chile, at least 12 dead",
    "SANTIAGO - A strong earthquake of magnitude 6.1 struck northern Chile on Tuesday, killing at least 12"
    " people and damaging "
    "buildings in the port city of Iquique, the emergency agency ONEMI said. Rescue workers were searching"
    " collapsed homes. "
    "President Gabriel Rojas said he would travel to Iquique. Power was cut to thousands of homes.",
)
NORGES = (
    "Central bank of Norway raises rates to 4.5%",
    "Norges Bank raised its key policy rate by a quarter point to 4.5% on Thursday, saying inflation remains"
    " too high. Governor "
    "Ida Wolden said further increases are likely. The krone gained against the euro.",
)
FERRY = (
    "Ferry sinks off Port Ellery; 30 rescued",
    "A passenger ferry sank off Port Ellery early on Monday, and all 30 people on board were rescued, the"
    " coastguard said. "
    "The Marie Claire took on water after hitting rocks near Gull Point.",
)
SAME = [
    (
        IQUIQUE,
        (
            "Chile earthquake kills 12 as rescuers search rubble in Iquique",
            "Rescuers in the Chilean city of Iquique were digging through rubble on Wednesday after an earthquake"
            " killed at least "
            "a dozen people and injured hundreds. The 6.1-magnitude quake hit late on Tuesday. President Rojas"
            " declared a state "
            "of emergency in the Tarapaca region.",
        ),
    ),
    (
        NORGES,
        (
            "Norway lifts interest rate, signals more to come",
            "Norway's central bank increased its benchmark interest rate on Thursday by 25 basis points to 4.5%, as"
            " expected by "
            "economists. Norges Bank said the rate will most likely rise again in December. The Norwegian krone"
            " strengthened.",
        ),
    ),
    (
        FERRY,
        (
            "All 30 aboard saved after ferry hits rocks",
            "All thirty passengers and crew of the ferry Marie Claire were saved on Monday when it hit rocks and sank"
            " near Gull "
            "Point, outside Port Ellery. Coastguard officer Tom Hale said the sea was calm.",
        ),
    ),
]
DIFFERENT = [
    (
        IQUIQUE,
        (
            "Earthquake of magnitude 6.3 hits western Nepal, dozens dead",
            "KATHMANDU - A strong earthquake of magnitude 6.3 struck western Nepal on Tuesday, killing at least 40"
            " people and "
            "damaging buildings in the district of Jajarkot, the emergency agency said. Rescue workers were searching"
            " collapsed "
            "homes. Prime Minister Pushpa Dahal said he would travel to Jajarkot. Power was cut to thousands of homes.",
        ),
    ),
    (
        NORGES,
        (
            "Central bank of Sweden raises rates to 3.5%",
            "The Riksbank raised its key policy rate by a quarter point to 3.5% on Thursday, saying inflation remains"
            " too high. "
            "Governor Erik Thedeen said further increases are likely. The krona gained against the euro.",
        ),
    ),
    (
        FERRY,
        (
            "Ferry sinks off Manila; 30 rescued",
            "A passenger ferry sank off Manila early on Monday, and all 30 people on board were rescued, the"
            " coastguard said. "
            "The Santa Rosa took on water in heavy seas.",
        ),
    ),
    (
        (
            "Apple unveils new iPhone with satellite calling",
            "CUPERTINO - Apple on Tuesday unveiled the iPhone 19 with satellite calling, chief executive Tim Cook"
            " said.",
        ),
        (
            "Apple loses appeal over EU tax bill",
            "Apple lost its appeal on Tuesday against a European Union order to pay 13 billion euros in back taxes to"
            " Ireland, "
            "the Court of Justice said. Apple chief executive Tim Cook called the ruling disappointing.",
        ),
    ),
    (
        (
            "Shooting in Dallas mall leaves three dead",
            "DALLAS - Three people were killed in a shooting at a shopping mall in Dallas, Texas, on Saturday, police"
            " said. Police "
            "Chief Eddie Garcia said a suspect was in custody.",
        ),
        (
            "Shooting at Houston nightclub leaves three dead",
            "HOUSTON - Three people were killed in a shooting at a nightclub in Houston, Texas, on Saturday, police"
            " said. Police "
            "Chief Troy Finner said a suspect was at large.",
        ),
    ),
]


def judged(one, other) -> bool:
    a, b = profile(*one), profile(*other)
    return is_same_event(a, b, Weights([a, b]))


@pytest.mark.parametrize(("one", "other"), SAME, ids=lambda article: article[0][:24])
def test_two_outlets_on_one_event_meet(one, other):
    assert judged(one, other) and judged(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=lambda article: article[0][:24])
def test_like_events_in_different_places_stay_apart(one, other):
    assert not judged(one, other) and not judged(other, one)


def test_a_copy_is_told_by_its_words_alone():
    assert judged(FERRY, ("All safe after sinking", FERRY[1]))


def test_articles_without_words_in_common_have_no_similarity():
    a, b = profile(*FERRY), profile("", "")
    assert Weights([a, b]).cosine(a, b) == 0


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_event_is_known_by_a_like_meaning_and_the_names(one, other):
    assert is_meant(profile(*one), profile(*other), 0.8)
    assert not is_meant(profile(*one), profile(*other), 0.3)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_like_meaning_is_not_enough_where_the_names_are_others(one, other):
    assert not is_meant(
        profile(*one), profile(*other), 0.82 if names_heard(profile(*one), profile(*other)) < 0.5 else 0.3
    )
