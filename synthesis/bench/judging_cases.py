"""What a small model is asked to judge, on events that never were: which question a sentence answers, and which of two
lines a source supports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "swap", "name", "negation"]

ANSWERS = {
    "Was anyone hurt?": "Eleven firefighters were treated for smoke inhalation, and two remain in hospital.",
    "How much will it cost?": "The new line will cost 310 million euros, most of it paid by the state.",
    "What caused it?": "A cracked pipe let the gas escape, according to the first report.",
    "Is there any criticism?": "Critics argue that the plan favours large farms over small ones.",
    "When can people buy tickets?": "Tickets go on sale on Monday at nine in the morning.",
    "How close did it get?": "The probe flew past the moon at a height of only 1,000 kilometres.",
    "Who won the vote?": "Ruth Kowalski took 54 percent of the vote, ahead of the mayor with 41.",
    "How many jobs are at stake?": "Around 1,200 people work at the plant, and half of them could be laid off.",
    "Where will it be built?": "The depot is to stand on the site of the old brickworks, north of the river.",
    "What do the neighbours say?": "Residents of the street say that they were never asked, and fear the noise.",
    "How long will the bridge be closed?": "The bridge will stay shut for eleven weeks, until the middle of June.",
    "Has the company responded?": "The company declined to comment while the case is before the court.",
    "Why was the flight delayed?": "Fog over the airport kept the aircraft on the ground until noon.",
    "What happens next?": "A second reading of the bill is due in the autumn, and a vote before Christmas.",
    "How does it work?": "A sensor in the road counts the cars, and tells the traffic lights when to change.",
    "What was stolen?": "Two paintings and a silver clock were taken from the first floor of the museum.",
}
"""Each question, and the sentence that answers it and no other of them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A source, a line that it supports, and one that differs from that in a single fact."""

    kind: Kind
    source: str
    right: str
    wrong: str


def _pairs(kind: Kind, *rows: tuple[str, str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(kind, *row) for row in rows)


PAIRS = (
    *_pairs(
        "number",
        (
            "The national flood fund will pay 8 million crowns of the 12 million that the wall costs, it was said.",
            "The flood fund will pay 8 million crowns.",
            "The flood fund will pay 12 million crowns.",
        ),
        (
            "Prices rose by 2.9 percent in the year to October, above the bank's target of 2 percent.",
            "Prices rose by 2.9 percent in the year to October.",
            "Prices rose by 2 percent in the year to October.",
        ),
        (
            "When the steps were those of a stranger, 22 of the 26 owls flew off within ten seconds.",
            "Of 26 owls, 22 flew off when they heard a stranger.",
            "Of 26 owls, 10 flew off when they heard a stranger.",
        ),
        (
            "The trawler sent a distress call at 4.20 in the morning and went down within 35 minutes.",
            "The trawler went down within 35 minutes of its call.",
            "The trawler went down within 20 minutes of its call.",
        ),
        (
            "The council approved the plan by eleven votes to four, after a debate of five hours.",
            "The debate took five hours.",
            "The debate took eleven hours.",
        ),
        (
            "Storms broke through the old wall twice last winter and flooded 140 houses; insurers refuse to cover 60.",
            "Storms flooded 140 houses last winter.",
            "Storms flooded 60 houses last winter.",
        ),
    ),
    *_pairs(
        "swap",
        (
            "The council approved the plan by eleven votes to four.",
            "Eleven councillors voted for the plan, and four against it.",
            "Four councillors voted for the plan, and eleven against it.",
        ),
        (
            "The bank raised its forecast for growth to 2.4 percent, and cut the one for prices to 1.8 percent.",
            "The bank expects growth of 2.4 percent, and prices to rise by 1.8.",
            "The bank expects growth of 1.8 percent, and prices to rise by 2.4.",
        ),
        (
            "Harrow beat Oxholm 3-1 on Saturday, with two goals by Daniel Park.",
            "Harrow beat Oxholm, three goals to one.",
            "Harrow beat Oxholm, one goal to three.",
        ),
        (
            "The bus crash left 3 people dead and 17 injured, police in Vestby said.",
            "Police say 3 people are dead and 17 injured.",
            "Police say 17 people are dead and 3 injured.",
        ),
        (
            "The ferry has room for 420 passengers and 60 cars.",
            "It carries 420 passengers and 60 cars.",
            "It carries 60 passengers and 420 cars.",
        ),
        (
            "Unemployment in the north rose to 7 percent, while in the south it fell to 4 percent.",
            "Unemployment is at 7 percent in the north and 4 percent in the south.",
            "Unemployment is at 4 percent in the north and 7 percent in the south.",
        ),
    ),
    *_pairs(
        "name",
        (
            "Mara Lindqvist, the council's chair, criticised the insurer Halden, which Tobias Renn had defended.",
            "Mara Lindqvist criticised the insurer Halden.",
            "Tobias Renn criticised the insurer Halden.",
        ),
        (
            "Harrow beat Oxholm 3-1 on Saturday, with two goals by Daniel Park.",
            "Harrow beat Oxholm on Saturday.",
            "Oxholm beat Harrow on Saturday.",
        ),
        (
            "A court in Vestby has ordered Corran Steel to pay the town of Marrow Bay for the spill.",
            "A court has ordered Corran Steel to pay Marrow Bay.",
            "A court has ordered Marrow Bay to pay Corran Steel.",
        ),
        (
            "Ines Carvalho succeeds Joseph Adeyemi, who led the water board for nine years.",
            "Ines Carvalho succeeds Joseph Adeyemi.",
            "Joseph Adeyemi succeeds Ines Carvalho.",
        ),
        (
            "Aldmere has accused Norvik of jamming its radar; Norvik denies it.",
            "Aldmere accuses Norvik of jamming its radar.",
            "Norvik accuses Aldmere of jamming its radar.",
        ),
        (
            "The train from Calder Point to Port Ellery was empty when it left the rails near Saltham.",
            "The train left the rails near Saltham.",
            "The train left the rails near Calder Point.",
        ),
    ),
    *_pairs(
        "negation",
        ("The ministry did not comment on the quay.", "The ministry did not comment.", "The ministry did comment."),
        (
            "Engineers warned in 2019 that the wall would not hold.",
            "Engineers had warned that the wall would not hold.",
            "Engineers had warned that the wall would hold.",
        ),
        (
            "Three of the men were treated for the cold in hospital, and none is in danger.",
            "The men are not in danger, the hospital says.",
            "The men are in danger, the hospital says.",
        ),
        (
            "The dam at Lower Tarn is safe, engineers say, but its gates must be replaced.",
            "The dam is safe, engineers say.",
            "The dam is not safe, engineers say.",
        ),
        (
            "The tax was lawful, the court has ruled; the water board will appeal.",
            "The court has ruled that the tax was lawful.",
            "The court has ruled that the tax was not lawful.",
        ),
        (
            "Trains will run again on Monday, the operator said, though not to the coast.",
            "Trains will run again on Monday.",
            "Trains will not run again on Monday.",
        ),
    ),
)
