"""The rows as they are stored, to look at. What happens to an episode happens at the desk, by the line's stages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from briefings.models import (
    Article,
    Episode,
    Feed,
    Host,
    Pronunciation,
    Recording,
    Restriction,
    Script,
    Show,
    StageRun,
    Story,
    Turn,
)


class ReadOnly(admin.ModelAdmin):
    """Rows that only the line may change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HostInline(admin.TabularInline):
    model = Host
    extra = 0


class PronunciationInline(admin.TabularInline):
    model = Pronunciation
    extra = 0


@admin.register(Show)
class ShowAdmin(admin.ModelAdmin):
    list_display = ("title", "timezone", "publish_time", "is_active")
    filter_horizontal = ("feeds",)
    inlines = (HostInline, PronunciationInline)


@admin.register(Restriction)
class RestrictionAdmin(admin.ModelAdmin):
    list_display = ("phrase", "rule", "show", "expires_at", "reason")
    list_filter = ("rule", "show")


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):
    list_display = ("name", "url", "is_paused", "failures", "error_code", "checked_at")
    list_filter = ("is_paused", "error_code")
    search_fields = ("title", "outlet", "url")


@admin.register(Article)
class ArticleAdmin(ReadOnly):
    list_display = ("title", "feed", "published_at", "error_code")
    list_select_related = ("feed",)
    list_filter = ("error_code",)
    search_fields = ("title",)


@admin.register(Story)
class StoryAdmin(ReadOnly):
    list_display = ("title", "last_published_at", "is_pinned", "is_killed")
    search_fields = ("title",)


@admin.register(Episode)
class EpisodeAdmin(ReadOnly):
    list_display = ("show", "edition_date", "number", "status", "error_code", "published_at")
    list_select_related = ("show",)
    list_filter = ("show", "status", "error_code")


@admin.register(Script)
class ScriptAdmin(ReadOnly):
    list_display = ("episode", "writer", "written_at", "approved_by", "approved_at")
    list_select_related = ("episode__show", "approved_by")


@admin.register(Turn)
class TurnAdmin(ReadOnly):
    list_display = ("script", "order", "host", "kind", "written_by", "version", "edited_by")
    list_select_related = ("script__episode__show", "edited_by")


@admin.register(Recording)
class RecordingAdmin(ReadOnly):
    list_display = ("episode", "path", "duration_s", "loudness_lufs", "true_peak_dbtp", "created_at")
    list_select_related = ("episode__show",)


@admin.register(StageRun)
class StageRunAdmin(ReadOnly):
    list_display = ("episode", "stage", "attempt", "outcome", "worker", "started_at", "error_code")
    list_select_related = ("episode__show",)
    list_filter = ("stage", "outcome")
