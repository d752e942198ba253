"""`zhiyin import` as a developer runs it in a terminal: three kinds of file, and a progress bar."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cast import make_brand
from tests.journeys import importing_files as files
from zhiyin.domain.brands import queries as brands
from zhiyin.storage.tenancy import brand_tx

STORES = 3


def in_a_terminal(*words: str, database: str) -> tuple[str, str]:
    """Run `zhiyin` with a terminal as its stderr. Returns stdout and what the terminal showed."""
    ours, its = pty.openpty()
    ran = subprocess.run(
        [sys.executable, "-m", "zhiyin", *words],
        env=os.environ | {"ZHIYIN_DB_NAME": database, "TERM": "xterm", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=its,
        text=True,
        check=True,
    )
    os.close(its)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return ran.stdout, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_file_of_another_kind_loads_with_a_progress_bar(
    own_database: str, tmp_path: Path, suffix: str
) -> None:
    brand = make_brand("cedar")
    rows = files.store_rows(STORES)
    files.written(tmp_path, "stores", rows)
    path = tmp_path / f"stores.{suffix}"
    if suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    words = ["import", str(path), "--brand", "cedar", "--kind", "stores"]
    said, shown = in_a_terminal(
        *words, "--mapping", str(tmp_path / "stores.json"), database=own_database
    )
    assert said == f"{STORES} rows loaded, 0 bad\n"
    assert path.name in shown
    assert f"{STORES}/{STORES}" in shown
    with brand_tx(brand.id):
        assert brands.stores(brand_id=brand.id).total == STORES
