"""An edition of a show on its way down the line, the stories chosen for it, and its recording."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Episode(models.Model):
    """One edition. Its `status` is the participle of the last stage done; a claim is a lease on the stage after it.

    `guid` never changes. `claim_token` fences: a worker whose lease ran out cannot finish over its successor.
    """

    class Status(models.TextChoices):
        OPENED = "opened"
        FETCHED = "fetched"
        READ = "read"
        GROUPED = "grouped"
        PLANNED = "planned"
        WRITTEN = "written"
        APPROVED = "approved"
        VOICED = "voiced"
        PUBLISHED = "published"
        REJECTED = "rejected"

    show = models.ForeignKey("Show", on_delete=models.CASCADE, related_name="episodes")
    edition_date = models.DateField(help_text="The local date in the show's time zone.")
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPENED, db_index=True)
    is_late = models.BooleanField(default=False, help_text="Opened well after its hour, as the scheduler was down.")

    claimed_until = models.DateTimeField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_stage = models.CharField(max_length=12, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Attempts at the stage that is next.")
    retry_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)

    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-edition_date", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["show", "edition_date"], name="one_episode_an_edition"),
            models.UniqueConstraint(fields=["show", "number"], name="one_episode_a_number"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="published_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.show.title}, {self.edition_date:%d %B %Y}"

    @property
    def is_stuck(self) -> bool:
        """Whether it waits for a person, since its stage failed for good."""
        return bool(self.error_code) and self.retry_at is None


class Segment(models.Model):
    """A story that was weighed for an edition: told at `order`, or left out, with the reason for either."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="segments")
    story = models.ForeignKey("Story", on_delete=models.PROTECT, related_name="segments")
    order = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: left out.")
    score = models.FloatField(default=0.0)
    reason = models.CharField(max_length=500, help_text="Why it was chosen, or left out.")

    class Meta:
        ordering = ("episode", F("order").asc(nulls_last=True), "-score")
        constraints = [models.UniqueConstraint(fields=["episode", "story"], name="one_segment_a_story")]

    def __str__(self) -> str:
        return self.story.title

    @property
    def is_chosen(self) -> bool:
        return self.order is not None


class Recording(models.Model):
    """A finished MP3 of an episode. A new rendering is a new row and a new file name; the newest one counts.

    `path` is relative to the media folder. `chapters`: [{start_s, title, url}]; `cues`: [{start_s, end_s, host, text,
    turn}]. `script_sha256` is that of the script which was voiced. `guesses`: [{word, phonemes, language, confidence}];
    `figures`: {hosts_lufs: {name: LUFS}, takes, takes_reused, takes_again, voice_s, real_time_factor, model,
    pcm_sha256}, empty for a recording from before they were kept.
    """

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="recordings")
    path = models.CharField(max_length=300, unique=True)
    sha256 = models.CharField(max_length=64)
    script_sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    duration_s = models.FloatField()
    loudness_lufs = models.FloatField()
    true_peak_dbtp = models.FloatField()
    chapters = models.JSONField(default=list)
    cues = models.JSONField(default=list)
    guessed = models.JSONField(default=list, help_text="Words whose pronunciation was guessed.")
    guesses = models.JSONField(default=list, help_text="[{word, phonemes, language, confidence}] of those words.")
    faults = models.JSONField(default=list)
    figures = models.JSONField(default=dict, help_text="What was measured and counted beside the fields.")
    readback = models.JSONField(default=dict, help_text="What a recogniser heard, where it differs from the script.")
    voices = models.JSONField(default=list)
    device = models.CharField(max_length=60, blank=True)
    compute_s = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        get_latest_by = "created_at"

    def __str__(self) -> str:
        return self.path

    @property
    def file_path(self) -> str:
        return f"{settings.MEDIA_ROOT}/{self.path}"
