"""The shows: what they take in, who speaks, when they go out."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from briefings import selectors
from briefings.forms import HostFormSet, PronunciationFormSet, ShowForm
from briefings.models import Show
from briefings.views.responses import UNPROCESSABLE, SeeOther

DEFAULT_HOSTS = [{"name": "Ava", "voice": "af_heart"}, {"name": "Ben", "voice": "am_michael"}]
DEFAULTS = {"publish_time": "06:30", "weekdays": list(range(7))}


@require_safe
def shows(request: HttpRequest) -> HttpResponse:
    return render(request, "shows/list.html", {"rows": selectors.show_list(now())})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, Show(), initial=DEFAULTS, hosts=DEFAULT_HOSTS)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """`?word=` and `&as=` propose a pronunciation, where the show has none for that word."""
    show = get_object_or_404(Show, slug=slug)
    word, phonemes = request.GET.get("word", ""), request.GET.get("as", "")
    is_known = show.pronunciations.filter(written=word).exists()
    words = [{"written": word, "spoken": f"/{phonemes}/" if phonemes else ""}] if word and not is_known else None
    return _edit(request, show, words=words)


def _edit(
    request: HttpRequest,
    show: Show,
    *,
    initial: dict | None = None,
    hosts: list[dict[str, str]] | None = None,
    words: list[dict[str, str]] | None = None,
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        initial = hosts = words = None  # what is left as proposed counts as filled in
    form = ShowForm(posted, instance=show, initial=initial)
    host_forms = HostFormSet(posted, instance=show, initial=hosts, prefix="hosts")
    pronunciations = PronunciationFormSet(posted, instance=show, initial=words, prefix="pronunciations")
    parts = (form, host_forms, pronunciations)
    # Every part is asked, so that all mistakes are shown at once.
    are_valid = [part.is_valid() for part in parts] if posted is not None else [False]
    if all(are_valid):
        with transaction.atomic():
            for part in parts:
                part.save()
        messages.success(request, f"Saved {show.title}.")
        return SeeOther(reverse("shows"))
    context = {"form": form, "hosts": host_forms, "pronunciations": pronunciations, "show": show}
    return render(request, "shows/edit.html", context, status=UNPROCESSABLE if posted is not None else 200)
