"""What stands around the stories."""

import json
from importlib.resources import files


def test_hosts_name_themselves_plainly():
    book = json.loads((files("synthesis.dialogue") / "phrases.json").read_text("utf-8"))
    said = json.dumps(book)
    for words in ("And with you,", "That's how {outlet}", "You should know", "oodbye from {"):
        assert words not in said
    assert all("I'm {lead}" in bye or "{" not in bye for bye in book["closing"]["bye"])
