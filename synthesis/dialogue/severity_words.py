"""The words and phrases by which a story's severity is told, and those that only look like them."""

from __future__ import annotations

import re

FIGURES = re.compile(
    r"\b(?:deaths? of (?:the|an?) (?:\w+ )?(?:street|era|idea|industry|dream|party|novel|cinema|pub|car|office"
    r"|internet)|death (?:penalty|tax(?:es)?|row|metal|valley|spiral)|(?:life|birth)s?(?: and|,) deaths?"
    r"|dead (?:heat|end|sea|zone|weight|wood|line|letter)|grateful dead|killer (?:app|feature|whale|heels)|kill(?:s"
    r"|ed|ing)? (?:off )?(?:the|a|an|any|this|that)?\s?(?:\w+ )?(?:bill|proposal|plan|deal|project|amendment|measure"
    r"|programme|program|idea|product|feature|time)|kill switch|dress(?:ed)? to kill|(?:talks|deal|bill|proposal"
    r"|plan|battery|engine|phone) (?:have |has |had )?died|died down|dying (?:art|wish|for)|to die for"
    r"|murder(?:ed)? mystery|(?:dead|kill(?:s|ed|ing)?|died)(?: [\w,-]+){0,4} (?:fish|trout|salmon|birds?|cattle"
    r"|sheep|livestock|bees?|trees?|coral|crops?|goats?|geese)|tortured (?:poets?|artists?|genius|soul|prose|logic)"
    r"|panic attacks?|cyber-?attacks?|asthma attacks?|attack(?:s|ed|ing)? (?:ads?|lines?|the (?:bill|plan|proposal"
    r"|budget|policy|record|idea))|verbal(?:ly)? attack\w*|counter-?attack\w* (?:goal|move)|attacking (?:midfield\w*"
    r"|football|play|third)|(?:trade|price|culture|tariff|bidding|star|cold|turf|class|streaming|console) wars?"
    r"|war (?:chest|of words|room|on (?:drugs|inflation|poverty|waste|plastic|motorists))|(?:first|second) world war"
    r"|world war (?:i+|one|two)|(?:civil|gulf|vietnam|korean) war (?:era|veterans?|film|museum|memorial)"
    r"|box[- ]office bomb|bombshell|photo ?shoots?|film shoots?|shoot(?:s|ing)? (?:a|the|his|her|their|its) (?:film"
    r"|movie|video|scene|series|documentary)|shooting (?:star|script|guard)s?|shoot(?:-|\s)?outs?|troubleshoot\w*"
    r"|penalty shoot\w*|hostage to fortune|assault course|(?:legal|price|tax) assault|hitting the (?:target|mark)"
    r"|(?:political|economic|career|commercial|electoral|national|social) suicide|(?:tennis|food|basketball"
    r"|badminton|squash|netball|volleyball|clay|grass|hard|centre|center|royal|half) courts?"
    r"|court (?:of public opinion|shoes?)|(?:courts?|courted|courting) (?:voters|investors|buyers|fans|controversy)"
    r"|(?:beauty|talent|baking|cookery|competition|dog|show|contest) judges?|trial (?:and error|run|period|version"
    r"|basis)|(?:clinical|drug|vaccine|free|field|medical|year-long|two-year|one-year|six-month|month-long) trials?"
    r"|trials? of (?:a|the) (?:drug|vaccine|new|treatment|scheme)|test and trial|(?:vaccine|drug|record|membership"
    r"|job) candidates?|poll of (?:economists|analysts|readers)|elected (?:chair\w*|captain|pope)|(?:farmers|flea"
    r"|christmas|street|fish|cattle|night|meat|job|labou?r|housing)['’]? markets?|market (?:square|town|stall\w*"
    r"|trader\w*|day|place|hall)|shares? (?:\d+|his|her|their|the (?:story|news|photo)|a (?:photo|video|house|room"
    r"|name))|(?:computer|malware) virus(?:es)?|healthy (?:profit|growth|margin|lead|crowd)\w*|(?:financial"
    r"|fiscal) health|rape ?seed|oilseed rape|missing (?:out|link|from the (?:list|bill|team|squad)))\b",
    re.I,
)

DEATH = (
    r"still missing|missing (?:after|at sea|and feared|in the (?:mountains|snow|sea|desert|jungle))"
    r"|search for (?:the )?(?:missing|survivors)|kill(?:s|ed|ing|ings)?|dead|dies|died|deaths?|deadly|deadliest"
    r"|fatal(?:ly|ity|ities)?|murder(?:s|ed|er|ers)?|massacre[ds]?|manslaughter|homicide|slain|assassinat\w+"
    r"|drown(?:s|ed|ing)|bod(?:y|ies) (?:was|were|has been|have been)? ?(?:found|recovered)|claimed (?:\w+ )?lives"
    r"|los(?:t|es|e|ing) (?:his|her|their) li(?:fe|ves)|genocide|funerals?|mourn(?:s|ed|ing|ers)?|(?:people"
    r"|passengers|children|workers|miners|crew|migrants|climbers|walkers|hikers|girl|boy|woman|man|students"
    r"|fishermen|sailors|skiers) (?:are|were|is|was|remain(?:s|ed)?|still|feared|reported)?\s?(?:still |feared "
    r"|reported )?(?:missing|trapped|unaccounted for)|missing (?:people|passengers|children|workers|miners|crew"
    r"|migrants|climbers|walkers|hikers|girl|boy|woman|man|students|fishermen|sailors|skiers|persons?)"
    r"|critically (?:ill|injured|hurt)|fight(?:ing|s)? for (?:his|her|their) li(?:fe|ves)"
)
VIOLENCE = (
    r"suicide[- ](?:bomb\w*|drones?|attack\w*|car bomb\w*)|murder(?:s|ed|er|ers)?|massacre[ds]?|homicide"
    r"|assassinat\w+|genocide|war crimes?|wars?|warfare|invasion|invad(?:e|es|ed|ing)|air ?strikes?|air raids?"
    r"|shell(?:ed|ing)|bomb(?:s|ed|ing|ings|ardment|arded)?|missiles?|rockets? (?:fire|attack\w*|hit|struck)"
    r"|(?:drone|missile|knife|gun|terror(?:ist)?|arson|acid|mass|militant|rebel|rocket|military|armed) (?:attacks?"
    r"|strikes?|assaults?)|(?<!heart )attacks? (?:on|in|near|at|by) [^.]{0,60}\b(?:kill|wound|injur|dead|gunm|milit"
    r"|soldier|civilian)\w*|(?:mass |school |fatal |drive-by )?shootings?|shot (?:dead|and|at|by|in the|to death|him"
    r"|her|them)|gunm(?:an|en)|gunfire|opened fire|stabb(?:ed|ing|ings|s)|knif(?:ed|ing)|behead\w*|tortur(?:e|ed"
    r"|ing)|kidnap\w*|abduct(?:ed|ion|ions|or)|hostages?|terroris[mt]s?|extremist attack\w*|riot(?:s|ed|ing|ers)?"
    r"|domestic (?:abuse|violence)|(?:common|aggravated|felony) assault|beat(?:en)? to death|machine guns?|war-torn"
    r"|militants? (?:attack|kill)\w*|wounded|lynch(?:ed|ing)s?|ethnic cleansing"
)
SEXUAL = (
    r"rap(?:e|es|ed|ist|ists|ing)|sex(?:ual(?:ly)?)?[- ](?:assault|abus|attack|offen[cd]|crime|exploit|traffick"
    r"|violen|predator|coerc|batter|misconduct|harass|touch)\w*|molest\w*|indecent (?:assault|images?|exposure)"
    r"|child (?:porn\w*|sex\w*)|paedophil\w*|pedophil\w*|groom(?:ed|ing) (?:\w+ )?(?:girls?|boys?|child(?:ren)?"
    r"|teen\w*|gang)|grooming gangs?|revenge porn|voyeuris[mt]|sex traffick\w*|coerc\w+ [^.]{0,40}\b(?:sex|sexual)\b"
    r"|sexual coercion|incest"
)
SUICIDE = (
    r"suicid(?:e|es|al)(?![- ](?:bomb|drone|attack|vest|mission|squad|car bomb))|self-immolat\w+|self-harm\w*"
    r"|(?:took|taken|taking|take|ended|ending) (?:his|her|their) own li(?:fe|ves)|kill(?:ed|s|ing)? (?:himself"
    r"|herself|themselves)|self-inflicted|set (?:himself|herself|themselves) (?:on fire|alight|ablaze)|(?:assisted"
    r"|assist(?:ed)? in) dying|hanged (?:himself|herself)"
)
COURT = (
    r"(?:(?:high|supreme|appeals?|district|federal|county|crown|youth|magistrates['’]?|criminal|constitutional"
    r"|circuit|juvenile|top|family|international) )?courts?(?:room|house)?|jur(?:y|ies|ors?)|verdicts?|found guilty"
    r"|not guilty|pleads? guilty|pleaded|convict(?:ed|s|ion|ions)|acquitt(?:ed|al)|sentenced|sentencing|jailed"
    r"|imprisoned for|indict(?:ed|ment|s)|charged with|criminal charges?|prosecut(?:ors?|ed|ion|ions)|on trial"
    r"|stand(?:s|ing)? trial|trials?|lawsuits?|sued|sues|arraign\w*|defendants?|on bail|extradit\w+|inquests?"
    r"|judges?|defen[cs]e lawyers?|charged (?:over|in|after)|accused of (?:murder|fraud|theft|rape|manslaughter"
    r"|assault|stealing|embezz|fatally)\w*"
)
ELECTION = (
    r"(?:re-?)?elections?|referend(?:um|ums|a)|ballots?(?! over)|polling (?:stations?|day)|by-election|exit polls?"
    r"|voters|(?:presidential|congressional|senate|mayoral|gubernatorial|parliamentary|electoral"
    r"|election) (?:campaigns?|race|bid|nominee|nomination|candidates?|vote|run)|(?:republican|democratic"
    r"|party) (?:nominee|nomination)|primar(?:y|ies) (?:vote|election|season)|campaign (?:trail|contributions?"
    r"|finance|rally|rallies)|running mate|turnout|coalition talks|election day"
)
HEALTH = (
    r"diseases?|outbreaks?|epidemics?|pandemics?|viruses|virus|vaccin\w+|infect(?:ed|ion|ions|ious)|cancers?"
    r"|tumou?rs?|patients?|clinical trials?|heart (?:attacks?|disease|failure)|strokes?|diabet\w+|dementia"
    r"|alzheimer\w*|medicines?|surgeons?|surgery|surgical|doctors|nurses|hospitals|health (?:agency|ministry"
    r"|minister|officials?|service|authority|authorities|department|study|care|insurance)|healthcare|public health"
    r"|medical|illness(?:es)?|symptoms?|parasites?|bacteria\w*|flu|influenza|measles|cholera|covid(?:-19)?|obes\w+"
    r"|blood pressure|mortality|antibiotics?|epidemiolog\w+|lower risk|risk of (?:a )?(?:heart|death|cancer|stroke)"
    r"|bariatric"
)
MARKETS = (
    r"shares?|stocks?|stock (?:market|exchange)|investors?|interest rates?|inflation|central banks?|gdp"
    r"|economy (?:grew|shrank|contracted|expanded)|recession|unemployment|jobless rate|jobs report|bonds?"
    r"|bond yields?|yields?|currenc(?:y|ies)|quarterly (?:profit|earnings|results)|(?:first|second|third"
    r"|fourth)-quarter|profits?|earnings|revenue|nasdaq|dow jones|s&p 500|ftse|economists?|basis points|oil prices?"
    r"|crypto\w*|bitcoin|takeover|merger|ipo|restructuring|controlling stake|analysts|bankruptcy"
)
LIGHT = (
    r"(?:goat|dog|cat|puppy|kitten|panda|penguin|hedgehog|otter|swan|duck|geese|parrot|tortoise|donkey|alpaca|pony"
    r"|owl|squirrel|seal pup|lamb|bear cub|elephant calf)s?|pets?|zoos?|festivals?|carnivals?|birthday|centenarian"
    r"|guinness world record|world record|recipes?|chocolate|cakes?|baking|ice cream|cheese|crossword|knitting"
    r"|treasure hunt|time capsule|message in a bottle|lottery|reunited|album|concert|tour dates|film|movie"
    r"|box office|premiere|celebrit\w+|red carpet|fashion|outfits?|royal baby|wedding|museum|exhibition|painting"
    r"|sculpture|orchestra|choir|novel|bookshop|playground|gardens?|flowers?|spa|resort|cocktails?|wine|ros[eé]|beer"
    r"|coffee|pizza|cup final|semi-final|championship|tournament|match|goals?|medal|olympic|league|penalties|striker"
    r"|marathon|extra time|footballers?|quarter-final|world cup|grand prix|hoax|prank|mascot|dinosaurs?|pop star"
    r"|singer|actor|actress|comedian|tv series|video game"
)

CHILD = (
    r"(?:[2-9]|1[0-7])[- ]year[- ]olds?|(?:child|children|toddlers?|bab(?:y|ies)|infants?|newborn|bo(?:y|ys)|girls?"
    r"|schoolbo(?:y|ys)|schoolgirls?|schoolchild(?:ren)?|teen(?:ager)?s?|teenaged?|juveniles?|minors?|pupils?"
    r"|under-?age\w*|adolescents?|high[- ]school (?:students?|girls?|boys?)|(?:youth|juvenile) court)"
)
# What makes a child a party to the story, as one who was harmed or is accused.
HARM = (
    r"kill(?:ed|s|ing)|die[ds]?|death|dead|murder\w*|manslaughter|abus\w+|assault\w*|rap(?:e|ed|es|ing)|molest\w*"
    r"|stab\w*|shot|attack\w*|abduct\w*|kidnap\w*|missing|arrest\w*|charged|accused|convicted|sentenced|court|guilty"
    r"|trial|injur\w+|wounded|hurt|drown\w*|traffick\w*|exploit\w*|bull(?:y|ied|ying)|groom\w*|victims?|neglect\w*"
    r"|custody|detained|suicide|own life|hostages?"
)
