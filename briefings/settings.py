"""All settings, read from the environment. Each has a default that runs; an unknown or unreadable value is refused.

Every name read here stands in the README's table.
"""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """A value, or the content of the file that NAME_FILE names (for secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeError) as cause:
            raise ImproperlyConfigured(f"{name}_FILE can't be read: {cause}") from cause
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    value = env(name, str(default)).strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}, and must be true or false")


def env_positive(name: str, default: int) -> int:
    value = env(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value)):
        raise ImproperlyConfigured(f"{name} is {value!r}, and must be a whole number above 0")
    return int(value)


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_path(name: str) -> Path | None:
    """A file by its whole path, or None; whether it is there is asked where it is used."""
    value = env(name)
    if value and not Path(value).is_absolute():
        raise ImproperlyConfigured(f"{name} is {value!r}, and must be a whole path")
    return Path(value) if value else None


def env_url(name: str, default: str) -> str:
    """A web address of which others are made, without the slash at its end."""
    value = env(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ImproperlyConfigured(f"{name} is {value!r}, and must be an address such as https://news.example.org")
    return value


def env_choice(name: str, words: tuple[str, ...]) -> str:
    """One of the words, the first by default, or a folder by its whole path."""
    value = env(name) or words[0]
    if value not in words and not Path(value).is_absolute():
        raise ImproperlyConfigured(f"{name} is {value!r}, and must be {', '.join(words)}, or a whole path")
    return value


def env_word(name: str, words: tuple[str, ...]) -> str:
    """One of the words, the first by default."""
    value = env(name) or words[0]
    if value not in words:
        raise ImproperlyConfigured(f"{name} is {value!r}, and must be {' or '.join(words)}")
    return value


def env_level(name: str, default: str) -> str:
    value = env(name, default).strip().upper()
    if value not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"{name} is {value!r}, and must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
    return value


def database(url: str) -> dict[str, object]:
    """SQLite from sqlite:///path, or PostgreSQL from postgresql://user:password@host:port/name?option=value."""
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as cause:
        raise ImproperlyConfigured(f"DATABASE_URL can't be read: {cause}") from cause
    if parts.scheme == "sqlite":
        name = unquote(parts.path[1:])
        make_folder(Path(name).parent)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {
                # Read-then-write transactions of several workers fail at once without IMMEDIATE, with or without WAL.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": port,
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"DATABASE_URL starts with {parts.scheme!r}; use sqlite:/// or postgresql://")


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        reason = f"the folder {folder} can't be made ({cause.strerror}): set TANDEM_STATE to a folder of yours"
        raise ImproperlyConfigured(reason) from cause


def secret_key(state: Path) -> str:
    """The key of the environment, or one made once for this state folder and kept there."""
    if value := env("TANDEM_SECRET_KEY"):
        return value
    path = state / "secret_key"
    if not path.exists():
        make_folder(state)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


STATE_DIR = Path(env("TANDEM_STATE", str(BASE_DIR / ".state"))).resolve()
MODELS_DIR = STATE_DIR / "models"
QUEUE_DIR = STATE_DIR / "queue"
TAKES_DIR = STATE_DIR / "takes"
MEDIA_ROOT = STATE_DIR / "media"
MEDIA_URL = "media/"

DEBUG = env_bool("TANDEM_DEBUG", False)
SECRET_KEY = secret_key(STATE_DIR)
ALLOWED_HOSTS = env_list("TANDEM_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("TANDEM_TRUSTED_ORIGINS")
# Links in the published feed are built from this address, never from a request's host.
BASE_URL = env_url("TANDEM_BASE_URL", "http://127.0.0.1:8000")
IS_HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "briefings",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "briefings.security_headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page wants a login, unless its view says that it does not.
    "briefings.access.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("TANDEM_BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_SSL_REDIRECT = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

ROOT_URLCONF = "briefings.urls"
WSGI_APPLICATION = "briefings.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database(env("DATABASE_URL", f"sqlite:///{quote(str(STATE_DIR / 'db' / 'tandem.sqlite3'))}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

BROKER_URL = env("BROKER_URL")

# Takes of the voice are kept up to this size, so that an edited script has only its edited turns spoken again.
TAKES_MAX_BYTES = env_positive("TANDEM_TAKES_MAX_BYTES", 500_000_000)
LEXICON = env_path("TANDEM_LEXICON")
STING = env_path("TANDEM_STING")
STING_BETWEEN_STORIES = env_bool("TANDEM_STING_BETWEEN_STORIES", False)
BED = env_path("TANDEM_BED")
# Whether a recogniser, where one is installed, listens to every new recording.
READBACK = env_word("TANDEM_READBACK", ("auto", "off"))

# Which model writes, and the server that it runs on, if it is one.
WRITERS = ("auto", "default", "small", "embedded", "server")
WRITER = env_choice("TANDEM_WRITER", WRITERS)
WRITER_URL = env_url("TANDEM_WRITER_URL", "") if env("TANDEM_WRITER_URL") else ""
WRITER_MODEL = env("TANDEM_WRITER_MODEL")
WRITER_KEY = env("TANDEM_WRITER_KEY")
WRITER_TIMEOUT_S = env_positive("TANDEM_WRITER_TIMEOUT_S", 120)

# Outbound requests.
FETCH_MAX_BYTES = env_positive("TANDEM_FETCH_MAX_BYTES", 15_000_000)
FETCH_TIMEOUT_S = env_positive("TANDEM_FETCH_TIMEOUT_S", 20)
FETCH_MAX_REDIRECTS = 5
ALLOW_PRIVATE_ADDRESSES = env_bool("TANDEM_ALLOW_PRIVATE_ADDRESSES", False)
USER_AGENT = f"Tandem/0.1 (+{BASE_URL})"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_level("TANDEM_LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # a stranger's Host header is no news
    },
}
