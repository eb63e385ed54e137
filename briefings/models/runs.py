"""What every stage did: when, where, how long, and how it ended."""

from __future__ import annotations

from django.db import models


class StageRun(models.Model):
    """One attempt at one stage of one episode, written before the work starts: a killed worker leaves a trace."""

    class Outcome(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        LOST = "lost"

    episode = models.ForeignKey("Episode", on_delete=models.CASCADE, related_name="runs")
    stage = models.CharField(max_length=12)
    attempt = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.RUNNING)
    token = models.UUIDField()
    worker = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    measurements = models.JSONField(default=dict)

    class Meta:
        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return f"{self.stage} of {self.episode}: {self.outcome}"

    @property
    def duration_s(self) -> float | None:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None

    @property
    def decided_by(self) -> str:
        """Whose decision it was: an editor's name, or what stood for one; "" where nothing was decided."""
        return str(self.measurements.get("by") or self.measurements.get("approved_by") or "")
