"""Every address of the desk and of what it publishes."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from briefings.addresses import EditionDate
from briefings.views import dashboard, episodes, feeds, public, restrictions, scripts, shows, stories, system

register_converter(EditionDate, "edition")

desk = [
    path("", dashboard.dashboard, name="dashboard"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/add/", feeds.add, name="feed_add"),
    path("feeds/import/", feeds.import_opml, name="feeds_import"),
    path("feeds/subscriptions.opml", feeds.export_opml, name="feeds_export"),
    path("feeds/refresh/", feeds.refresh_all, name="feeds_refresh"),
    path("feeds/<int:pk>/", feeds.edit, name="feed_edit"),
    path("feeds/<int:pk>/refresh/", feeds.refresh, name="feed_refresh"),
    path("feeds/<int:pk>/pause/", feeds.pause, name="feed_pause"),
    path("feeds/<int:pk>/remove/", feeds.remove, name="feed_remove"),
    path("stories/", stories.stories, name="stories"),
    path("stories/<int:pk>/", stories.story, name="story"),
    path("stories/<int:pk>/pin/", stories.pin, name="story_pin"),
    path("stories/<int:pk>/kill/", stories.kill, name="story_kill"),
    path("stories/<int:pk>/embargo/", stories.embargo, name="story_embargo"),
    path("episodes/", episodes.episodes, name="episodes"),
    path("episodes/<int:pk>/", episodes.episode, name="episode"),
    path("episodes/<int:pk>/stage/", episodes.stage, name="episode_stage"),
    path("episodes/<int:pk>/retry/", episodes.retry, name="episode_retry"),
    path("episodes/<int:pk>/listen/", episodes.listen, name="listen"),
    path("episodes/<int:pk>/publish/", episodes.publish, name="episode_publish"),
    path("episodes/<int:pk>/script/", scripts.script, name="script"),
    path("episodes/<int:pk>/script/approve/", scripts.approve, name="script_approve"),
    path("episodes/<int:pk>/script/reject/", scripts.reject, name="script_reject"),
    path("episodes/<int:pk>/script/rewrite/", scripts.rewrite, name="script_rewrite"),
    path("turns/<int:pk>/", scripts.turn, name="turn"),
    path("turns/<int:pk>/edit/", scripts.edit, name="turn_edit"),
    path("shows/", shows.shows, name="shows"),
    path("shows/new/", shows.new, name="show_new"),
    path("shows/<slug:slug>/edit/", shows.edit, name="show_edit"),
    path("shows/<slug:slug>/open/", episodes.open_today, name="show_open"),
    path("restrictions/", restrictions.restrictions, name="restrictions"),
    path("restrictions/<int:pk>/expire/", restrictions.expire, name="restriction_expire"),
    path("restrictions/<int:pk>/delete/", restrictions.delete, name="restriction_delete"),
    path("system/", system.system, name="system"),
]

listeners = [
    path("shows/", public.home, name="home"),
    path("shows/<slug:slug>/", public.show, name="show"),
    path("shows/<slug:slug>/feed.xml", public.feed, name="feed"),
    path("shows/<slug:slug>/artwork.png", public.cover, name="artwork"),
    path("shows/<slug:slug>/artwork-<slug:version>.png", public.cover, name="artwork_version"),
    path("shows/<slug:slug>/<edition:date>/", public.episode, name="episode"),
    path("shows/<slug:slug>/<edition:date>/transcript.vtt", public.transcript, name="transcript"),
    path("shows/<slug:slug>/<edition:date>/chapters.json", public.chapter_marks, name="chapters"),
    path("media/<path:path>", public.media, name="media"),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dashboard"), name="root"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("desk/", include(desk)),
    path("", include((listeners, "public"))),
    path("admin/", admin.site.urls),
]
