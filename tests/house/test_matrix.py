"""Law 7: every route, job and export stands in the authorisation matrix, and nothing else does."""

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver, path
from procrastinate.contrib.django import app as jobs

from zhiyin.interfaces import matrix

OTHERS_ROUTES = {
    "set_language",  # Django's own: changes the language of the session
}


def routes(patterns: Iterable[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """The name of every route, with its namespace; a nameless one by its pattern."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from routes(one.url_patterns, inner)
        else:
            yield f"{space}{one.name}" if one.name else f"{space}{one.pattern}"


def unlisted(patterns: Iterable[URLPattern | URLResolver]) -> set[str]:
    """Routes of pages that the matrix does not know."""
    return {
        route
        for route in routes(patterns)
        if route not in matrix.MATRIX and route not in OTHERS_ROUTES
        if not route.startswith("api-")
    }


def test_every_page_stands_in_the_matrix() -> None:
    assert unlisted(get_resolver().url_patterns) == set()


def test_the_matrix_names_no_page_that_is_gone() -> None:
    known = set(routes(get_resolver().url_patterns))
    assert {
        route for route in (*matrix.SHOP, *matrix.CONSOLE, *matrix.HOOKS) if route not in known
    } == set()


def test_an_unlisted_page_is_caught() -> None:
    planted = URLPattern(path("sly/", lambda request: request, name="sly").pattern, None, {}, "sly")
    resolver = URLResolver(path("s/", lambda r: r).pattern, [planted], {}, "shop", "shop")
    assert unlisted([resolver, planted]) == {"shop:sly", "sly"}


def test_an_unlisted_page_is_for_nobody() -> None:
    assert not matrix.may(matrix.EVERYBODY, "shop:sly")


def test_every_job_stands_in_the_matrix() -> None:
    own = {name for name in jobs.tasks if not name.startswith(("builtin", "procrastinate"))}
    assert own == set(matrix.JOBS)
