from __future__ import annotations

import math

import torch

from synthesis.config import SpeechConfig
from synthesis.speech.crew import Crew
from synthesis.speech.vocoder import HarmonicSource, SnakeBlock, Vocoder

CONFIG = SpeechConfig()
PER_PITCH_FRAME = CONFIG.frame_samples // 2


def source_of(weight: torch.Tensor) -> HarmonicSource:
    source = HarmonicSource(CONFIG).requires_grad_(False)
    source.l_linear.weight.copy_(weight[None])
    source.l_linear.bias.zero_()
    return source


def strongest_hz(wave: torch.Tensor) -> float:
    spectrum = torch.fft.rfft(wave * torch.hann_window(len(wave))).abs()
    return float(spectrum.argmax()) * CONFIG.sample_rate / len(wave)


def test_a_steady_pitch_is_heard_at_its_frequency_and_its_overtones():
    pitch = torch.full((1, 80), 200.0)
    still = torch.zeros(1, 80 * PER_PITCH_FRAME)
    for harmonic in (0, 8):
        wave = source_of(torch.eye(CONFIG.harmonics)[harmonic])(pitch, still)[0]
        assert math.isclose(strongest_hz(wave), 200 * (harmonic + 1), abs_tol=1.5)


def test_the_phase_stays_true_after_a_minute():
    pitch = torch.full((1, 80 * 60), 233.25)
    wave = source_of(torch.eye(CONFIG.harmonics)[8])(pitch, torch.zeros(1, 300 * 80 * 60))[0]
    # The sample half a step after the middle of the 4,001st pitch frame.
    turns = 9 * 233.25 / 24_000 * (300 * 4001 + 0.5)
    middle = 300 * 4000 + 150
    assert math.isclose(float(wave[middle]), math.tanh(0.1 * math.sin(2 * math.pi * turns)), abs_tol=1e-5)


def test_without_pitch_there_is_noise_alone():
    noise = torch.randn(1, 20 * PER_PITCH_FRAME)
    wave = source_of(torch.full((CONFIG.harmonics,), 0.5))(torch.zeros(1, 20), noise)
    # Nine noises of weight 0.5 add up to one of weight 1.5.
    torch.testing.assert_close(wave, torch.tanh(1.5 * noise * 0.1 / 3))


def test_the_snake_block_takes_moments_that_are_known():
    from kernels.adain_snake import channel_moments

    torch.manual_seed(2)
    block = SnakeBlock(8, 3, 4).requires_grad_(False)
    for parameter in block.parameters():
        torch.nn.init.normal_(parameter, mean=0.5, std=0.1)
    x, style = torch.randn(1, 40, 8), torch.randn(1, 4)
    before = x.clone()
    torch.testing.assert_close(block(x, style), block(x, style, channel_moments(x)))
    assert torch.equal(x, before)


def test_two_cores_make_the_sound_of_one_bit_for_bit():
    torch.manual_seed(4)
    vocoder = Vocoder(SpeechConfig(hidden_size=32, decoder_size=40, style_size=4)).requires_grad_(False)
    for name, parameter in vocoder.named_parameters():
        torch.nn.init.normal_(parameter, mean=1.0 if "alpha" in name else 0.0, std=0.03)
    for block in vocoder.generator.resblocks:
        block.pack()
    pitch, energy = torch.full((1, 6), 150.0), torch.randn(1, 6)
    inputs = torch.randn(1, 3, 32), pitch, energy, torch.randn(1, 4), torch.randn(1, 1800)
    threads, crew = torch.get_num_threads(), Crew(2)
    (by_two,) = crew.each(lambda _: vocoder(*inputs), [0])
    crew.close()
    torch.set_num_threads(1)
    alone = vocoder(*inputs)
    torch.set_num_threads(threads)
    assert alone.std() > 0 and torch.equal(alone, by_two)
