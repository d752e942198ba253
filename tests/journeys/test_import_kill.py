"""Kill -9 of an import, and of PostgreSQL under it: a re-run ends in the same rows."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import migrated
from tests.cast import NOW, make_brand
from tests.journeys import importing_files as files
from tests.journeys.import_contents import contents
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard, ImportKind, ImportState
from zhiyin.flows.importing import loading
from zhiyin.interfaces.cli.importing import import_file
from zhiyin.storage import embedded
from zhiyin.storage.tenancy import brand_tx

PEOPLE, SHOWS, ROWS_AT_ONCE = 700, 900, 50
KILLS = {"members": 2, "reviews": 1}
LOOK_AGAIN_SECONDS = 0.01


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Files of a shop, a broken row in the first and in the last batch of each long one."""
    people = files.member_rows(PEOPLE)
    for n, row in enumerate(people):
        if n % 10:
            row |= {"height": "", "weight": ""}
    people[30]["height"] = people[PEOPLE - 2]["height"] = "16"
    shows = files.review_rows(SHOWS, members=20)
    shows[3]["day"] = shows[SHOWS - 2]["day"] = "soon"
    files.written(tmp_path, "stores")
    files.written(tmp_path, "products")
    files.written(tmp_path, "members", people)
    files.written(tmp_path, "purchases", files.purchase_rows(100, members=20))
    files.written(tmp_path, "reviews", shows)
    return tmp_path


def import_quietly(folder: Path, brand: BrandCard, *kinds: str, after: int = 0) -> None:
    """Load files to their end, undisturbed, in batches of the usual size.

    `after`: how many rows of them were loaded before.
    """
    for kind in kinds:
        path = folder / f"{kind}.csv"
        source = loading.look_at(
            brand_id=brand.id,
            zone=brand.time_zone,
            path=path,
            file_name=path.name,
            kind=ImportKind(kind),
            mapping=files.KINDS[kind],
            language="en",
        )
        opened = loading.open_run(source, now=NOW)
        assert opened.rows_read == after
        run = loading.load(source, opened, now=NOW)
        assert run.state is ImportState.DONE


def importing(folder: Path, kind: str, slug: str, **environment: str) -> subprocess.Popen[str]:
    """Begin `zhiyin import` in small batches, so that a kill lands in the middle of the file."""
    words = ["import", str(folder / f"{kind}.csv"), "--brand", slug, "--kind", kind]
    words += ["--mapping", str(folder / f"{kind}.json"), "--json"]
    words += ["--rows-at-once", str(ROWS_AT_ONCE)]
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


def importing_here(folder: Path, kind: str, slug: str) -> BaseProcess:
    """The same, in a copy of this process: what starts at once can be killed more often."""
    connection.close()
    connection.close_pool()
    words = [str(folder / f"{kind}.csv"), "--brand", slug, "--kind", kind]
    words += ["--mapping", str(folder / f"{kind}.json"), "--json"]
    words += ["--rows-at-once", str(ROWS_AT_ONCE)]
    process = get_context("fork").Process(target=import_file.main, args=(words,))
    process.start()
    return process


def killed_further_on(process: BaseProcess, before: int, rows_read: Callable[[], int]) -> int:
    """Wait until the import is past `before` rows, kill, and say how far it had come."""
    while process.is_alive() and rows_read() <= before:
        process.join(LOOK_AGAIN_SECONDS)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return rows_read()


def test_an_import_that_is_killed_again_and_again_ends_in_the_same_rows(own_database, shop):
    quiet, disturbed = make_brand("cedar"), make_brand("maple")
    import_quietly(shop, quiet, *files.KINDS)

    def rows_read(kind: str) -> int:
        with brand_tx(disturbed.id):
            found, _ = brands.import_runs(brand_id=disturbed.id)
        return next((run.rows_read for run in found if run.kind == kind), 0)

    for kind in files.KINDS:
        seen = [0]
        for _ in range(KILLS.get(kind, 0)):
            process = importing_here(shop, kind, "maple")
            seen.append(killed_further_on(process, seen[-1], partial(rows_read, kind)))
        assert seen == sorted(set(seen))
        assert seen[-1] < {"members": PEOPLE, "reviews": SHOWS}.get(kind, 1)
        import_quietly(shop, disturbed, kind, after=seen[-1])
    found = contents(disturbed.id, members=PEOPLE)
    expected = contents(quiet.id, members=PEOPLE)
    assert {table: len(rows) for table, rows in found.items()} == {
        table: len(rows) for table, rows in expected.items()
    }
    assert found == expected
    assert (len(found["shows"]), len(found["problems"])) == (SHOWS - 2, 4)


def test_postgresql_killed_under_an_import_ends_in_the_same_rows(own_database, tmp_path, shop):
    quiet = make_brand("cedar")
    import_quietly(shop, quiet, "members")
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
        migrated.lay(state / "postgres")
        embedded.ensure(state / "postgres")
        run("tests.journeys.import_contents", "make", "maple")
        process = importing(shop, "members", "maple", **here)
        pid = status().pid
        while is_alive(process) and rows_read() == 0:
            pass
        os.kill(pid, signal.SIGKILL)
        _, complaint = process.communicate()
        assert process.returncode != 0, complaint
        answer = finished(importing(shop, "members", "maple", **here))
        assert 0 < int(str(answer["resumed_at_row"])) < PEOPLE
        shown = json.loads(run("tests.journeys.import_contents", "show", "maple", str(PEOPLE)))
    finally:
        embedded.remove(state / "postgres")
    assert shown["members"] == [[PEOPLE - 2]]
    assert shown == json.loads(json.dumps(contents(quiet.id, members=PEOPLE)))
