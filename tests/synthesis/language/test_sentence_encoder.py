from __future__ import annotations

import pytest
import torch

from synthesis.errors import CheckpointError
from synthesis.language.sentence_encoder import SentenceEncoder
from tests.conftest import MODELS

TEXTS = [
    "A ferry sank off Port Ellery and all thirty on board were saved.",
    "Everyone was rescued when a passenger boat went down near Port Ellery.",
    "The central bank left its interest rate at 3.75 percent.",
    "x",
    "An overlong text. " * 200,
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    if not (MODELS / "grouping").is_dir():
        pytest.skip("the model grouping is not installed: manage.py models install grouping")
    return SentenceEncoder.load(MODELS)


def test_it_says_what_the_reference_says(encoder):
    transformers = pytest.importorskip("transformers")
    from synthesis.audio.resample import make_torchaudio_importable

    make_torchaudio_importable()
    reference = transformers.BertModel.from_pretrained(MODELS / "grouping").eval()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(MODELS / "grouping/tokenizer.json"))
    tokenizer.pad_token = "[PAD]"
    batch = tokenizer(TEXTS, return_tensors="pt", padding=True, truncation=True, max_length=256)
    with torch.no_grad():
        states = reference(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    mask = batch["attention_mask"][..., None].float()
    expected = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
    torch.testing.assert_close(encoder.encode(TEXTS), expected, atol=1e-5, rtol=1e-4)


def test_one_matter_in_other_words_is_nearer_than_another_matter(encoder):
    ferry, boat, rates = encoder.encode(TEXTS[:3])
    assert float(ferry @ boat) > 0.6 > 0.2 > float(ferry @ rates)


def test_a_text_is_the_same_alone_and_in_a_batch(encoder):
    torch.testing.assert_close(encoder.encode(TEXTS)[:1], encoder.encode(TEXTS[:1]), atol=1e-5, rtol=1e-4)


def test_a_folder_of_another_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llama", "hidden_act": "silu"}')
    with pytest.raises(CheckpointError, match="no BERT"):
        SentenceEncoder.read(tmp_path)
