"""The script of an edition: read it against its sources, edit a turn, approve it, reject it, have it written again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from briefings import approvals, desk, script_views, selectors
from briefings.errors import BriefingError
from briefings.forms import ApprovalForm, RejectionForm, TurnForm
from briefings.models import Episode, Turn
from briefings.views.responses import CONFLICT, UNPROCESSABLE, SeeOther


@require_safe
def script(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _with_script(pk))


def _page(request: HttpRequest, episode: Episode, *, status: int = 200, **forms: object) -> HttpResponse:
    context = {"approval": ApprovalForm(), "rejection": RejectionForm()} | _summary(episode) | forms
    context["only_red"] = request.GET.get("only") == "red" and bool(context["red"])
    return render(request, "scripts/detail.html", context, status=status)


def _summary(episode: Episode) -> dict[str, object]:
    turns = script_views.script_turns(episode)
    words = script_views.word_count(turns)
    script = episode.script
    return {
        "episode": episode,
        "script": script,
        "needs_two": approvals.needs_two(script),
        "has_first": approvals.has_first(script),
        "line": selectors.line(episode),
        "turns": turns,
        "words": words,
        "minutes": script.scorecard.get("minutes") or words / script_views.WORDS_A_MINUTE,
        "recording": selectors.recording_of(episode),
        "red": [view for view in turns if view.turn.findings],
    }


def _with_script(pk: int) -> Episode:
    return get_object_or_404(selectors.episodes().filter(script__isnull=False), pk=pk)


@require_safe
def turn(request: HttpRequest, pk: int) -> HttpResponse:
    """One turn as it stands, for who leaves its form without saving."""
    found = _turn(pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return SeeOther(_address(found))
    return render(request, "scripts/_turn.html", _row(found))


def _turn(pk: int) -> Turn:
    return get_object_or_404(Turn.objects.select_related("script__episode__show", "story"), pk=pk)


def _row(turn: Turn) -> dict[str, object]:
    episode = turn.script.episode
    view = script_views.script_turns(episode, only=turn)[0]
    return {"view": view, "episode": episode, "recording": selectors.recording_of(episode)}


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = _turn(pk)
    if request.method != "POST":
        return _form(request, found, TurnForm(initial={"text": found.text, "version": found.version}))
    form = TurnForm(request.POST)
    if not form.is_valid():
        return _form(request, found, form, status=UNPROCESSABLE)
    try:
        desk.edit_turn(found, form.cleaned_data["text"], by=request.user, version=form.cleaned_data["version"])
    except BriefingError as error:
        return _refused(request, _turn(pk), form, error)
    return _saved(request, _turn(pk))


def _refused(request: HttpRequest, turn: Turn, form: TurnForm, error: BriefingError) -> HttpResponse:
    """The editor's words are kept in the form, which from now on rests on the turn as it is stored."""
    is_stale = turn.version != form.cleaned_data["version"]
    kept = TurnForm(initial={"text": form.cleaned_data["text"], "version": turn.version})
    return _form(request, turn, kept, status=CONFLICT, error=error, is_stale=is_stale)


def _form(request: HttpRequest, turn: Turn, form: TurnForm, *, status: int = 200, **extra: object) -> HttpResponse:
    template = "scripts/_turn_form.html" if request.htmx else "scripts/turn.html"  # type: ignore[attr-defined]
    return render(request, template, _row(turn) | {"form": form} | extra, status=status)


def _saved(request: HttpRequest, turn: Turn) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return SeeOther(_address(turn))
    context = _summary(_with_script(turn.script.episode_id)) | _row(turn)
    context |= {"approval": ApprovalForm(), "rejection": RejectionForm(), "is_saved": True}
    return render(request, "scripts/_saved.html", context)


def _address(turn: Turn) -> str:
    return f"{reverse('script', args=[turn.script.episode_id])}#turn-{turn.pk}"


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    episode = _with_script(pk)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _page(request, episode, status=UNPROCESSABLE, approval=form)
    try:
        is_final = desk.approve(episode, by=request.user, **form.cleaned_data)
    except BriefingError as error:
        form.add_error(None, error.editor_message)
        return _page(request, _with_script(pk), status=UNPROCESSABLE, approval=form)
    messages.success(request, f"Approved. It {'is being voiced' if is_final else 'waits for a second editor'}.")
    return SeeOther(reverse("episode", args=[pk]))


@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    episode = _with_script(pk)
    form = RejectionForm(request.POST)
    if not form.is_valid():
        return _page(request, episode, status=UNPROCESSABLE, rejection=form)
    try:
        desk.reject(episode, by=request.user, reason=form.cleaned_data["reason"])
    except BriefingError as error:
        form.add_error(None, error.editor_message)
        return _page(request, _with_script(pk), status=UNPROCESSABLE, rejection=form)
    messages.success(request, "Rejected. It can be written again.")
    return SeeOther(reverse("episode", args=[pk]))


@require_POST
def rewrite(request: HttpRequest, pk: int) -> HttpResponse:
    episode = _with_script(pk)
    try:
        desk.rewrite(episode, by=request.user)
    except BriefingError as error:
        messages.error(request, error.editor_message)
        return SeeOther(reverse("script", args=[pk]))
    messages.success(request, "The script is being written again.")
    return SeeOther(reverse("episode", args=[pk]))
