"""Files are served with their type and may be kept; what is no file goes on to the pages."""

from django.test import Client

FILE = "/static/zhiyin/tokens.css"


def test_a_file_is_served_and_may_be_kept(brand):
    answer = Client().get(FILE)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/css")
    assert "max-age" in answer["Cache-Control"]
    assert b"{" in b"".join(answer)


def test_what_is_no_file_is_not_found_and_never_kept(brand):
    for path in ("/static/nothing.css", "/static/../settings.py"):
        answer = Client().get(path)
        assert answer.status_code == 404
        assert answer["Cache-Control"] == "private, no-store"
