"""Django settings. What differs between machines comes from the environment, nothing else does."""

import os
from pathlib import Path

from zhiyin.storage import addresses, keys

REPOSITORY, STATE = addresses.REPOSITORY, addresses.STATE
MEDIA_FOLDER = STATE / "media"
MODEL_FOLDER = STATE / "models"

DEBUG = False
DEMO = os.environ.get("ZHIYIN_DEMO") == "1"
ALLOWED_HOSTS = os.environ.get("ZHIYIN_HOSTS", "127.0.0.1,localhost").split(",")
SECURE_BEHIND_TLS = os.environ.get("ZHIYIN_TLS") == "1"
# Where this installation is reached from outside, for what is told to others outside of a request.
ADDRESS = os.environ.get(
    "ZHIYIN_ADDRESS", f"https://{ALLOWED_HOSTS[0]}" if SECURE_BEHIND_TLS else ""
)

# How many proxies of the operator's own stand before us, each adding to X-Forwarded-For; and the
# header in which the outermost says how the client came. With none, both headers are anybody's.
PROXIES = int(os.environ.get("ZHIYIN_PROXIES", "0"))
PROXY_SCHEME_HEADER = os.environ.get("ZHIYIN_PROXY_SCHEME_HEADER", "X-Forwarded-Proto")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_" + PROXY_SCHEME_HEADER.upper().replace("-", "_"), "https") if PROXIES else None
)

KEYS = keys.load_or_create(STATE)
SECRET_KEY = KEYS.signing_key()
SECRET_KEY_FALLBACKS = KEYS.former_signing_keys()

DB_ROLE = os.environ.get("ZHIYIN_DB_ROLE", "web")
DATABASES = {"default": addresses.database(DB_ROLE)}

# Staff's tries at a password and used codes are counted here: over all workers, or not at all.
CACHES = {"default": {"BACKEND": "zhiyin.storage.shared_cache.SharedCache"}}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "zhiyin.events",
    "zhiyin.domain.brands",
    "zhiyin.domain.members",
    "zhiyin.domain.catalog",
    "zhiyin.domain.bills",
    "zhiyin.domain.ledger",
    "zhiyin.domain.webhooks",
    "zhiyin.domain.audience",
    "zhiyin.domain.kocs",
    "zhiyin.domain.orders",
    "zhiyin.domain.promotions",
    "zhiyin.domain.wallets",
    "zhiyin.domain.content",
    "zhiyin.domain.commissions",
    "zhiyin.domain.conversations",
    "zhiyin.domain.matching",
    "zhiyin.interfaces",
    "zhiyin.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "zhiyin.interfaces.static_files.StaticFilesMiddleware",
    "zhiyin.interfaces.no_store.NoStoreMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhiyin.interfaces.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "zhiyin.project.urls"
WSGI_APPLICATION = "zhiyin.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            Path(__file__).resolve().parents[1] / "interfaces" / "shop" / "templates",
            Path(__file__).resolve().parents[1] / "interfaces" / "console" / "templates",
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "zhiyin.interfaces.console.accounts.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "zhiyin.interfaces.console.accounts.StaffSecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Zhiyin"
LOGIN_URL = "/console/account/login/"
LOGIN_REDIRECT_URL = "/console/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [REPOSITORY / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STATICFILES_DIRS = [
    (f"vendor/{name}", folder)
    for name, folder in (
        ("weui", REPOSITORY / "node_modules" / "weui" / "dist"),
        ("htmx", REPOSITORY / "node_modules" / "htmx.org" / "dist"),
        ("echarts", REPOSITORY / "node_modules" / "echarts" / "dist"),
    )
    if folder.is_dir()
]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE_BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_BEHIND_TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Who carries sign-in codes: "package.module:Class" (docs/guide/developer.md). Nobody while empty.
SMS_SENDER = os.environ.get("ZHIYIN_SMS_SENDER", "")
# An hour: a shop's own network has several shoppers, a machine that guesses numbers has more.
CODES_PER_CLIENT = int(os.environ.get("ZHIYIN_CODES_PER_CLIENT", "20"))

# A second reader of needs outside the house: off while READER_URL is empty
# (docs/guide/second-reader.md).
READER_URL = os.environ.get("ZHIYIN_READER_URL", "")
READER_KEY = os.environ.get("ZHIYIN_READER_KEY", "")
READER_MODEL = os.environ.get("ZHIYIN_READER_MODEL", "")
READER_SECONDS = float(os.environ.get("ZHIYIN_READER_SECONDS", "4"))

# Webhooks go to https addresses in the open internet. A receiver in the brand's own network needs
# the second; a demo may send to this machine, without TLS too.
WEBHOOKS_HTTP = DEMO
WEBHOOKS_PRIVATE = DEMO or os.environ.get("ZHIYIN_WEBHOOKS_PRIVATE") == "1"
