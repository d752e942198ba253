"""Behind the operator's own proxies: how a client came, who it is, and what is kept on the way."""

import runpy
from pathlib import Path

import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import Client, RequestFactory, override_settings

from tests.cast import make_brand
from zhiyin.project import settings as project

FORWARDED = {
    "headers": {"x-forwarded-proto": "https", "x-forwarded-for": "6.6.6.6, 203.0.113.7"},
    "REMOTE_ADDR": "10.0.0.2",
}


def answered(monkeypatch: pytest.MonkeyPatch, **stated: str) -> tuple[int, str | None]:
    """Status of a forwarded request under the settings of an environment, and its client."""
    for name in ("ZHIYIN_TLS", "ZHIYIN_PROXIES", "ZHIYIN_PROXY_SCHEME_HEADER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in stated.items():
        monkeypatch.setenv(name, value)
    read = runpy.run_path(str(Path(project.__file__)))
    named = ("SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT")
    with override_settings(**{name: read[name] for name in named}):
        request = RequestFactory().get("/s/cedar/", **FORWARDED)
        door = SecurityMiddleware(lambda _request: HttpResponse("in"))
        return door(request).status_code, get_client_ip(request)


def test_a_proxy_that_is_named_says_how_and_from_where_a_client_came(monkeypatch):
    assert answered(monkeypatch, ZHIYIN_TLS="1", ZHIYIN_PROXIES="1") == (200, "203.0.113.7")
    assert answered(
        monkeypatch,
        ZHIYIN_TLS="1",
        ZHIYIN_PROXIES="1",
        ZHIYIN_PROXY_SCHEME_HEADER="X-Client-Scheme",
    ) == (301, "203.0.113.7")


def test_where_none_is_named_nobody_is_believed(monkeypatch):
    assert answered(monkeypatch, ZHIYIN_TLS="1") == (301, "10.0.0.2")
    assert answered(monkeypatch) == (200, "10.0.0.2")


def test_no_copy_is_kept_of_a_page(own_database):
    make_brand("cedar")
    browser = Client()
    for address, status in (
        ("/s/cedar/", 200),
        ("/s/cedar/me/download/", 302),
        ("/console/cedar/", 302),
        ("/api/v1/brand", 401),
        ("/nowhere/", 404),
    ):
        answer = browser.get(address)
        said = (answer.status_code, answer.headers.get("Cache-Control"))
        assert said == (status, "private, no-store"), address
