"""Text to token ids and back. Text never becomes a control token: those come from a chat template or by name alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jinja2
import tokenizers
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import decoders, models, pre_tokenizers

from synthesis.errors import CheckpointError
from synthesis.language.weights import read_json

Message = Mapping[str, str]


class Tokenizer:
    """A tokenizer whose text side does not know the control tokens at all, so that no text can spell one."""

    def __init__(self, plain: tokenizers.Tokenizer, control: Mapping[str, int], chat_template: str = ""):
        self._plain = plain
        self.control = dict(control)
        self._control_ids = frozenset(self.control.values())
        self._template = chat_template
        spelled = sorted(map(re.escape, self.control), key=len, reverse=True)
        self._control_pattern = re.compile(f"({'|'.join(spelled)})") if spelled else None

    @classmethod
    def from_bpe(
        cls,
        *,
        vocabulary: dict[str, int],
        merges: list[tuple[str, str]],
        control: Mapping[str, int],
        chat_template: str = "",
    ) -> Tokenizer:
        """Byte-level BPE that splits as SmolLM does: each digit alone, then GPT-2's pattern."""
        plain = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
        plain.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        plain.decoder = decoders.ByteLevel()
        return cls(plain, control, chat_template)

    @classmethod
    def from_hub(cls, directory: Path) -> Tokenizer:
        """The tokenizer.json of a hub checkpoint, with its control tokens taken out of reach of text."""
        row = read_json(directory / "tokenizer.json")
        control = {token["content"]: token["id"] for token in row.get("added_tokens", ()) if _is_control(token)}
        row["added_tokens"] = [token for token in row.get("added_tokens", ()) if not _is_control(token)]
        # Post-processors put control tokens around a text; a caller does that by name.
        row["post_processor"] = None
        model = row.get("model", {})
        if isinstance(model.get("vocab"), dict):
            kept = model.get("unk_token")
            model["vocab"] = {t: i for t, i in model["vocab"].items() if t not in control or t == kept}
        try:
            plain = tokenizers.Tokenizer.from_str(json.dumps(row))
        except Exception as broken:  # the package raises plain Exception
            raise CheckpointError(f"{directory / 'tokenizer.json'} cannot be used: {broken}") from broken
        return cls(plain, control, _hub_template(directory))

    def encode(self, text: str) -> list[int]:
        """The ids of a text. What looks like a control token is spelled out as the plain characters it is."""
        return self._plain.encode(text, add_special_tokens=False).ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; control tokens are left out."""
        return self._plain.decode([id for id in ids if id not in self._control_ids], skip_special_tokens=False)

    def spellings(self) -> dict[int, bytes]:
        """The bytes that each id writes within a text. Control tokens write none, and are left out."""
        decoder = json.loads(self._plain.to_str())["decoder"] or {}
        kinds = {step["type"] for step in decoder.get("decoders", [decoder]) if step}
        added = {id: token.content for id, token in self._plain.get_added_tokens_decoder().items()}
        spell = _spell_bytes if "ByteLevel" in kinds else _spell_pieces
        return {
            id: added[id].encode() if id in added else spell(token)
            for token, id in self._plain.get_vocab(with_added_tokens=True).items()
            if id not in self._control_ids
        }

    def encode_chat(self, messages: Sequence[Message]) -> list[int]:
        """The ids of a conversation by the model's own chat template, up to where the assistant begins to write.

        Control tokens come from the template alone; those that a message's content spells stay plain text.
        """
        if not self._template:
            raise CheckpointError("this model has no chat template; it can continue texts, not conversations")
        mark = uuid4().hex
        marked = [{**message, "content": f"{mark}{number:06d}{mark}"} for number, message in enumerate(messages)]
        rendered = self._render(marked)
        ids: list[int] = []
        pending = ""
        for piece in re.split(f"({mark}[0-9]{{6}}{mark})", rendered):
            if piece.startswith(mark):
                pending += messages[int(piece[len(mark) : len(mark) + 6])]["content"]
                continue
            for part in self._control_pattern.split(piece) if self._control_pattern else [piece]:
                if part in self.control:
                    ids += [*self.encode(pending), self.control[part]]
                    pending = ""
                else:
                    pending += part
        return ids + self.encode(pending)

    def _render(self, messages: Sequence[Message]) -> str:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = _refuse
        try:
            return environment.from_string(self._template).render(messages=messages, add_generation_prompt=True)
        except jinja2.TemplateError as broken:
            raise CheckpointError(f"the model's chat template failed: {broken}") from broken


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)


@cache
def _byte_of_letter() -> dict[str, int]:
    """GPT-2's letters for bytes: printable Latin-1 stands for itself, the others for the letters from U+0100 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + n): byte for n, byte in enumerate(others)}


def _spell_bytes(token: str) -> bytes:
    """A token of a byte-level vocabulary; one that is not written in its letters spells itself."""
    letters = _byte_of_letter()
    return bytes(letters[c] for c in token) if all(c in letters for c in token) else token.encode()


def _spell_pieces(token: str) -> bytes:
    """A token of a vocabulary in SentencePiece's manner: "▁" is a space, "<0x0A>" a byte."""
    byte = re.fullmatch(r"<0x([0-9A-F]{2})>", token)
    return bytes([int(byte[1], 16)]) if byte else token.replace("\u2581", " ").encode()


def _is_control(token: Mapping[str, Any]) -> bool:
    """Every added token but runs of whitespace, which some vocabularies add for code. Not all of them are marked as
    special: <think> and <tool_call> are not, and text must not be able to say them either."""
    return bool(token.get("special")) or not token["content"].isspace()


def _hub_template(directory: Path) -> str:
    if (directory / "chat_template.jinja").is_file():
        return (directory / "chat_template.jinja").read_text("utf-8")
    path = directory / "tokenizer_config.json"
    template = read_json(path).get("chat_template") if path.is_file() else None
    if isinstance(template, list):
        template = next((row["template"] for row in template if row.get("name") == "default"), None)
    return template or ""
