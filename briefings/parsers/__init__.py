"""Parsers of what the web sent, run as child processes: killable and bounded."""

from pathlib import Path

from briefings.parsers.child import Child, ChildDied

__all__ = ["FEED", "PAGE", "Child", "ChildDied"]

_HERE = Path(__file__).resolve().parent
# Started at first use, and shared by the threads of this process.
FEED = Child(_HERE / "feed.py")
PAGE = Child(_HERE / "page.py")
