"""How many members, each with five body facts and a phone, does one process import a second?

Run: make bench NAME=import_members ARGS="[--rows 20000]"

A brand and a PostgreSQL of the run's own, with the disk waited for as in a shop. The file is CSV,
so reading and checking the cells is counted; migrating the database is not. Once into an empty
brand, once more with every row there already (`--again`). Prints one JSON line.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MAPPING: dict[str, Any] = {
    "columns": {
        "id": "external_id",
        "name": "nickname",
        "phone": "phone",
        "height": "height_cm",
        "weight": {"field": "weight_kg", "unit": "jin"},
        "waist": "waist_cm",
        "hip": "hip_cm",
        "shape": "body_shape",
    },
    "consent": {"text_version": "2025-03", "obtained": "2025-03-01"},
}


def write(path: Path, rows: int) -> None:
    """Members of plausible bodies; a fifth of the shapes are pears."""
    shapes = ("pear", "rectangle", "hourglass", "apple", "inverted_triangle")
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(MAPPING["columns"]) + "\n")
        for n in range(rows):
            body = (150 + n % 35, 90 + n % 60, 60 + n % 30, 85 + n % 25, shapes[n % 5])
            file.write(f"m{n},会员{n},138{n:08d}," + ",".join(map(str, body)) + "\n")


def seconds(brand_id: UUID, path: Path, *, again: bool) -> tuple[float, float]:
    """How long one run over the whole file takes, from the first look at it to its end.

    By the wall, and of this process alone.
    """
    from zhiyin.domain.brands.types import ImportKind
    from zhiyin.flows.importing import loading

    began, own = time.perf_counter(), time.process_time()
    source = loading.look_at(
        brand_id=brand_id,
        zone="Asia/Shanghai",
        path=path,
        file_name=path.name,
        kind=ImportKind.MEMBERS,
        mapping=MAPPING,
        language="en",
    )
    run = loading.load(source, loading.open_run(source, now=NOW, again=again), now=NOW)
    took = time.perf_counter() - began, time.process_time() - own
    assert run.rows_bad == 0
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="zhiyin-bench-") as state:
        os.environ |= {"ZHIYIN_STATE": state, "DJANGO_SETTINGS_MODULE": "zhiyin.project.settings"}
        from zhiyin.storage import addresses, embedded

        addresses.start()
        try:
            subprocess.run([sys.executable, "-m", "zhiyin", "db", "migrate"], check=True)
            import django

            django.setup()
            from zhiyin.domain.brands import operations

            brand_id = operations.create_brand(
                slug="cedar", name_zh="雪松", name_en="Cedar", is_demo=False, now=NOW
            )
            path = Path(state) / "members.csv"
            write(path, rows)
            new, again = (seconds(brand_id, path, again=again) for again in (False, True))
        finally:
            embedded.remove(addresses.CLUSTER)
    found = {"new_rows_per_s": round(rows / new[0]), "again_rows_per_s": round(rows / again[0])}
    found["new_rows_per_s_of_its_own_cpu"] = round(rows / new[1])
    machine = {"cpus": os.cpu_count(), "python": platform.python_version()}
    print(json.dumps({"bench": "import_members", "rows": rows, **found, **machine}))
    # 2 cores with three other test runs on them: 764 to 874 new rows/s, 326 with eight; of its own
    # CPU 1,840 (a row takes 0.54 ms of Python, and PostgreSQL about 0.35 beside it). It was 56 when
    # each row had a dozen statements of its own.


if __name__ == "__main__":
    main()
