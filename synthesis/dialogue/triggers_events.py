"""Questions after money, time, causes, people harmed, courts and police."""

from __future__ import annotations

from synthesis.dialogue.trigger import (
    ACCIDENT,
    COUNT,
    DAY,
    DEATHS,
    DECISION,
    HARM,
    HURT,
    MONEY,
    SPAN,
    WEATHER,
    Trigger,
    brings_money,
    effect_is_known,
    finds,
    gives_no_money_first,
)

# After a turn that counts the dead too, a question about the injured would pass them over.
_HURT_ALONE = (
    rf"\A(?!.*\b(?:kill\w*|died|dead|deaths?)\b).*(?:{HURT}|\b(?:taken|brought|flown|rushed) to (?:\w+ ){{0,2}}"
    r"hospitals?\b|\btreated for\b)"
)
EVENTS = (
    # Money
    Trigger("cost_coming", rf"\bcosts?\b.*{MONEY}", verb="cost expect", tense="future", about=True, also=brings_money),
    Trigger("cost_now", rf"\bcosts?\b.*{MONEY}", verb="cost", tense="present", about=True, also=brings_money),
    Trigger("cost_past", rf"\bcost\b.*{MONEY}", verb="cost", tense="past", about=True, also=brings_money),
    Trigger(
        "spending", MONEY, verb="spend invest allocate budget commit pledge set", heard=DECISION, also=brings_money
    ),
    Trigger(
        "raised",
        rf"\braised? .*{MONEY}",
        verb="raise",
        tense="past",
        heard=r"\b(rais|fund|donat|round|invest)\w*",
        also=brings_money,
    ),
    Trigger(
        "payer",
        r"\b(pay|pays|paid|cover|foot|fund|funded|funds|finance|finances|financed)\b.*\b(costs?|bill|half"
        r"|part|third|quarter|share|rest|work|project|repairs|it)\b|\b(paid for|funded|financed|covered|borne|met) by\b"
        r"|\bmoney (comes|will come|is coming) from\b",
        verb="pay cover foot fund finance come bear meet",
        heard=rf"{MONEY}|{DECISION}",
    ),
    Trigger(
        "payer",
        rf"\bpays?\b.*{MONEY}|\bpays?\b.*\b(half|most|part|all|third|quarter)\b",
        verb="pay",
        tense="future present",
        heard=DECISION,
        also=lambda a: finds(
            r"\b(fund|state|government|taxpayers?|council|compan(y|ies)|insurers?|ministry|union)\b", a.subject_words
        ),
    ),
    Trigger(
        "fine",
        rf"\bfined?\b.*{MONEY}",
        heard=r"\b(fined?|penalt\w+|guilty|convicted|pollut\w+|breach\w*)\b",
        also=brings_money,
    ),
    # Time
    Trigger("duration_coming", rf"\b(take|last)\b.*{SPAN}", tense="future", about=True, also=gives_no_money_first),
    Trigger(
        "duration_past",
        rf"\b(took|lasted)\b (?:\w+ )?(?:\w+ )?{SPAN}",
        verb="take last",
        tense="past",
        about=True,
        also=gives_no_money_first,
    ),
    Trigger(
        "start",
        rf"\b(starts?|begins?|opens?|launch(?:es)?|takes? effect|comes? into force|applies|be introduced"
        rf"|come in)\b.*{DAY}",
        verb="start begin open launch take come apply introduce",
        tense="future present",
        about=True,
    ),
    Trigger(
        "timetable",
        r"\b(leaves?|departs?|runs?|sails?|sets off)\b.*\b(at|from) [\w.]+ (in the|and|a\.?m|p\.?m"
        r"|o'clock)",
        tense="present future",
        about=True,
    ),
    Trigger("deadline", rf"\b(have|has|had) until\b|\bdeadline\b.*{DAY}", about=False),
    Trigger(
        "next_game",
        rf"\b(play|face|meet|host|travel|visit)s?\b.*{DAY}",
        verb="play face meet host travel visit",
        tense="future present",
        heard=r"\b(match|game|league|cup|goals?|beat|season|tournament)\b",
    ),
    Trigger(
        "next",
        rf"\b(decides|meets|votes|rules|reports|publishes|hears)\b.*(?:{DAY}|the \w+ of [A-Z])",
        tense="present",
        heard=".",
    ),
    Trigger(
        "next",
        rf"\b(vote|decide|rule|hear|meet|appeal|publish|debate|discuss|investigate|appear|sentence|review"
        rf"|submit|sign|resume|return|vote on|test)\b|\b(hearing|inquest|inquiry|talks|trial|vote|investigation"
        rf"|committee|appeal|election|negotiations|review)\b.*{DAY}",
        verb="vote decide rule hear meet appeal publish debate discuss investigate appear sentence review submit "
        "sign resume return test hold begin start take open face consider seek report make",
        tense="future",
        heard=".",
        unheard=r"\b(match|league|cup final)\b",
    ),
    Trigger(
        "next",
        r"\b(set up|opened|launched|ordered|started|begun|called for) (?:\w+ ){0,3}(committee|inquiry"
        r"|investigation|review|probe)\b|\b(will|would|plans? to|intends? to|vowed to|expected to) appeal\b",
    ),
    Trigger(
        "next",
        r"\b(second|another|larger|bigger|further|new) (trial|study|test|round|phase|vote|hearing)s?\b",
        verb="start begin follow take hold plan",
        tense="present future",
        heard=r"\b(trial|study|test|round|phase|vote|hearing)s?\b",
    ),
    Trigger(
        "next",
        r"\b(investigators?|inspectors?|experts|team|committee|delegation|divers|judges?|ministers?)\b.*\b(travel|visit|fly"
        r"|arrive|go|return|examine|inspect|test|study|look)\b",
        tense="future",
        heard=".",
    ),
    Trigger(
        "when_past",
        r"\b(opened|began|started|closed|ended|founded|was built)\b.*\b(?:on|in) (?:[A-Z]\w+day"
        r"|(?:the \w+ of )?[A-Z]\w+ |\w+ \d"
        r"|(?:18|19|20)\d\d)",
        verb="open begin start close end",
        tense="past",
        about=True,
        also=lambda a: a.subject is not None and a.subject.tag_ in {"NN", "NNP"} and a.subject.pos_ != "PRON",
    ),
    Trigger(
        "where",
        r"\b(expected|likely|possible|forecast|covers?|stretch\w*|swing|threat\w*)\b.*"
        r"\b(from|in|across|over|to|covers?) \w+",
        tense="future present",
        heard=WEATHER,
        also=lambda a: sum(entity.label_ in {"GPE", "LOC"} for entity in a.doc.ents) >= 2,
    ),
    Trigger(
        "day",
        r"^(?:On|By) \w+day\b",
        tense="future",
        heard=WEATHER,
    ),
    # Why, and to what end
    Trigger(
        "why",
        r"\b(because|due to|owing to|as a result of|was caused by|were caused by|thanks to)\b",
        scope="clause",
        also=effect_is_known,
    ),
    Trigger(
        "why_caused",
        r"\b(is|was|were|been) (?:\w+ )?(driven|spurred|caused|triggered|prompted|fuelled|fueled|led"
        r"|set off) by\b|\bthe (cause|reason) (is|was)\b(?! not| un)",
        also=effect_is_known,
    ),
    Trigger(
        "unknown_cause",
        r"\bcauses?\b.*\b(not (?:yet )?(?:known|clear)|unclear|unknown|investigat\w+)\b"
        r"|\b(investigat\w+|examin\w+|not (?:yet )?(?:known|clear)|unclear|establish)\b.*\b(causes?|what caused|why"
        r"|how (?:it|the))\b",
        scope="clause",
        heard=HARM,
    ),
    Trigger(
        "aim",
        r"\b(aims? (?:is )?to|is (?:meant|intended|designed|supposed) to|are (?:meant|intended|designed) to"
        r"|the (?:goal|aim|idea|hope) is|hopes? (?:it|they|this) (?:will|can))\b",
        about=True,
    ),
    # People harmed
    Trigger(
        "deaths",
        rf"{COUNT} (?:other |more )?(?:\w+ ){{0,3}}(?:were |was |have been |had been )?(?:killed|died|dead"
        rf"|lost their lives)\b|\bkill(?:ed|ing) (?:at least |about |around |more than |nearly )?{COUNT}\b"
        r"|\bdeath toll\b|\b(?:no one|nobody) (?:was killed|died)",
        heard=HARM,
        unheard=DEATHS,
    ),
    Trigger(
        "hurt",
        _HURT_ALONE,
        heard=HARM,
        unheard=rf"{HURT}|\bhospital|{DEATHS}",
    ),
    Trigger(
        "injured",
        _HURT_ALONE,
        heard=DEATHS,
        unheard=HURT + r"|\bhospital",
    ),
    Trigger(
        "search", r"\bsearch\w*\b", heard=r"\b(missing|search\w*|lost|trapped)\b", unheard=r"\bsearch (was|has|is)\b"
    ),
    Trigger(
        "rescue",
        r"\b(picked up|pulled|winched|airlifted|lifted|saved|brought ashore|rescued|freed|dug out)\b",
        verb="pick pull winch airlift lift save bring rescue free dig",
        heard=r"\b(rescued|saved|survived|survivors?|trapped|stranded|pulled out)\b",
    ),
    Trigger(
        "attack_size",
        rf"\b(included|involved|used|fired|launched)\b.*"
        rf"{COUNT} (?:\w+ ){{0,2}}(drones|missiles|rockets|bombs|shells)\b",
        heard=r"\b(attack\w*|strikes?|assault|shelling)\b",
        unheard=rf"{COUNT} (?:\w+ ){{0,2}}(drones|missiles|rockets)",
    ),
    Trigger(
        "intercepted",
        rf"\b(destroyed|shot down|intercepted|jammed|downed)\b.*{COUNT}.*\b(drones|missiles|rockets)\b",
        heard=r"\b(drones|missiles|rockets)\b",
        unheard=r"\b(shot down|intercepted|jammed|downed)\b",
    ),
    Trigger(
        "harm_done",
        rf"\b{COUNT} (?:\w+ )?(fish|birds|animals|trees|seals|bees)\b.*\b(died|killed|dead|lost)\b",
        heard=r"\b(pollut\w+|sewage|oil|spill\w*|waste|leak\w*|chemicals?)\b",
    ),
    Trigger(
        "reaction",
        r"\b(condemn\w*|denounc\w+|mourn\w*)\b",
        root="condemn denounce mourn",
        heard=HARM,
        unheard=r"\b(condemn|denounc)",
        also=lambda a: not finds(r"\b(condemn|denounc|mourn)\w* (an?|another) ", a.core),
    ),
    Trigger(
        "damage",
        r"\b(damag\w+|destroy\w+|flooded|burn(?:ed|t)|collapsed|ruined|torn|swept away|flattened|gutted"
        r"|without (?:power|electricity|water)|in ruins)\b",
        heard=HARM,
        tense="past present",
        unheard=r"\b(damag\w+|destroy\w+|flooded|burn(?:ed|t) down|collapsed)\b",
        also=lambda a: finds(
            r"\b(houses?|homes?|buildings?|schools?|roads?|bridges?|power|electricity|crops|cars|boats|roofs?|markets?"
            r"|hospitals?|church\w*|towns?|villages?|streets?|shops?|farms?|fields|rail\w*|factor\w+|barns?)\b",
            a.core,
        ),
    ),
    Trigger(
        "missed_warning",
        r"\b(warned|warnings?)\b.*\b(in (?:19|20)\d\d|years? (?:ago|earlier|before)|months? (?:ago|earlier|before)"
        r"|before the)\b",
        scope="clause",
        heard=".",
        also=lambda a: a.root is not None and a.root.tag_ == "VBD",
    ),
    Trigger(
        "unfolding",
        r"\bat [\w.]+ (?:in the|o'clock|a\.?m|p\.?m|on \w+day)|\bshortly (?:after|before)\b"
        r"|\bwithin (?:\w+ ){1,2}(?:minutes|seconds|hours)",
        heard=ACCIDENT,
        tense="past",
    ),
    Trigger(
        "evacuated",
        r"\bevacuat\w+|\bleft their homes\b|\bleave their homes\b",
        heard=HARM,
        unheard=r"\bevacuat|left their homes",
    ),
    Trigger(
        "affected",
        rf"\b(affects?|affected|disrupt\w*)\b.*\b(people|families|passengers|customers|homes|patients"
        rf"|pupils|students|workers|drivers|residents|commuters|flights|trains)\b|\b{COUNT} (?:\w+ )?(people|families"
        r"|passengers|customers|homes|patients|pupils|students|workers|residents|commuters) (?:\w+ )?(?:are|were|will "
        r"be|have been) (?:affected|stranded|cut off)\b",
        heard=".",
        unheard=r"\baffect|stranded",
    ),
    Trigger(
        "advice",
        r"\b(urged|told|advised|asked|warned|should|must|are to)\b.*\b(stay|avoid|boil|leave|keep away"
        r"|not to|check|wear|drink|travel|close)\b",
        heard=".",
        also=lambda a: finds(
            r"\b(residents|people|passengers|drivers|customers|travell?ers|motorists|parents"
            r"|visitors|consumers|households|patients)\b",
            a.core,
        ),
    ),
    # Courts and police
    Trigger(
        "arrests",
        r"(?<!not )(?<!not been )(?<!n't )(?<!n't been )\b(arrested|detained|taken into custody|in custody)\b",
        unheard=r"\b(arrest|detain|custody)\w*",
        heard=rf"{HARM}|\b(police|murder\w*|robb\w+|theft|stolen|stole|fraud|killed|protest\w*|riot\w*)\b",
    ),
    Trigger(
        "charges",
        r"\b(charged with|accused of|indicted (?:for|on)|counts? of|charges of)\b",
        heard=r"\b(arrest\w*|suspect\w*|detain\w*|court|trial|custody|police)\b",
        unheard=r"\b(charged|accused|indicted)\b",
    ),
    Trigger(
        "sentence",
        r"\b(sentenced|jailed|imprisoned)\b|\b(prison|jail)\b",
        heard=r"\b(guilty|convict\w+|court|trial)\b",
        unheard=r"\b(sentenced|jailed|prison|jail)\b",
        tense="past present",
    ),
    Trigger(
        "plea",
        r"\b(pleaded|plead|pled) (not )?guilty\b|\bden(?:y|ies|ied) (?:the|all|any) (?:charges?|counts?)\b",
        heard=r"\b(charged|accused|charges?|trial|court)\b",
    ),
    Trigger(
        "penalty",
        r"\b(fac(?:e|es|ing)|carr(?:y|ies)|up to)\b.*\b(prison|jail|years|fine)\b",
        tense="present future",
        heard=r"\b(charged|accused|charges?|trial|guilty)\b",
    ),
    Trigger(
        "admission",
        r"\b(admit\w*|acknowledg\w+|concede\w*|confess\w*|apologi[sz]\w+)\b",
        scope="clause",
        heard=r"\b(fined|court|accus\w+|charg\w+|alleg\w+|critici\w+|found|fail\w*|error|mistake|leak\w*|blam\w+)\b",
        unheard=r"\b(fined?|convicted|guilty|sentenced|jailed|verdict)\b",
        root="admit acknowledge concede confess apologise apologize",
    ),
)
