"""A feed that the newsroom subscribes to, and the articles that it brought."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Feed(models.Model):
    """An incoming RSS, Atom or JSON feed. One row an address, shared by all shows that take it."""

    url = models.URLField(max_length=2000, unique=True)
    title = models.CharField(max_length=500, blank=True)
    outlet = models.CharField(max_length=200, blank=True, help_text="As it is named on air.")
    site_url = models.URLField(max_length=2000, blank=True)
    language = models.CharField(max_length=20, blank=True)
    is_paused = models.BooleanField(default=False)
    embargo_minutes = models.PositiveIntegerField(
        default=0, help_text="What it brings is not told for so long after it was published."
    )
    is_sample = models.BooleanField(default=False, help_text="Its news is invented, and said to be so on air.")

    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(default=0, help_text="Failed checks in a row.")
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("outlet", "title", "url")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.outlet or self.title or self.url

    @property
    def health(self) -> str:
        """One of: paused, failing, new, ok."""
        if self.is_paused:
            return "paused"
        if self.error_code:
            return "failing"
        return "ok" if self.checked_at else "new"


class Article(models.Model):
    """One item of a feed. `guid` is the feed's own, or a hash where it has none; `text` is filled by the read stage."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="articles")
    story = models.ForeignKey("Story", on_delete=models.SET_NULL, null=True, blank=True, related_name="articles")
    guid = models.CharField(max_length=1000)
    url = models.URLField(max_length=2000, blank=True)
    canonical_url = models.CharField(max_length=2000, blank=True, db_index=True)
    title = models.CharField(max_length=1000)
    summary = models.TextField(blank=True, help_text="Plain text.")
    authors = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    language = models.CharField(max_length=20, blank=True)
    published_at = models.DateTimeField(db_index=True)
    fetched_at = models.DateTimeField(auto_now_add=True)

    copy_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        help_text="The article of which this is a syndicated or repeated copy.",
    )
    flags = models.JSONField(default=list, help_text="[{kind, excerpt}] of what an editor is warned of.")

    text = models.TextField(blank=True, help_text="The full text, a paragraph a line.")
    read_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        ordering = ("-published_at", "-pk")
        constraints = [models.UniqueConstraint(fields=["feed", "guid"], name="one_article_a_guid")]

    def __str__(self) -> str:
        return f"{self.feed.name}: {self.title}"

    @property
    def outlet(self) -> str:
        return self.feed.name

    @property
    def speakable_text(self) -> str:
        """What a script may be written from: the full text, or the summary where the page could not be read."""
        return self.text or self.summary
