from synthesis.dialogue.names import Introductions, misjoined
from synthesis.dialogue.reading import read
from synthesis.types import Article, Citation

TRIAL = """A scan found early signs of kidney disease in a trial with 6,300 people in Aldmere.
The patients' group Kidney Aldmere welcomed the result.
"It tells us who should have a test," said the trial's head, Anna Feld.
Feld said the next trial starts in March."""


def told(text, index):
    reading = read(Article("a", "Meridian Wire", "https://news.example/a", "", TRIAL))
    return Introductions([reading], [text]).tell(text, reading.sentences[index])


def test_a_country_is_never_taken_for_a_body_that_bears_its_name():
    text = "A scan found early signs of kidney disease in a trial with 6,300 people in Aldmere."
    assert told(text, 0) == (text, [])


def test_a_surname_becomes_the_full_name_that_the_report_gives_to_a_person():
    text, cites = told("Feld said the next trial starts in March.", 3)
    assert text.startswith("The trial's head, Anna Feld,") and cites == [Citation("a", 2)]


def test_a_name_that_no_cited_sentence_has_in_this_form_is_found():
    sources = ["The group Kidney Aldmere welcomed it.", "It was done in Aldmere."]
    assert misjoined("The group Kidney Aldmere welcomed it.", sources) == []
    assert misjoined("It was done in Kidney Aldmere.", sources) == ["in Kidney Aldmere"]
    assert misjoined("Aldmere Kidney welcomed it.", sources) == ["Aldmere Kidney"]
