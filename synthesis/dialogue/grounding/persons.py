"""Nouns for somebody who acts: people by trade, rank or kin, and bodies of people."""

from __future__ import annotations

import re
from functools import lru_cache

PERSON = re.compile(r"(?:[a-z]{3}(?:er|or|ist|ian|eer|ant)|man|woman)$")
# In whose ending a trade is heard that they are not.
_NOBODY = frozenset(
    """water weather number order paper matter letter river winter summer tower power dinner corner border answer offer
    quarter computer trailer cover shelter chapter center meter liter character shower flower feather leather fever
    cancer counter filter butter silver copper rubber timber lumber barrier carrier corridor error mirror factor motor
    tractor reactor sector terror horror harbor labor neighbor restaurant covenant instant constant warrant december
    november october september chance appeal register sewer layer shutter container printer toaster locker cooler
    boiler drawer hammer ladder laptop human german woman newspaper poster charter encounter semester center""".split()
) - {"human", "german", "woman"}
# Bodies of which none is one of another line; a name that says none of these words may be any.
BODIES = [
    frozenset(line.split())
    for line in (
        "company firm business operator maker owner manufacturer carrier airline supplier retailer group corporation",
        "agency regulator watchdog authority department ministry commission institute observatory bureau inspectorate",
        "council councillor county board",
        "union alliance federation",
        "police force officer detective constable sheriff",
        "court judge jury coroner magistrate",
        "prosecution prosecutor",
        "defence defense lawyer",
        "government minister cabinet treasury parliament",
        "opposition",
        "newspaper paper magazine",
        "charity foundation",
        "school university college",
        "hospital doctor nurse",
        "party",
        "coastguard coast guard",
        "survivor witness resident local family voter passenger trader",
    )
]


def is_agent(noun: str) -> bool:
    """Whether the noun is for somebody who acts: a person by trade or kin, or a body of people."""
    return is_person(noun) or any(noun in body for body in BODIES)


def is_person(noun: str) -> bool:
    """Whether the noun is for a person by trade, rank or kin."""
    return noun in role_words() or bool(PERSON.search(noun)) and noun not in _NOBODY


@lru_cache(maxsize=1)
def role_words() -> frozenset[str]:
    return frozenset(
        """president minister secretary spokesman spokeswoman spokesperson mayor governor judge coroner prosecutor
        lawyer attorney solicitor barrister director chief executive chairman chairwoman chair head boss manager coach
        captain author researcher professor doctor scientist economist analyst farmer teacher officer detective
        inspector sergeant constable commissioner ambassador leader member senator representative congressman mp
        councillor founder owner editor reporter journalist widow wife husband mother father brother sister son
        daughter victim suspect defendant witness survivor neighbour neighbor resident king queen prince princess pope
        bishop archbishop general colonel pilot driver engineer deputy chancellor premier congresswoman goalkeeper
        striker defender midfielder treasurer accountant trustee negotiator run lead own found manage coach direct
        command edit boss skipper defence nurse cardiologist physician surgeon singer actor actress writer""".split()
    )
