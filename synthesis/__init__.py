"""Stories in, a spoken dialogue out: `Writer` and `Studio`. Needs no web application, no database, no network.

The heavy parts are loaded at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthesis.dialogue.writer import Writer
    from synthesis.studio import Studio

__all__ = ["Studio", "Writer"]


def __getattr__(name: str) -> Any:
    if name == "Writer":
        from synthesis.dialogue.writer import Writer

        return Writer
    if name == "Studio":
        from synthesis.studio import Studio

        return Studio
    raise AttributeError(f"module 'synthesis' has no attribute {name!r}")
