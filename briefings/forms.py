"""What an editor may type, and what is refused."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import Q
from django.forms import inlineformset_factory
from django.utils.timezone import now

from briefings import helplines
from briefings.itunes_categories import CATEGORIES
from briefings.models import Feed, Host, Pronunciation, Restriction, Show
from briefings.models.shows import WEEKDAYS
from synthesis.model_cards import ENGLISH_VOICES

OPML_MAX_BYTES = 2_000_000


def voice_choices(chosen: str = "") -> list[tuple[str, str]]:
    """The voices that the model can speak with, and the one that is chosen whatever it is."""
    names = sorted(ENGLISH_VOICES)
    return [(name, voice_label(name)) for name in ([chosen] if chosen and chosen not in names else []) + names]


def voice_label(name: str) -> str:
    """`af_heart` as a person would say it: Heart, American, woman."""
    accent = {"a": "American", "b": "British"}.get(name[:1], "")
    kind = {"f": "woman", "m": "man"}.get(name[1:2], "")
    title = name.partition("_")[2].replace("_", " ").title()
    return f"{title} ({accent} {kind}, {name})" if accent and kind and title else name


class FeedForm(forms.Form):
    url = forms.CharField(
        label="Address of the feed",
        max_length=2000,
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://outlet.example/feed.xml", "autocomplete": "off"}),
    )
    show = forms.ModelChoiceField(Show.objects.all(), required=False, label="For the show", empty_label="No show yet")


class OpmlForm(forms.Form):
    """A subscription list, as a file or from an address."""

    file = forms.FileField(label="OPML file", required=False, widget=forms.FileInput(attrs={"accept": ".opml,.xml"}))
    opml_url = forms.CharField(
        label="or its address",
        required=False,
        max_length=2000,
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://…/subscriptions.opml"}),
    )
    opml_show = forms.ModelChoiceField(
        Show.objects.all(), required=False, label="For the show", empty_label="No show yet"
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > OPML_MAX_BYTES:
            raise forms.ValidationError("The file is larger than 2 MB. Is it a subscription list?")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("file")) == bool(cleaned.get("opml_url")) and not self.errors:
            raise forms.ValidationError("Choose a file, or give an address: one of the two.")
        return cleaned


class FeedShowsForm(forms.ModelForm):
    """Where a feed is, which shows take it, and what it is called on air. A new address is asked as if it were new."""

    shows = forms.ModelMultipleChoiceField(Show.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)

    url = forms.CharField(
        label="Address", max_length=2000, validators=[URLValidator(schemes=["http", "https"])], widget=forms.URLInput
    )

    embargo_minutes = forms.IntegerField(
        label="Embargo: minutes after publication in which it is not told",
        required=False,
        min_value=0,
        max_value=10_080,
    )

    class Meta:
        model = Feed
        fields = ("url", "outlet", "embargo_minutes")
        labels = {"outlet": "Name of the outlet"}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["shows"].initial = self.instance.shows.all()

    def clean_embargo_minutes(self) -> int:
        return self.cleaned_data["embargo_minutes"] or 0

    @property
    def has_moved(self) -> bool:
        return "url" in self.changed_data

    def save(self, commit: bool = True) -> Feed:
        if self.has_moved:
            feed = self.instance
            feed.etag = feed.last_modified = feed.error_code = feed.error_message = ""
            feed.is_paused, feed.failures, feed.checked_at = False, 0, None
        feed = super().save(commit)
        feed.shows.set(self.cleaned_data["shows"])
        return feed


class EmbargoForm(forms.Form):
    """Until when a story is not told, by the clock of the desk; empty for no embargo."""

    until = forms.DateTimeField(
        label="Embargo until (UTC)",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class TurnForm(forms.Form):
    text = forms.CharField(label="Text", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(widget=forms.HiddenInput)


class ApprovalForm(forms.Form):
    override_reason = forms.CharField(
        label="Reason for approving in spite of the marked turns",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.CharField(widget=forms.HiddenInput)  # the script's SHA-256 when it was read


class RejectionForm(forms.Form):
    reason = forms.CharField(label="Why it is rejected", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class RestrictionForm(forms.ModelForm):
    """What is not to be said or covered, and who may be named. It ends by the show's clock; for all shows, by UTC."""

    class Meta:
        model = Restriction
        fields = ("rule", "phrase", "show", "expires_at", "reason")
        labels = {"rule": "Rule", "phrase": "Name, word or phrase", "show": "For", "expires_at": "Until"}
        help_texts = {
            "phrase": "Case and accents don't count; plurals and possessives are found too.",
            "expires_at": "By the show's clock; by UTC for all shows. Empty: until it is deleted.",
        }
        widgets = {
            "expires_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "reason": forms.TextInput(attrs={"placeholder": "Court order of 3 May"}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["rule"] = forms.ChoiceField(choices=Restriction.Rule.choices, label="Rule")
        self.fields["show"].empty_label = "All shows"  # type: ignore[attr-defined]

    def clean_phrase(self) -> str:
        phrase = " ".join(self.cleaned_data["phrase"].split())
        if not any(character.isalnum() for character in phrase):
            raise forms.ValidationError("It needs a letter or a digit.")
        return phrase

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        moment, show = cleaned.get("expires_at"), cleaned.get("show")
        if moment and show:
            moment = cleaned["expires_at"] = moment.replace(tzinfo=show.zone)
        if moment and moment <= now():
            self.add_error("expires_at", "That has passed already.")
        same = Restriction.objects.filter(rule=cleaned.get("rule"), phrase__iexact=cleaned.get("phrase"), show=show)
        if same.filter(Q(expires_at=None) | Q(expires_at__gt=now())).exists():
            self.add_error("phrase", "That is on the list already.")
        return cleaned


class ShowForm(forms.ModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(WEEKDAYS)), coerce=int, widget=forms.CheckboxSelectMultiple, label="Opens on"
    )
    category = forms.ChoiceField(choices=[(name, name) for name in CATEGORIES])
    subcategory = forms.ChoiceField(
        choices=[("", "None"), *((top, [(sub, sub) for sub in subs]) for top, subs in CATEGORIES.items() if subs)],
        required=False,
    )
    minutes = forms.FloatField(
        label="Length in minutes", min_value=1, max_value=30, widget=forms.NumberInput(attrs={"step": "0.5"})
    )
    max_age_hours = forms.IntegerField(label="Oldest news, in hours", min_value=1, max_value=336)

    class Meta:
        model = Show
        fields = (
            "title", "slug", "description", "author", "owner_email", "language", "category", "subcategory",
            "is_explicit", "timezone", "publish_time", "weekdays", "format", "minutes", "max_age_hours", "feeds",
            "interests", "allowed_addresses", "helplines", "is_active", "auto_approve", "needs_second_approval",
            "auto_publish",
        )  # fmt: skip
        labels = {
            "slug": "Short name in addresses",
            "owner_email": "E-mail of the owner, public in the podcast feed",
            "is_explicit": "Has explicit content",
            "timezone": "Time zone",
            "publish_time": "Opens at",
            "feeds": "It takes these feeds",
            "is_active": "Active: editions open by themselves",
            "auto_approve": "Approve a script by itself when no check is red",
            "auto_publish": "Publish a recording without a person's listening",
            "needs_second_approval": "Two editors approve a script with a grave story",
            "interests": "What its listeners care about",
            "allowed_addresses": "Addresses and numbers that the hosts may say",
        }
        help_texts = {
            "auto_approve": "",
            "auto_publish": "",
            "needs_second_approval": "Death, violence, sexual crime, suicide, and crimes of or against minors.",
            "interests": "A word or phrase a line.",
            "allowed_addresses": "One a line. Any other web address, phone number or handle is kept off the air.",
            "helplines": "Said after a story of that class, one a line, such as: suicide: In Britain, call 116 123.",
            "owner_email": "Podcast directories ask for one.",
        }
        widgets = {
            "publish_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "timezone": forms.TextInput(attrs={"list": "timezones", "autocomplete": "off"}),
            "feeds": forms.CheckboxSelectMultiple,
            "description": forms.Textarea(attrs={"rows": 3}),
            **{name: forms.Textarea(attrs={"rows": 3}) for name in ("interests", "allowed_addresses", "helplines")},
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.episodes.filter(published_at__isnull=False).exists():
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = "It stays, as subscribers have it in the feed's address."

    def clean_helplines(self) -> str:
        helplines.parse(self.cleaned_data["helplines"])
        return self.cleaned_data["helplines"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        subcategory = cleaned.get("subcategory")
        if subcategory and subcategory not in CATEGORIES.get(cleaned.get("category", ""), ()):
            self.add_error("subcategory", f"{subcategory} does not belong to {cleaned.get('category')}.")
        return cleaned

    @property
    def timezones(self) -> list[str]:
        return sorted(zoneinfo.available_timezones())


class HostForm(forms.ModelForm):
    class Meta:
        model = Host
        fields = ("name", "voice", "role", "persona")
        labels = {"role": "Role, as it may be said", "persona": "How this host talks"}
        help_texts = {"voice": "", "role": "", "persona": "For a model that writes freely."}
        widgets = {
            "role": forms.TextInput(attrs={"placeholder": "economics correspondent"}),
            "persona": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["voice"] = forms.ChoiceField(choices=voice_choices(self.instance.voice))


class PronunciationForm(forms.ModelForm):
    class Meta:
        model = Pronunciation
        fields = ("written", "spoken")
        help_texts = {"spoken": ""}


class HostFormSetBase(forms.BaseInlineFormSet):
    """The two hosts, in speaking order."""

    def save(self, commit: bool = True) -> list[Host]:
        for order, form in enumerate(self.forms):
            form.instance.order = order
        return super().save(commit)

    def clean(self) -> None:
        super().clean()
        names = [form.cleaned_data.get("name", "").casefold() for form in self.forms if form.is_valid()]
        if len(names) != len(set(names)):
            raise forms.ValidationError("The two hosts need different names.")


HostFormSet = inlineformset_factory(
    Show, Host, form=HostForm, formset=HostFormSetBase,
    extra=0, min_num=2, max_num=2, validate_min=True, validate_max=True, can_delete=False,
)  # fmt: skip
PronunciationFormSet = inlineformset_factory(Show, Pronunciation, form=PronunciationForm, extra=2, can_delete=True)
