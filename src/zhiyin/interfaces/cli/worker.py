"""`zhiyin worker` runs the jobs; `zhiyin reap` takes back those of workers that died."""

import asyncio
import os

import click

from zhiyin.interfaces.cli.output import print_json
from zhiyin.storage import addresses

SILENT_AFTER_SECONDS = 30


@click.command()
@click.option("--once", is_flag=True, help="Stop when no job is left.")
@click.option("--queue", "queues", multiple=True, help="Only jobs of this queue; may be repeated.")
def worker(once: bool, queues: tuple[str, ...]) -> None:
    """Answer events and keep the clock's appointments, until Ctrl-C."""
    addresses.start()
    import django

    django.setup()
    work(once=once, queues=queues)


def work(*, once: bool, queues: tuple[str, ...] = ()) -> None:
    """Run jobs in this process: until a signal, or `once` until none is left.

    `queues`: of these only; none named, of all.
    """
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(
            queues=list(queues) or None,
            wait=not once,
            install_signal_handlers=True,
            listen_notify=not once,
        )


@click.command()
def reap() -> None:
    """Give the jobs of dead workers back to the queue. Run it from cron, every minute.

    Prints {"reaped": how many}. A job may run a second time; every job allows that.
    """
    addresses.start()
    os.environ["ZHIYIN_DB_ROLE"] = "system"
    import django

    django.setup()
    print_json({"reaped": asyncio.run(_reap())})


async def _reap() -> int:
    from django.utils import timezone
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        async with working.open_async():
            stalled = list(
                await working.job_manager.get_stalled_jobs(
                    seconds_since_heartbeat=SILENT_AFTER_SECONDS
                )
            )
            for job in stalled:
                await working.job_manager.retry_job(job, retry_at=timezone.now())
            return len(stalled)
