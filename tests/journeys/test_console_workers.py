"""Tries at the console's door are counted over all workers: what one saw, the others know."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.cast import NOW
from tests.journeys.console_staff import PASSWORD
from zhiyin.interfaces.console.accounts import add_account, six_digits
from zhiyin.storage.sql import many

LOGIN, CODE = "/console/account/login/", "/console/account/factor/code/"
KEYS = "SELECT key FROM shared_cache"
HOST = "127.0.0.1"
WORKERS = 4

ANOTHER_WORKER = """
import datetime, django, json, sys
import time_machine
django.setup()
from django.test import Client
moment, tries = json.load(sys.stdin)
time_machine.travel(datetime.datetime.fromisoformat(moment), tick=False).start()
found = []
for name, password, code in tries:
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.post("/console/account/login/", {"login": name, "password": password})
    browser.post("/console/account/factor/code/", {"code": code})
    found.append("_auth_user_id" in browser.session)
print(json.dumps(found))
"""


def in_another_worker(database: str, tries: list[tuple[str, str, str]]) -> list[bool]:
    """Whether each (name, password, code) signs in, in a process of its own, at this moment."""
    ran = subprocess.run(
        [sys.executable, "-c", ANOTHER_WORKER],
        env=os.environ | {"ZHIYIN_DB_NAME": database},
        input=json.dumps([NOW.isoformat(), tries]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[bool] = json.loads(ran.stdout)
    return found


def signs_in(name: str, code: str) -> bool:
    browser = Client(SERVER_NAME=HOST)
    browser.post(LOGIN, {"login": name, "password": PASSWORD})
    browser.post(CODE, {"code": code})
    return "_auth_user_id" in browser.session


def test_a_used_code_and_too_many_tries_are_known_to_every_worker(own_database):
    secrets = {name: add_account(name=name, password=PASSWORD)[1] for name in ("ann", "bea", "cat")}
    codes = {name: six_digits(secret, NOW) for name, secret in secrets.items()}
    with time_machine.travel(NOW, tick=False):
        assert signs_in("ann", codes["ann"])
        browser = Client(SERVER_NAME=HOST)
        for _ in range(5):
            browser.post(LOGIN, {"login": "bea", "password": "wrong"})
    tries = [(name, PASSWORD, codes[name]) for name in secrets]
    assert in_another_worker(own_database, tries) == [False, False, True]


def test_of_all_who_add_a_key_at_once_one_is_told_that_she_did(own_database):
    def add(key: str, barrier: Barrier) -> bool:
        barrier.wait()
        try:
            return cache.add(key, "y", timeout=30)
        finally:
            connection.close()

    cache.set("left", 1, timeout=-1)
    with ThreadPoolExecutor(WORKERS) as pool:
        for key in ("new", "left"):
            barrier = Barrier(WORKERS)
            assert sum(pool.map(lambda _, k=key, b=barrier: add(k, b), range(WORKERS))) == 1


def test_values_come_back_expire_and_are_swept(own_database):
    cache.set("tries", [1.5, 2.5], timeout=30)
    cache.set("for-ever", {"a": None}, timeout=None)
    cache.set("over", "x", timeout=0)
    assert (cache.get("tries"), cache.get("for-ever")) == ([1.5, 2.5], {"a": None})
    assert (cache.get("over"), cache.get("never", 7)) == (None, 7)
    assert cache.touch("tries", timeout=-1)
    assert not cache.touch("tries", timeout=30)
    assert (cache.delete("for-ever"), cache.delete("for-ever")) == (True, False)
    cache.set("text", "2", timeout=30)
    assert cache.get("text") == "2"
    assert many(KEYS) == [(":1:text",)]
    with pytest.raises(TypeError):
        cache.set("set", {1, 2})
    cache.clear()
    assert many(KEYS) == []
