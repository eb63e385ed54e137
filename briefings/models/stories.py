"""A story: the articles of all outlets on one event."""

from __future__ import annotations

from django.db import models


class Story(models.Model):
    """Its articles point at it. `is_killed` is an editor's decision; `is_pinned` puts it into the next rundown."""

    title = models.CharField(max_length=1000)
    first_published_at = models.DateTimeField(db_index=True)
    last_published_at = models.DateTimeField(db_index=True)
    is_pinned = models.BooleanField(default=False)
    is_killed = models.BooleanField(default=False)
    severity = models.JSONField(default=list, help_text="The classes of the story, such as death or court.")
    embargo_until = models.DateTimeField(null=True, blank=True, help_text="Not told before.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-last_published_at", "-pk")
        verbose_name_plural = "stories"

    def __str__(self) -> str:
        return self.title
