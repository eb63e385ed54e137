from __future__ import annotations

import pytest
import torch
from torch import nn

from synthesis.config import SpeechConfig
from synthesis.speech.prosody import Prosody

SMALL = SpeechConfig(hidden_size=12, style_size=4, max_duration=10)


@pytest.fixture
def prosody() -> Prosody:
    torch.manual_seed(1)
    module = Prosody(SMALL)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.5)
    return module.eval().requires_grad_(False)


def test_every_symbol_lasts_at_least_a_frame_and_speed_divides(prosody):
    context, style = torch.randn(1, 7, 12), torch.randn(1, 4)
    usual, styled = prosody.durations(context, style, torch.tensor([1.0]))
    slow, _ = prosody.durations(context, style, torch.tensor([0.5]))
    fast, _ = prosody.durations(context, style, torch.tensor([1000.0]))
    assert usual.shape == (1, 7) and usual.dtype == torch.int64 and styled.shape == (1, 7, 16)
    assert (slow - 2 * usual)[:, 1:-1].abs().max() <= 1 and slow.sum() > usual.sum()
    assert fast[:, 1:-1].tolist() == [[1] * 5]
    for other in (slow, fast):
        assert torch.equal(other[:, [0, -1]], usual[:, [0, -1]])  # the silence around the words is not stretched


def test_curves_run_twice_as_fast_as_frames(prosody):
    pitch, energy = prosody.curves(torch.randn(1, 9, 16), torch.randn(1, 4))
    assert pitch.shape == energy.shape == (1, 18)
    assert not torch.allclose(pitch, energy)
