"""Everything that producing an edition can fail with.

Each error has a stable `code` (it is stored), says whether trying again later may help (`retry`), and whose `fault` it
is: the source's, the editor's or the operator's. `editor_message` says what happened and what to do next.
"""

from __future__ import annotations

from typing import Any


class BriefingError(Exception):
    """Base of all errors that `briefings` raises on purpose. Takes the thing it is about, and what happened to it."""

    code = "briefing:error"
    retry = False
    fault = "operator"
    advice = ""

    def __init__(self, subject: Any, reason: str = "", *, advice: str = ""):
        super().__init__(f"{subject}: {reason}" if reason else str(subject))
        self.subject, self.reason = subject, reason or str(subject)
        self.advice = advice or type(self).advice

    @property
    def editor_message(self) -> str:
        """A sentence or two for a person at the desk."""
        reason = self.reason[:1].upper() + self.reason[1:].rstrip(".")
        return f"{reason}. {self.advice}".strip()


class FeedError(BriefingError):
    code, fault = "feed:error", "source"


class FeedUnreachable(FeedError):
    code, retry = "feed:unreachable", True
    advice = "It is tried again at its next turn."


class FeedGone(FeedError):
    code = "feed:gone"
    advice = "The feed is paused. Remove it, or give it its new address."


class FeedMalformed(FeedError):
    code = "feed:malformed"
    advice = "Check that the address is that of an RSS, Atom or JSON feed."


class FeedEmpty(FeedError):
    code = "feed:empty"
    advice = "Nothing is wrong with the subscription; the outlet sent no items."


class FeedTooLarge(FeedError):
    code = "feed:too-large"
    advice = "Ask the outlet for a shorter feed, or raise TANDEM_FETCH_MAX_BYTES."


class AddressForbidden(FeedError):
    code, fault = "feed:address-forbidden", "editor"
    advice = "Only public web addresses are fetched. For a feed on this machine, set TANDEM_ALLOW_PRIVATE_ADDRESSES."


class ArticleError(BriefingError):
    code, fault = "article:error", "source"


class PageUnreadable(ArticleError):
    code = "article:unreadable"
    advice = "The article is told from its summary if that is long enough, and is left out otherwise."


class EpisodeError(BriefingError):
    code = "episode:error"


class NothingToSay(EpisodeError):
    code, fault = "episode:nothing-to-say", "source"
    advice = "Add feeds or wait for fresh news, then retry."


class ScriptRejected(EpisodeError):
    code, fault = "episode:script-rejected", "editor"
    advice = "Edit the marked turns, or have the script written again."


class ModelUnavailable(EpisodeError):
    code, retry = "episode:model-unavailable", True
    advice = "Run `python manage.py doctor`, then `python manage.py models install`."


class RecordingRejected(EpisodeError):
    code = "episode:recording-rejected"
    advice = "Have it voiced again; if it fails again, look at `python manage.py doctor`."


class DiskFull(EpisodeError):
    code, retry = "episode:disk-full", True
    advice = "Free some space in the state folder, then retry."


class StageConflict(EpisodeError):
    """Another worker holds the episode, or its status has moved on. Nothing went wrong."""

    code = "episode:stage-conflict"
    advice = "Nothing needs to be done."
