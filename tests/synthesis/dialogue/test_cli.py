import dataclasses
import json

import pytest

from synthesis.__main__ import main


@pytest.fixture
def stories_file(stories, tmp_path):
    path = tmp_path / "stories.json"
    rows = [dataclasses.asdict(story) for story in stories]
    path.write_text(json.dumps(rows, default=list), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def no_models(monkeypatch, tmp_path):
    monkeypatch.setenv("TANDEM_STATE", str(tmp_path / "state"))


def test_write_gives_a_dialogue(stories_file, tmp_path):
    out = tmp_path / "dialogue.json"
    assert main(["write", "--stories", str(stories_file), "--out", str(out), "--minutes", "2"]) == 0
    dialogue = json.loads(out.read_text())
    assert [host["name"] for host in dialogue["hosts"]] == ["Ava", "Ben"]
    assert {"host", "text", "kind", "citations", "written_by", "findings"} <= set(dialogue["turns"][0])
    cited = [citation for turn in dialogue["turns"] for citation in turn["citations"]]
    assert cited and set(cited[0]) == {"article", "sentence"}


def test_check_gives_findings_line_by_line(tmp_path):
    lines = [
        {"id": "1", "sources": ["Three men died."], "text": "Four men died."},
        {"id": 2, "sources": ["Three men died."], "text": "Three men died."},
    ]
    texts, out = tmp_path / "c.jsonl", tmp_path / "f.jsonl"
    texts.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert main(["check", "--in", str(texts), "--out", str(out)]) == 0
    first, second = map(json.loads, out.read_text().splitlines())
    assert first["id"] == "1" and set(first["findings"][0]) == {"kind", "span", "reason"}
    assert second == {"id": 2, "findings": []}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '[{"id": "1"}]',
        '[{"id": "1", "title": "T", "articles": []}]',
        '["story"]',
        '[{"id": "1", "title": "T", "articles": [{"id": "a", "outlet": "O", "url": "u", "published": "", "text": 5}]}]',
        '[{"id": "", "title": "", "articles": [{"id": "a", "outlet": "", "url": "", "published": "", "text": "No"}]}]',
    ],
)
def test_bad_stories_are_one_line_and_status_2(content, tmp_path, capsys):
    path = tmp_path / "stories.json"
    path.write_text(content)
    assert main(["write", "--stories", str(path), "--out", str(tmp_path / "out.json")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


def test_a_missing_file_and_a_wrong_length_are_too(stories_file, tmp_path, capsys):
    assert main(["write", "--stories", str(tmp_path / "none.json"), "--out", "x"]) == 2
    assert main(["write", "--stories", str(stories_file), "--out", "x", "--minutes", "0"]) == 2
    assert main(["check", "--in", str(tmp_path / "none.jsonl"), "--out", "x"]) == 2
    assert capsys.readouterr().err.count("\n") == 3


def test_a_bad_line_is_named(tmp_path, capsys):
    path = tmp_path / "c.jsonl"
    path.write_text('{"id": 1, "sources": [], "text": "Hi."}\n{"id": 2, "sources": "S", "text": "Hi."}\n')
    assert main(["check", "--in", str(path), "--out", str(tmp_path / "f")]) == 2
    assert "line 2" in capsys.readouterr().err
