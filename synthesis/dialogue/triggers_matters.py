"""Questions after two sides, studies, plans, figures that move, sport, elections and evidence."""

from __future__ import annotations

from synthesis.dialogue import figures
from synthesis.dialogue.trigger import (
    COUNT,
    DAY,
    DECISION,
    HARM,
    MADE,
    PAPER,
    STUDY,
    Trigger,
    finds,
    has_new_figure,
    is_about_people,
    speaks_out,
    told_of_a_person,
)

MATTERS = (
    # Two sides
    Trigger(
        "denial",
        r"\b(den(?:y|ies|ied|ying)|rejects?|rejected|disputes?|disputed|dismiss(?:es|ed)?)\b",
        heard=r"\b(accus\w+|alleg\w+|claim\w*|charg\w+|blam\w+|said|says|according)\b",
        unheard=r"\bden(?:y|ies|ied|ying)\b",
        also=lambda a: (
            a.root is not None
            and a.root.lemma_ in {"deny", "reject", "dispute", "dismiss"}
            and not a.same_speaker
            and not finds(r"\b(appeal|bid|application|plan|proposal|bill|offer|motion)\b", a.core)
        ),
    ),
    Trigger(
        "unhappy",
        r"\b(angry|less (?:pleased|happy)|unhappy|divided|furious|worried|dissatisfied)\b",
        heard=DECISION,
        root="be feel",
        also=lambda a: not a.same_speaker and not finds(HARM, a.core),
    ),
    Trigger(
        "opposition",
        r"\b(oppos\w+|reject\w*|critici[sz]\w+|condemn\w*|object(?:s|ed)? to|protest\w*|against"
        r"|unfair|angry|less (?:pleased|happy)|unhappy|divided|furious|complain\w*|mistake|denounc\w+|resist\w*"
        r"|would have to|few could|too (?:far|little|late|high|expensive|slow))\b",
        scope="clause",
        heard=DECISION,
        also=lambda a: (
            a.root is not None
            and not finds(HARM, a.core)
            and not finds(r"\bvot(?:e|ed|es)\b.*\b(for|against)\b", a.core)
            and a.role in {"account", "reaction", "quotation", "detail", "event"}
            and speaks_out(a)
        ),
    ),
    Trigger(
        "vote",
        rf"\b{COUNT}(?: votes?)? to {COUNT}\b|\bvoted (?:for|against|in favou?r)\b|\bunanimous\w*",
        heard=r"\b(vot(?:e|ed|ing)|decid\w+|decision|held|left|council|board|bank|committee|parliament|senate"
        r"|approv\w+|pass(?:ed|es)?)\b",
        unheard=rf"\b{COUNT}(?: votes?)? to {COUNT}\b|\bunanimous",
    ),
    Trigger(
        "demands",
        r"\b(want|wants|demand\w*|asking for|asked for|seeking|calling for|called for)\b",
        verb="want demand ask seek call",
        heard=r"\b(strike\w*|walk\w* out|walkout|protest\w*|union\w*|talks"
        r"|march\w*|occup\w+|blockade\w*)\b",
        also=is_about_people,
    ),
    Trigger(
        "offer", r"\b(offer\w*)\b", verb="offer", heard=r"\b(strike\w*|walk\w* out|union\w*|talks|pay|takeover|bid)\b"
    ),
    Trigger(
        "welcome",
        r"\b(welcom\w+|prais\w+|hail\w+|applaud\w+)\b"
        r"|^(?:many|some|most|several) \w+.*\b(concerns?|fears?|hope|anger|doubts?)\b",
        scope="clause",
        root="welcome praise hail applaud express voice share",
        heard=rf"{DECISION}|\b(named|appoint\w*|announc\w+)\b",
    ),
    # Studies and made things
    Trigger(
        "method",
        r"\b(played|gave|followed|tracked|asked|tested|measured|compared|analy[sz]\w+|recorded|examined"
        r"|surveyed|interviewed|trained|filmed|counted)\b",
        heard=STUDY,
        tense="past",
        also=lambda a: finds(r"\b(researchers?|scientists?|team|authors?|they|study|engineers?)\b", a.subject_words),
    ),
    Trigger(
        "results",
        rf"%|\bper ?cent\b|\b{COUNT} (?:out )?of (?:the |every )?{COUNT}\b",
        heard=STUDY,
        also=lambda a: (
            has_new_figure(a)
            and finds(
                r"\b(stud|trial|research|experiment|scientist|played|tested"
                r"|measured)",
                a.heard,
            )
            and a.tense == "past"
        ),
    ),
    Trigger(
        "works",
        r"\b(works? by|uses?|looks? (?:at|for)|measures?|detects?|relies on|runs on|in place of|instead of"
        r"|stores?|turns?)\b",
        tense="present",
        heard=MADE,
        about=True,
        also=lambda a: finds(MADE, a.subject_words) or a.subject is not None and a.subject.lower_ == "it",
    ),
    Trigger(
        "catch",
        r"^(But|However|Still|Yet)\b|\b(does not replace|do not replace|drawback|downside|too expensive"
        r"|wears? out|only works?|limit(?:s|ed|ation\w*)|not yet (?:been )?(?:tested|proven|ready)|fail(?:s|ed)? in"
        r"|cautioned|caution)\b",
        heard=rf"{STUDY}|{MADE}",
        scope="text",
    ),
    Trigger(
        "outsiders",
        r"\b(not|n't) (?:been )?(?:involved|part of)\b|\btook no part\b|\b(?:independent|outside) (?:expert|scientist"
        r"|researcher)",
        scope="text",
        heard=STUDY,
    ),
    Trigger(
        "ready",
        rf"\b(available|on sale|on the market|in (?:shops|hospitals|use)|approv\w+)\b.*{DAY}|\b{COUNT} years "
        r"(?:away|before|from)\b",
        tense="future present",
        heard=rf"{MADE}|{STUDY}",
        about=False,
    ),
    # What is in it, how it will be
    Trigger(
        "contents",
        r"\b(includes?|requires?|bans?|allows?|calls? for|gives?|limits?|provides?|covers?|proposes?|sets"
        r"|makes?|forces?|lets?|would|says|states|stated|promises?)\b",
        about=True,
        tense="present future",
        also=lambda a: finds(PAPER, a.subject_words) and not finds(r"\bcost|\btake", a.core),
    ),
    Trigger(
        "exceptions",
        r"\b(exempt\w*|exceptions?|does not apply|do not apply|will not apply|except for)\b",
        heard=r"\b(law|rules?|ban|bans|tax|fee|limit|curfew|plan|bill)\b",
    ),
    Trigger(
        "applies",
        r"\b(applies|apply) to\b",
        heard=r"\b(law|rules?|ban|tax|fee|limit|curfew|plan|bill)\b",
        about=True,
        also=lambda a: not finds(r"\bnot apply\b", a.core),
    ),
    Trigger(
        "in_practice",
        r"\b(will|would) (?:be|have|get|teach|work|pay|receive|open|close)\b.*\b(each|every|per|a) (?:day"
        r"|week|month|year|person|household|child)\b",
        heard=DECISION,
        tense="future",
    ),
    # Figures that move
    Trigger(
        "prices",
        r"\b(rose|fell|risen|fallen|climbed|dropped|increased|declined|jumped|slipped|eased|grew|slowed|up"
        r"|down|remains?|stands?|stood)\b",
        also=lambda a: (
            finds(
                r"^(the |consumer |house |food |energy )*prices\b"
                r"|\binflation\b",
                a.subject_words,
            )
            and finds(r"\d", a.core)
        ),
    ),
    Trigger(
        "markets",
        r"\b(rose|fell|risen|fallen|climbed|dropped|jumped|slipped|closed|gained|lost|surged|plunged)\b",
        also=lambda a: finds(r"\b(shares|stock|stocks|index)\b", a.subject_words) and finds(r"\d", a.core),
    ),
    Trigger(
        "outlook",
        r"\b(expect\w*|forecast\w*|predict\w*|project(?:s|ed))\b",
        verb="expect forecast predict project",
        heard=r"\b(econom\w+|growth|prices|inflation|rates?|sales|profits?|market|harvest|demand|weather|budget)\b",
        also=lambda a: (
            a.subject is not None and a.tense in {"present", "future", "past"} and bool(figures.quantities(a.core))
        ),
    ),
    Trigger(
        "compare",
        r"\b(highest|lowest|biggest|largest|most|fewest|worst|best|hottest|wettest|driest|coldest) "
        r"(?:\w+ ){0,3}(?:since|in (?:\w+ ){0,3}(?:years|decades|history)|on record|ever)\b|\btwice as\b"
        r"|\b(?:more than )?(?:double|triple) the\b|\bcompared (?:with|to)\b.*\b(year|last|earlier|before)",
        about=True,
    ),
    Trigger(
        "before",
        r"\b(second|third|fourth|fifth|sixth) (?:\w+ )?(?:time|attack|accident|strike|crash|death|fire|outage"
        r"|such)\b(?! in a row)|\bnot the first\b|\bhas happened before\b",
        heard=rf"{HARM}|\b(outage|strike|delay\w*|recall\w*|cancel\w*)\b",
        about=False,
    ),
    Trigger(
        "jobs",
        rf"\b{COUNT} (?:\w+ )?(jobs|workers|employees|staff|posts)\b",
        unheard=rf"\b{COUNT} (?:\w+ )?(jobs"
        r"|workers|employees|staff)\b",
        verb="lose cut go axe lay shed dismiss affect risk eliminate",
        heard=r"\b(clos\w+|cut\w*|layoffs?|lay\w* off|job|jobs|shut\w*|restructur\w+|bankrupt\w*)\b",
    ),
    Trigger("employs", rf"\bemploys?\b.*{COUNT}", verb="employ", about=True),
    Trigger(
        "users",
        rf"\b(has|have|had)\b.*\b{COUNT} (?:\w+ ){{0,2}}(users|customers|members|subscribers)\b",
        about=True,
        verb="have",
    ),
    Trigger(
        "unemployment",
        r"\b(unemployment|jobless)\b.*\b(rose|fell|risen|fallen|dropped|climbed|stands?|stood|was|is)\b.*\d",
        heard=r"\b(econom\w+|growth|prices|inflation|rates?|recession)\b",
        unheard=r"\b(unemployment|jobless)\b",
    ),
    Trigger(
        "rates",
        r"\b(raised|cut|lowered|left|held|kept)\b.*\binterest rates?\b|^interest rates?\b",
        heard=r"\b(econom\w+|growth|prices|inflation|jobs|employment)\b",
        unheard=r"\binterest rate",
    ),
    Trigger(
        "who",
        r"\b(lead|led|serv\w+|work\w*|join\w+|became|is|was|has been)\b",
        verb="lead serve work join become",
        also=told_of_a_person,
    ),
    # Sport
    Trigger(
        "score",
        r"\b(won|beat|lost|drew|finished|ended|defeated)\b.*\b(\d{1,3}[-–]\d{1,3}|by \w+ goals?|\w+ (?:nil|all))\b",
        heard=r"\b(match|game|final|league|cup|derby)\b",
        unheard=r"\b\d{1,3}[-–]\d{1,3}\b",
    ),
    Trigger(
        "scorer",
        r"\b(scored|goals? (?:came|from)|headed|penalty|equali[sz]\w+)\b",
        verb="score come head equalise",
        heard=r"\b(goals?|nil|\d[-–]\d|beat|won|drew|match|cup|league)\b",
        unheard=r"\bscored\b",
    ),
    # Elections and evidence
    Trigger(
        "polls",
        r"\b(polls?|neck[- ]and[- ]neck|points? (?:ahead|behind|clear))\b",
        tense="present",
        heard=r"\b(election|candidate|campaign|vote|primary|presidency|nominee|party)\b",
        unheard=r"\bpolls?\b",
    ),
    Trigger(
        "evidence",
        r"\b(show\w*|reveal\w*|indicat\w+|found|linked|confirm\w*)\b",
        tense="past present",
        heard=r"\b(accus\w+|alleg\w+|charg\w+|investigat\w+|suspect\w*|murder\w*|claim\w*)\b",
        also=lambda a: finds(
            r"\b(documents|records|video|footage|images|DNA|emails|e-mails|messages|photos"
            r"|photographs|recordings?|analysis|papers)\b",
            a.subject_words,
        ),
    ),
)
