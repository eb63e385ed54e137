"""A show, its two hosts, and how it pronounces things."""

from __future__ import annotations

import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from synthesis.errors import LexiconRejected
from synthesis.text import lexicon

if TYPE_CHECKING:
    from briefings.models.feeds import Feed

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def every_day() -> list[int]:
    return list(range(7))


def is_timezone(name: str) -> None:
    """Raises ValidationError unless `name` is a zone of the IANA time zone database."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise ValidationError(f"{name!r} is no known time zone. Write it like Europe/London.") from cause


class Show(models.Model):
    """An RSS channel of our own: what it takes in, when it goes out, what it says of itself."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=4000)
    author = models.CharField(max_length=200, blank=True)
    owner_email = models.EmailField(blank=True)
    language = models.CharField(max_length=20, default="en-us")
    category = models.CharField(max_length=60, default="News")
    subcategory = models.CharField(max_length=60, default="Daily News", blank=True)
    is_explicit = models.BooleanField(default=False)
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    feeds: models.ManyToManyField[Feed, models.Model] = models.ManyToManyField("Feed", related_name="shows", blank=True)

    class Format(models.TextChoices):
        BRIEFING = "briefing", "Briefing (1 to 3 minutes)"
        DAILY = "daily", "Daily (5 to 10 minutes)"
        DEEP_DIVE = "deep_dive", "Deep dive on one story (8 to 15 minutes)"

    format = models.CharField(max_length=12, choices=Format.choices, default=Format.DAILY)
    interests = models.TextField(blank=True, help_text="What its listeners care about, a word or phrase a line.")
    allowed_addresses = models.TextField(
        blank=True, help_text="Web addresses, phone numbers and handles that its hosts may say, one a line."
    )
    helplines = models.TextField(
        blank=True, help_text="Said with stories of that kind, one a line, such as `suicide: In Britain, call 116 123.`"
    )
    needs_second_approval = models.BooleanField(
        default=False, help_text="A script with a grave story needs two editors' approval."
    )
    timezone = models.CharField(max_length=60, default="UTC", validators=[is_timezone])
    publish_time = models.TimeField(help_text="Local hour at which an edition is opened.")
    weekdays = models.JSONField(default=every_day, help_text="0 is Monday.")
    minutes = models.FloatField(default=5.0, help_text="Length asked of an edition.")
    max_age_hours = models.PositiveIntegerField(default=36, help_text="Older articles are no news.")
    is_active = models.BooleanField(default=True)
    auto_approve = models.BooleanField(default=False, help_text="Approve a script by itself when no check is red.")
    auto_publish = models.BooleanField(default=False, help_text="Publish a recording without a person's listening.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)


class Host(models.Model):
    """A presenter of a show, in speaking order."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="hosts")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=60)
    voice = models.CharField(max_length=60, help_text="The model's name of the voice, such as af_heart.")
    role = models.CharField(max_length=60, blank=True, help_text="Such as `anchor` or `economics correspondent`.")
    persona = models.TextField(blank=True, max_length=500, help_text="How this host talks, for a writer that can.")

    class Meta:
        ordering = ("show", "order")
        constraints = [models.UniqueConstraint(fields=["show", "name"], name="one_host_a_name")]

    def __str__(self) -> str:
        return self.name


class Pronunciation(models.Model):
    """How a show says a word: IPA in the model's symbols, or a respelling."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="pronunciations")
    written = models.CharField(max_length=100)
    spoken = models.CharField(max_length=200, help_text="/ipa/ between slashes, or a respelling such as 'KEEV'.")

    class Meta:
        ordering = ("written",)
        constraints = [models.UniqueConstraint(fields=["show", "written"], name="one_pronunciation_a_word")]

    def __str__(self) -> str:
        return f"{self.written}: {self.spoken}"

    def clean(self) -> None:
        if not (self.written and self.spoken):
            return  # refused already
        try:
            lexicon.parse(self.written, self.spoken)
        except LexiconRejected as error:
            raise ValidationError({"spoken": f"{error}."}) from error


class Restriction(models.Model):
    """What a show, or every show if `show` is None, does not say or does not cover, until `expires_at` if that is set.

    A phrase that is not to be said is looked for in each turn and in what is heard of the recording; a story that
    names what is not to be covered is left out of the rundown. The third rule lifts one: a victim or a minor whom the
    sources name and who may be named.
    """

    class Rule(models.TextChoices):
        SAY = "say", "Do not say"
        COVER = "cover", "Do not cover"
        NAME = "name", "May be named"

    show = models.ForeignKey(Show, on_delete=models.CASCADE, null=True, blank=True, related_name="restrictions")
    rule = models.CharField(max_length=5, choices=Rule.choices)
    phrase = models.CharField(max_length=200, help_text="A person's name, a word or a phrase; case is ignored.")
    reason = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("phrase",)

    def __str__(self) -> str:
        return f"{self.get_rule_display()}: {self.phrase}"


def lexicon_of(show: Show) -> dict[str, Any]:
    """The show's own pronunciations, for the studio."""
    return dict(show.pronunciations.values_list("written", "spoken"))
