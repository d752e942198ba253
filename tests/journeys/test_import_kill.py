"""Kill -9 of an import, and of PostgreSQL under it: a re-run ends in the same rows."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.cast import make_brand
from tests.journeys import importing_files as files
from tests.journeys.import_contents import contents
from zhiyin.domain.brands import queries as brands
from zhiyin.storage import embedded
from zhiyin.storage.tenancy import brand_tx

PEOPLE, SHOWS, KILLS = 2_600, 3_500, 2
LOOK_AGAIN_SECONDS = 0.02


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Files of a shop, a broken row in the first and in the last batch of each long one."""
    people = files.member_rows(PEOPLE)
    for n, row in enumerate(people):
        if n % 10:
            row |= {"height": "", "weight": ""}
    people[60]["height"] = people[PEOPLE - 2]["height"] = "16"
    shows = files.review_rows(SHOWS, members=50)
    shows[3]["day"] = shows[SHOWS - 2]["day"] = "soon"
    files.written(tmp_path, "stores")
    files.written(tmp_path, "products")
    files.written(tmp_path, "members", people)
    files.written(tmp_path, "purchases", files.purchase_rows(500, members=50))
    files.written(tmp_path, "reviews", shows)
    return tmp_path


def importing(folder: Path, kind: str, slug: str, **environment: str) -> subprocess.Popen[str]:
    words = ["import", str(folder / f"{kind}.csv"), "--brand", slug, "--kind", kind]
    words += ["--mapping", str(folder / f"{kind}.json"), "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "zhiyin", *words],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_alive(process: subprocess.Popen[str]) -> bool:
    """Whether it still runs after a moment."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(LOOK_AGAIN_SECONDS)
    return process.returncode is None


def finished(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate()
    assert process.returncode == 0, err
    found: dict[str, object] = json.loads(out)
    return found


def killed_further_on(
    process: subprocess.Popen[str],
    before: int,
    rows_read: Callable[[], int],
    kill: Callable[[], None],
) -> int:
    """Wait until the import is past `before` rows, kill, and say how far it had come."""
    while is_alive(process) and rows_read() <= before:
        pass
    kill()
    process.communicate()
    return rows_read()


def test_an_import_that_is_killed_again_and_again_ends_in_the_same_rows(own_database, shop):
    quiet, disturbed = make_brand("cedar"), make_brand("maple")
    for kind in files.KINDS:
        assert finished(importing(shop, kind, "cedar", ZHIYIN_DB_NAME=own_database))["rows"]

    def rows_read(kind: str) -> int:
        with brand_tx(disturbed.id):
            found, _ = brands.import_runs(brand_id=disturbed.id)
        return next((run.rows_read for run in found if run.kind == kind), 0)

    seen = []
    for kind in files.KINDS:
        for _ in range(KILLS if kind in ("members", "reviews") else 0):
            process = importing(shop, kind, "maple", ZHIYIN_DB_NAME=own_database)
            seen.append(
                killed_further_on(
                    process,
                    rows_read(kind),
                    lambda kind=kind: rows_read(kind),
                    process.kill,
                )
            )
        finished(importing(shop, kind, "maple", ZHIYIN_DB_NAME=own_database))
    assert any(0 < rows < PEOPLE for rows in seen[:KILLS])
    assert any(0 < rows < SHOWS for rows in seen[KILLS:])
    found = contents(disturbed.id, members=PEOPLE)
    expected = contents(quiet.id, members=PEOPLE)
    assert {table: len(rows) for table, rows in found.items()} == {
        table: len(rows) for table, rows in expected.items()
    }
    assert found == expected
    assert (len(found["shows"]), len(found["problems"])) == (SHOWS - 2, 4)


def test_postgresql_killed_under_an_import_ends_in_the_same_rows(tmp_path, shop):
    state = tmp_path / "state"
    here = {"ZHIYIN_STATE": str(state), "PYTHONPATH": str(Path(__file__).parents[2])}

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            env=os.environ | here,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status() -> embedded.Status:
        found = embedded.status(state / "postgres")
        assert found is not None
        return found

    def rows_read() -> int:
        with psycopg.connect(status().admin_url.replace("/postgres?", "/zhiyin?")) as session:
            row = session.execute(
                "SELECT coalesce(max(rows_read), 0) FROM brands_importrun r"
                " JOIN brands_brand b ON b.id = r.brand_id"
                " WHERE b.slug = 'maple' AND r.kind = 'members'"
            ).fetchone()
            return int(row[0]) if row else 0

    try:
        run("zhiyin", "db", "start")
        run("zhiyin", "db", "migrate")
        for slug in ("cedar", "maple"):
            run("tests.journeys.import_contents", "make", slug)
        finished(importing(shop, "members", "cedar", **here))
        process = importing(shop, "members", "maple", **here)
        pid = status().pid
        while is_alive(process) and rows_read() == 0:
            pass
        os.kill(pid, signal.SIGKILL)
        _, complaint = process.communicate()
        assert process.returncode != 0, complaint
        answer = finished(importing(shop, "members", "maple", **here))
        assert 0 < int(str(answer["resumed_at_row"])) < PEOPLE
        shown = [
            json.loads(run("tests.journeys.import_contents", "show", slug, str(PEOPLE)))
            for slug in ("cedar", "maple")
        ]
        assert shown[0]["members"] == [[PEOPLE - 2]]
        assert shown[0] == shown[1]
    finally:
        embedded.remove(state / "postgres")
