"""`python -m synthesis.bench script`: stories are dealt to editions, written, and measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthesis.bench import BadOption, script
from synthesis.bench.__main__ import main
from synthesis.dialogue.writer import Writer

TEXT = (
    "The harbour council of Port Ellery voted on Tuesday to rebuild the old sea wall.\n"
    "The work will cost 12 million euros and take two years, the council said.\n"
    "Storms broke through the wall twice last winter and flooded 40 houses.\n"
    "Building starts in March."
)


def story(name: str, text: str = TEXT) -> dict:
    article = {
        "id": f"{name}-1", "outlet": "Meridian Wire", "url": "", "published": "2026-03-03T04:00:00+00:00",
        "title": "Port Ellery votes to rebuild its sea wall", "text": text,
    }  # fmt: skip
    return {"id": name, "title": article["title"], "articles": [article]}


def saved(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_folder_is_dealt_out_and_a_list_is_an_edition_of_its_own(tmp_path):
    for number in range(7):
        saved(tmp_path / f"{number}.json", story(f"s{number}"))
    saved(tmp_path / "list.json", [story("a"), story("b")])
    assert [[s.id for s in edition] for edition in script.read(tmp_path)] == [
        ["a", "b"], ["s0", "s1", "s2", "s3", "s4", "s5"], ["s6"]
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["[", "7", '{"id": 1}', "[]", "[[]]"])
def test_what_holds_no_stories_is_refused(tmp_path, content):
    path = tmp_path / "stories.json"
    path.write_text(content)
    with pytest.raises(BadOption):
        script.read(path)
    with pytest.raises(BadOption):
        script.read(tmp_path / "none.json")


def test_the_command_measures_every_edition_with_those_before_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(script, "_writers", lambda: {"embedded": Writer()})
    for name in ("a", "b"):
        saved(tmp_path / f"{name}.json", [story(name)])
    assert main(["script", "--stories", str(tmp_path), "--minutes", "1", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    first, second = figures["editions"]["embedded"]
    assert (first["shared_with_earlier"], second["stories"], second["minutes_asked"]) == (None, 1, 1.0)
    assert 0 < second["shared_with_earlier"] < 1
    told = figures["embedded"]
    assert (told["cited"], told["findings"], told["editions"], told["stories"]) == (1.0, {}, 2, 2)
    assert told["fact_turns"] == first["fact_turns"] + second["fact_turns"]
    assert told["single_source_stories"] == 2
