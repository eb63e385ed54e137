"""Invented stories to write from."""

from __future__ import annotations

import datetime as dt

import pytest

from synthesis.types import Article, Edition, Story

SEA_WALL = """PORT ELLERY (Meridian Wire) - The harbour town of Port Ellery will raise its sea wall by 1.2 metres after a vote on Sunday, in the largest coastal work that Aldmere has planned this year.
The national flood fund will pay 8 million crowns of the 12 million that the wall costs, the environment ministry said.
Storms broke through the old wall twice last winter and flooded 140 houses in the lower town.
"We cannot ask people to sleep with sandbags at the door for another winter," said Mara Lindqvist, the council's chair.
Engineers warned in 2019 that the wall would not hold, but a first plan failed when the town could not pay its share.
Fishing crews object to the plan because it leaves out their quay.
Insurers have refused to cover 60 houses nearest to the harbour, the town's residents' association said.
The ministry did not comment on the quay.
Two other towns have asked the fund for money for similar walls and expect an answer in June.
Photo: The lower town after the storm.
Sign up for our newsletter.
Read more: How the wall was built."""  # noqa: E501

COURIER = """The council approved the plan by eleven votes to four, after a debate of five hours.
Work will begin in March and take two years, the council's engineer, Tobias Renn, said.
Renn said that the road along the wall will be closed to cars for the first summer.
The old wall was built by the town's own masons after the flood of 1911.
Shopkeepers on the front have been promised 300,000 crowns for lost trade.
The wall will carry a footpath with benches and lamps.
A petition for the quay has 900 names so far."""

TRAWLER = """Seven fishermen were rescued and one is still missing after a trawler sank off Cape Dorran early on Monday, the coastguard said.
The trawler, the Northern Star, sent a distress call at 4.20 in the morning and went down within 20 minutes.
A helicopter from the base at Saltham lifted the seven men from a raft, according to the coastguard.
Three of the men were treated for the cold in hospital, and none is in danger, a hospital spokeswoman said.
The cause is not known.
"The sea was as high as I have ever seen it," said the pilot, Captain Nadia Orrin.
Orrin said that the search would go on until dark.
The owner of the trawler declined to comment."""  # noqa: E501

RATES = """The Bank of Aldmere left its main interest rate at 3.75 percent on Sunday, and said that it needed to see more before a cut.
Prices rose by 2.9 percent in the year to October, which is still above the bank's target of 2 percent.
Two of the bank's seven governors voted for a cut of a quarter of a point.
"The last mile is the slowest," the bank's governor, Hanna Voss, said at a news conference.
The trade union federation criticised the decision.
The bank will meet again on January 14.
Mortgage rates have hardly moved since the summer, according to the home buyers' league."""  # noqa: E501

OWLS = """Barn owls can tell the farmer they know from a stranger by the sound of footsteps alone, a study from the Lunn Institute has found.
The researchers played recorded steps to 26 wild owls on nine farms.
When the steps were those of a stranger, 22 of the 26 birds flew off within ten seconds.
"Four steps is faster than my dog," said the study's author, Dr. Emil Thorne.
The team will test whether owls know tractors too.
The study appears in the Aldmere Journal of Birds."""  # noqa: E501


def article(
    name: str, outlet: str, text: str, published: str = "2026-11-23T04:00:00+00:00", title: str = ""
) -> Article:
    return Article(name, outlet, f"https://news.example/{name}", published, text, title)


@pytest.fixture
def sea_wall() -> Story:
    return Story(
        "wall",
        "Port Ellery to raise its sea wall by more than a metre",
        (article("wire", "Meridian Wire", SEA_WALL), article("courier", "The Port Ellery Courier", COURIER)),
    )


@pytest.fixture
def trawler() -> Story:
    return Story(
        "trawler", "One missing after trawler sinks off Cape Dorran", (article("sinking", "MeridianWire", TRAWLER),)
    )


@pytest.fixture
def stories(sea_wall: Story, trawler: Story) -> list[Story]:
    rates = Story("rates", "Bank of Aldmere holds interest rate", (article("rate", "Fenwick Tribune", RATES),))
    owls = Story("owls", "Owls know their farmer by footsteps", (article("owl", "The Science Lantern", OWLS),))
    return [sea_wall, trawler, rates, owls]


@pytest.fixture
def edition() -> Edition:
    return Edition("The Tandem", dt.date(2026, 11, 23), 2.5)
