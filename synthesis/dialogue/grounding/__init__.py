"""Hold a text against its sources: what it says that no source does is a finding, typed, located and explained.

No model is needed but the parser; one may add to it (`Verifier`). What is compared, a file each: numbers with what
they count and their units (`numbers`), days and months (`dates`), `names`, `roles`, `quotations`, denials and how
sure a thing is (`polarity`), whose word it is (`owners`), who did what to whom (`parts`), opposites and things of one
kind (`substitutes`), who stands in another's place (`slots`), superlatives (`degrees`), `causes` and `forecasts`, and
what no source has a word of (`unfounded`). Which words say the same, and which the opposite, stands in `lexicon.tsv`;
which are of one kind, in `kinds.tsv`.
"""

from synthesis.dialogue.grounding.check import KINDS, OF_AN_ARTICLE, Verifier, check
from synthesis.dialogue.grounding.texts import normalise

__all__ = ["KINDS", "OF_AN_ARTICLE", "Verifier", "check", "normalise"]
