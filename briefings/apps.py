"""The application that is also the project."""

from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "briefings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from briefings import checks  # noqa: F401  registers the system checks
