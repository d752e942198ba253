"""The installation's key is changed: who was signed in stays so, and a link that was sent works."""

import json
import runpy
from pathlib import Path

import pytest
from django.contrib.auth import get_user, get_user_model
from django.core import signing
from django.http import HttpRequest

from zhiyin.project import settings as project
from zhiyin.storage import addresses, keys


@pytest.mark.django_db
def test_a_new_key_signs_nobody_out(client, settings, tmp_path, monkeypatch):
    def configured() -> dict[str, object]:
        return runpy.run_path(str(Path(project.__file__)))

    monkeypatch.setattr(addresses, "STATE", tmp_path)
    settings.SECRET_KEY = configured()["SECRET_KEY"]
    who = get_user_model().objects.create(username="lin")
    client.force_login(who)
    link = signing.dumps("hers")

    path = tmp_path / keys.KEY_FILE
    ring = json.loads(path.read_text())
    ring["keys"]["k2"], ring["current"] = "a" * 43 + "=", "k2"
    path.write_text(json.dumps(ring))
    after = configured()
    assert after["SECRET_KEY"] != settings.SECRET_KEY
    settings.SECRET_KEY = after["SECRET_KEY"]
    settings.SECRET_KEY_FALLBACKS = after["SECRET_KEY_FALLBACKS"]

    request = HttpRequest()
    request.session = client.session
    assert get_user(request) == who
    assert signing.loads(link) == "hers"
