from __future__ import annotations

import pytest
import torch
from torch import nn

from synthesis.audio.resample import resample
from synthesis.config import SpeechConfig
from synthesis.speech.encoder import PhonemeModel, TextEncoder

SMALL = SpeechConfig(
    num_symbols=20, max_symbols=32, hidden_size=12, bert_embedding_size=8, bert_size=24, bert_heads=3, bert_ffn_size=40,
    bert_layers=3,
)  # fmt: skip


def filled(module: nn.Module) -> nn.Module:
    torch.manual_seed(1)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    return module.eval().requires_grad_(False)


def test_the_phoneme_model_is_albert():
    resample(torch.zeros(8), 8000, 16000)  # makes torchaudio, which transformers imports, importable beside CPU torch
    transformers = pytest.importorskip("transformers")
    config = transformers.AlbertConfig(
        vocab_size=20, max_position_embeddings=32, embedding_size=8, hidden_size=24, num_attention_heads=3,
        intermediate_size=40, num_hidden_layers=3,
    )  # fmt: skip
    ours = filled(PhonemeModel(SMALL))
    albert = transformers.AlbertModel(config, add_pooling_layer=False).eval()
    albert.load_state_dict(ours.state_dict())
    symbols = torch.tensor([[0, 5, 19, 3, 0]])
    with torch.no_grad():
        torch.testing.assert_close(ours(symbols), albert(symbols).last_hidden_state, atol=1e-5, rtol=1e-4)


def test_the_text_encoder_hears_the_neighbours_and_keeps_the_length():
    encoder = filled(TextEncoder(SMALL))
    first, other = encoder(torch.tensor([[0, 5, 6, 7, 0]])), encoder(torch.tensor([[0, 5, 6, 8, 0]]))
    assert first.shape == (1, 5, 12)
    assert not torch.allclose(first[0, 2], other[0, 2])
