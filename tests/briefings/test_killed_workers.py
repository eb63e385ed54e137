"""A worker that is killed in any stage, at any point, and started again: the edition is published, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.utils.timezone import now

from briefings.pipeline import stages
from briefings.sample import newsstand

PROJECT = Path(__file__).resolve().parents[2]
STAGES = [stage.name for stage in stages.STAGES]


def produce_with_doomed_workers(point, state):
    with newsstand.serving(now(), port=0) as address:
        result = subprocess.run(
            [sys.executable, str(PROJECT / "tests/briefings/doomed_workers.py"), point, address],
            cwd=PROJECT,
            env=os.environ | {"TANDEM_STATE": str(state), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=150,
        )
    assert result.returncode == 0, result.stderr[-4000:]
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["lives"] == len(STAGES) + 1, f"a worker ended that nothing killed: {result.stderr[-4000:]}"
    return found


@pytest.mark.parametrize("point", ["start", "end", "commit", "sent"])
def test_a_worker_killed_in_each_stage_ends_in_one_published_episode(point, tmp_path):
    found = produce_with_doomed_workers(point, tmp_path)
    assert found["killed"] == sorted(STAGES)
    assert (found["episodes"], found["status"]) == (1, "published")
    outcomes = Counter(map(tuple, found["outcomes"]))
    assert {stage: outcomes[stage, "done"] for stage in STAGES} == dict.fromkeys(STAGES, 1)
    lost = 0 if point == "sent" else 1  # there the work was stored before the worker died
    assert {stage: outcomes[stage, "lost"] for stage in STAGES} == dict.fromkeys(STAGES, lost)
    assert sum(outcomes.values()) == len(STAGES) * (1 + lost)
    assert found["files"] == found["recordings"]
    assert len(found["recordings"]) == 1
    assert found["turns"] == 2 + 2 * found["told"]
    assert found["feed"].count("<item>") == 1
    assert found["feed"].count(found["guid"]) >= 1
