"""The server answers several people at once, whatever the process it forks from did before."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import httpx
import psycopg

from zhiyin.storage import addresses

AFTER_A_QUERY = """
import sys, django
django.setup()
from django.contrib.auth.models import User
User.objects.count()
from zhiyin.interfaces.cli.serve import server
server(host="127.0.0.1", port=int(sys.argv[1]), workers=1).serve()
"""
WAITING = """
    SELECT count(*) FROM pg_locks
    WHERE NOT granted AND relation = 'brands_brand'::regclass AND database = (
        SELECT oid FROM pg_database WHERE datname = current_database()
    )
"""
ENOUGH_S = 30


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def test_a_server_forked_from_a_process_that_used_the_database_has_connections_of_its_own(
    own_database,
):
    port = free_port()
    page = f"http://127.0.0.1:{port}/s/nobody/"
    process = subprocess.Popen(
        [sys.executable, "-c", AFTER_A_QUERY, str(port)],
        env=os.environ | {"ZHIYIN_DB_NAME": own_database},
        stderr=subprocess.DEVNULL,
    )
    try:
        transport = httpx.HTTPTransport(retries=9)
        with httpx.Client(transport=transport, timeout=ENOUGH_S) as browser:
            assert browser.get(page).status_code == 404
            with ThreadPoolExecutor(3) as people:
                assert held_up(own_database, people, browser, page) == [404, 404, 404]
    finally:
        process.terminate()
        process.wait()


def test_a_port_that_somebody_listens_at_is_refused_in_words(own_database):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the server itself does
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            [sys.executable, "-m", "zhiyin", "serve", "--port", port],
            env=os.environ | {"ZHIYIN_DB_NAME": own_database},
            capture_output=True,
            text=True,
            timeout=ENOUGH_S,
            check=False,
        )
    assert refused.returncode == 2
    assert f"Cannot listen at 127.0.0.1:{port}" in refused.stderr


def held_up(database, people, browser, page):
    """What three people are answered who were all waiting for the same table at one moment."""
    owner = psycopg.connect(addresses.url("owner"), dbname=database)
    with owner, psycopg.connect(addresses.url("owner"), dbname=database, autocommit=True) as eyes:
        owner.execute("LOCK TABLE brands_brand IN ACCESS EXCLUSIVE MODE")
        asked = [people.submit(browser.get, page) for _ in range(3)]
        until = monotonic() + ENOUGH_S
        while eyes.execute(WAITING).fetchone() != (3,):
            assert monotonic() < until, "three requests never held three connections"
        owner.rollback()
        return [one.result().status_code for one in asked]
