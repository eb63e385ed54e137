"""The script of an episode: its turns, what they rest on, what the checks found, who approved it."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.db import models


class Script(models.Model):
    """One script an episode; writing again replaces its turns."""

    episode = models.OneToOneField("Episode", on_delete=models.CASCADE, related_name="script")
    writer = models.CharField(max_length=200, help_text="The model and the way of writing.")
    is_extractive = models.BooleanField(default=False)
    hosts = models.JSONField(default=list)
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="approved_scripts"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_sha256 = models.CharField(max_length=64, blank=True, help_text="Of exactly the text that was approved.")
    second_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The other editor, where the show asks for two on a grave story.",
    )
    second_approved_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.TextField(blank=True, help_text="Why a red check was overridden.")
    rejected_reason = models.TextField(blank=True)
    scorecard = models.JSONField(default=dict, help_text="What was measured of the script when it was written.")

    def __str__(self) -> str:
        return f"script of {self.episode}"

    @property
    def sha256(self) -> str:
        rows = [(turn.host, turn.text) for turn in self.turns.all()]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()

    @property
    def is_red(self) -> bool:
        """Whether a finding stands against one of its turns."""
        return any(turn.findings for turn in self.turns.all())


class Turn(models.Model):
    """What one host says in one go.

    `citations`: [{"article": pk, "sentence": index}]; `findings`: [{kind, span, reason}].
    """

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="turns")
    order = models.PositiveSmallIntegerField()
    host = models.CharField(max_length=60)
    text = models.TextField()
    kind = models.CharField(max_length=12)
    story = models.ForeignKey("Story", on_delete=models.SET_NULL, null=True, blank=True, related_name="turns")
    citations = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    written_by = models.CharField(max_length=60, blank=True)
    overlap_s = models.FloatField(default=0.0, help_text="How long before the end of the turn before it this comes in.")
    version = models.PositiveIntegerField(default=1, help_text="Raised by every edit: a stale edit is refused.")
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    original_text = models.TextField(blank=True, help_text="The writer's words, where a person changed them.")

    class Meta:
        ordering = ("script", "order")
        constraints = [models.UniqueConstraint(fields=["script", "order"], name="one_turn_a_place")]

    def __str__(self) -> str:
        return f"{self.host}: {self.text[:60]}"
