"""The environment's values: what can't be used is refused by its name, in a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from briefings import settings as read

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (lambda: read.env_bool("SETTING", False), "maybe"),
        (lambda: read.env_positive("SETTING", 5), "0"),
        (lambda: read.env_positive("SETTING", 5), "-5"),
        (lambda: read.env_positive("SETTING", 5), "²"),  # a digit that is no number
        (lambda: read.env_url("SETTING", ""), "news.example.org"),
        (lambda: read.env_url("SETTING", ""), "ftp://news.example.org"),
        (lambda: read.env_level("SETTING", "INFO"), "loud"),
        (lambda: read.env_word("SETTING", ("auto", "off")), "on"),
        (lambda: read.env_choice("SETTING", ("auto", "small")), "large"),
        (lambda: read.env_choice("SETTING", ("auto", "small")), "models/mine"),
    ],
)
def test_a_value_that_can_not_be_used_is_refused_by_its_name(monkeypatch, reader, value):
    monkeypatch.setenv("SETTING", value)
    with pytest.raises(ImproperlyConfigured, match="SETTING is"):
        reader()


def test_a_secret_is_read_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("kept\n")
    monkeypatch.setenv("SETTING_FILE", str(tmp_path / "secret"))
    assert read.env("SETTING") == "kept"
    monkeypatch.setenv("SETTING_FILE", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match="SETTING_FILE can't be read"):
        read.env("SETTING")


@pytest.mark.parametrize("url", ["mysql://localhost/news", "postgresql://u:p@host:port/news"])
def test_a_database_that_is_none_of_ours_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        read.database(url)


def manage(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=PROJECT, env=os.environ | env, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"TANDEM_LOG_LEVEL": "loud"}, "A setting is wrong: TANDEM_LOG_LEVEL"),
        ({"TANDEM_STATE": __file__}, "set TANDEM_STATE to a folder of yours"),
    ],
)
def test_a_command_tells_a_wrong_setting_without_a_traceback(env, said):
    ended = manage("doctor", **env)
    assert ended.returncode == 1
    assert said in ended.stderr and "Traceback" not in ended.stderr


def test_a_command_without_a_database_says_what_to_do(tmp_path):
    state = {"TANDEM_STATE": str(tmp_path / "50%25 #new")}
    ended = manage("feeds", "list", **state)
    assert ended.returncode == 1
    assert "manage.py doctor" in ended.stderr and "Traceback" not in ended.stderr
    assert "Traceback" in manage("feeds", "--traceback", "list", **state).stderr
    assert (tmp_path / "50%25 #new" / "db" / "tandem.sqlite3").is_file()


def test_each_value_reaches_its_setting():
    chosen = {
        "TANDEM_HOSTS": ("ALLOWED_HOSTS", "news.example, desk.example", ["news.example", "desk.example"]),
        "TANDEM_TRUSTED_ORIGINS": ("CSRF_TRUSTED_ORIGINS", "https://news.example", ["https://news.example"]),
        "TANDEM_BEHIND_PROXY": ("SECURE_PROXY_SSL_HEADER", "true", ["HTTP_X_FORWARDED_PROTO", "https"]),
        "TANDEM_DEBUG": ("DEBUG", "yes", True),
        "TANDEM_SECRET_KEY": ("SECRET_KEY", "k" * 50, "k" * 50),
        "TANDEM_FETCH_MAX_BYTES": ("FETCH_MAX_BYTES", "7", 7),
        "TANDEM_FETCH_TIMEOUT_S": ("FETCH_TIMEOUT_S", "3", 3),
        "TANDEM_ALLOW_PRIVATE_ADDRESSES": ("ALLOW_PRIVATE_ADDRESSES", "on", True),
        "TANDEM_BASE_URL": ("BASE_URL", "https://news.example/", "https://news.example"),
        "BROKER_URL": ("BROKER_URL", "redis://127.0.0.1/3", "redis://127.0.0.1/3"),
        "TANDEM_TAKES_MAX_BYTES": ("TAKES_MAX_BYTES", "9", 9),
        "TANDEM_LEXICON": ("LEXICON", "/names/words.tsv", "/names/words.tsv"),
        "TANDEM_STING": ("STING", "/music/sting.flac", "/music/sting.flac"),
        "TANDEM_STING_BETWEEN_STORIES": ("STING_BETWEEN_STORIES", "yes", True),
        "TANDEM_BED": ("BED", "/music/bed.flac", "/music/bed.flac"),
        "TANDEM_READBACK": ("READBACK", "off", "off"),
        "TANDEM_WRITER": ("WRITER", "/models/mine", "/models/mine"),
        "TANDEM_WRITER_URL": ("WRITER_URL", "http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        "TANDEM_WRITER_MODEL": ("WRITER_MODEL", "a-model", "a-model"),
        "TANDEM_WRITER_KEY": ("WRITER_KEY", "sk-0", "sk-0"),
        "TANDEM_WRITER_TIMEOUT_S": ("WRITER_TIMEOUT_S", "30", 30),
    }
    names = [setting for setting, *_ in chosen.values()]
    code = f"import json; from briefings import settings as s; r = [getattr(s, n) for n in {names}]"
    code += "; print(json.dumps(r, default=str))"
    env = os.environ | {name: value for name, (_, value, _) in chosen.items()}
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, capture_output=True, text=True)
    assert json.loads(ended.stdout) == [expected for *_, expected in chosen.values()]


def test_music_is_named_by_a_whole_path(monkeypatch):
    monkeypatch.setenv("TANDEM_BED", "bed.flac")
    with pytest.raises(ImproperlyConfigured, match="TANDEM_BED is 'bed.flac', and must be a whole path"):
        read.env_path("TANDEM_BED")
    monkeypatch.delenv("TANDEM_BED")
    assert read.env_path("TANDEM_BED") is None


def test_the_writer_is_a_word_or_a_whole_path_and_auto_by_default(monkeypatch):
    words = ("auto", "small")
    monkeypatch.delenv("TANDEM_WRITER", raising=False)
    assert read.env_choice("TANDEM_WRITER", words) == "auto"
    for value in ("small", "/models/mine"):
        monkeypatch.setenv("TANDEM_WRITER", value)
        assert read.env_choice("TANDEM_WRITER", words) == value


def test_the_writers_words_are_those_of_its_tiers():
    from synthesis.dialogue.tiers import WORDS

    assert read.WRITERS == WORDS
