"""For every test: a state folder of its own, and no connection but to this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("TANDEM_STATE", PROJECT / ".state")).resolve() / "models"

# Before torch is imported: the cores are shared out among the processes that test at the same time.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 0)):
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, len(os.sched_getaffinity(0)) // workers)))

# Before the settings are read. The installed models are shared by a link: they are large, and never written by tests.
_STATE = Path(tempfile.mkdtemp(prefix="tandem-test-"))
os.environ["TANDEM_STATE"] = str(_STATE)
for name in ("DATABASE_URL", "BROKER_URL", "TANDEM_BASE_URL", "TANDEM_HOSTS", "TANDEM_DEBUG"):
    os.environ.pop(name, None)
# The recogniser is slow, and most recordings of the tests are no sound.
os.environ["TANDEM_READBACK"] = "off"
for name in [name for name in os.environ if name.startswith("TANDEM_WRITER")]:
    del os.environ[name]
if url := os.environ.get("TANDEM_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = url
if MODELS.is_dir():
    (_STATE / "models").symlink_to(MODELS)

import shutil  # noqa: E402

import pytest  # noqa: E402
import pytest_socket  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402

from tests.recogniser import recogniser, transcribe  # noqa: E402, F401  fixtures for every folder

django_settings.READBACK = "off"  # pytest-django has read them already


def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


def pytest_sessionfinish() -> None:
    shutil.rmtree(_STATE, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """A database in a file, as in use: one in memory locks whole tables against the other threads."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = str(_STATE / "test.sqlite3")


@pytest.fixture
def media(settings, tmp_path):
    """An empty media folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT
