"""Where the database is: the operator's three addresses, or the embedded server's socket.

A process signs in as one role: `web` serves people, `system` runs the reaper, `owner` migrates.
"""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from zhiyin.storage import embedded, roles

VARIABLES = {
    "web": "DATABASE_URL",
    "owner": "DATABASE_OWNER_URL",
    "system": "DATABASE_SYSTEM_URL",
}
REPOSITORY = Path(__file__).resolve().parents[3]
STATE = Path(os.environ.get("ZHIYIN_STATE", REPOSITORY / "var"))
CLUSTER = STATE / "postgres"
NAME = os.environ.get("ZHIYIN_DB_NAME", roles.DATABASE)


def is_embedded() -> bool:
    """Whether the project runs its own PostgreSQL, which it does until told an address."""
    return not os.environ.get(VARIABLES["web"])


def start() -> bool:
    """Bring the embedded server up, if it is ours to run. Says whether this call started it."""
    if not is_embedded():
        return False
    was_running = embedded.status(CLUSTER) is not None
    embedded.ensure(CLUSTER, database=NAME)
    return not was_running


def stop() -> None:
    """Stop the embedded server, if it is ours and running."""
    if is_embedded():
        embedded.stop(CLUSTER)


def remove() -> None:
    """Stop the embedded server, if it is ours, and delete everything in it."""
    if is_embedded():
        embedded.remove(CLUSTER)


def url(role: str) -> str:
    """The address that a process of this role connects to; empty while nothing runs."""
    if not is_embedded():
        return os.environ[VARIABLES[role]]
    running = embedded.status(CLUSTER)
    if running is None:
        return ""
    found = roles.addresses(admin_url=running.admin_url, database=NAME, passwords={})
    return {"web": found.web, "owner": found.owner, "system": found.system}[role]


def database(role: str) -> dict[str, Any]:
    """Django's description of that address. Connections are pooled and checked before use."""
    parts = conninfo_to_dict(url(role))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", NAME),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }
