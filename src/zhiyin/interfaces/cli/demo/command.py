"""`zhiyin demo`: the main job on the demo world, then a server to look around in."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from zhiyin.interfaces.cli import journey
from zhiyin.interfaces.cli.serve import refuse_taken
from zhiyin.storage import addresses

NEEDS = (
    "160，100斤，梨形，小腿粗，下个月参加婚礼，想显瘦，配我的米色鞋，400以内",
    "5'4\", 140 lbs, pear shaped, need a dress for a summer wedding that hides my upper arms,"
    " no black",
)
BRAND = "anning"
STOPS_WITHIN_S = 10.0

screen = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--serve/--no-serve", default=True, help="Serve the pages when the picks are shown.")
@click.option("--port", default=8000, show_default=True)
def demo(serve: bool, port: int) -> None:
    """Load two demo brands, answer two needs, buy in a group, and serve the shop and the console.

    Starts what it needs and nothing else; may be repeated, and begins again where it left off.
    """
    if serve:
        refuse_taken("127.0.0.1", port)
    began = time.monotonic()
    _step("PostgreSQL", "its own, embedded" if addresses.is_embedded() else "yours")
    started = addresses.start()
    try:
        _migrate()
        os.environ["ZHIYIN_DEMO"] = "1"
        import django

        django.setup()
        _load(datetime.now(UTC))
        for text in NEEDS:
            _decide(text, datetime.now(UTC))
        journey.play(BRAND)
        screen.print(f"\n[dim]{time.monotonic() - began:.0f} s[/]")
        if serve:
            _serve(port)
        else:
            screen.print("[dim]To look around in it, with logins: make demo[/]")
    finally:
        if started:
            addresses.stop()


def _step(name: str, words: str) -> None:
    screen.print(f"[bold]{name:<12}[/] {words}")


def _migrate() -> None:
    subprocess.run([sys.executable, "-m", "zhiyin", "db", "migrate"], check=True)


def _load(now: datetime) -> None:
    from django.conf import settings

    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.matching import operations as matching
    from zhiyin.domain.matching import queries as matches
    from zhiyin.interfaces.cli.demo import kocs, loader, sales
    from zhiyin.storage.tenancy import brand_tx

    with Progress(
        TextColumn("[bold]{task.fields[name]:<12}[/] {task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=screen,
    ) as progress:
        world = progress.add_task("demo world (示例)", name="Brands", total=None)
        slugs = loader.load(now)
        for slug in slugs:
            kocs.koc_logins(slug=slug, now=now)
            sales.on_sale(brand_id=brands.brand_by_slug(slug=slug).id, now=now)
        progress.update(world, total=1, completed=1)
        for slug in slugs:
            brand = brands.brand_by_slug(slug=slug)
            with brand_tx(brand.id):
                trained = matches.trained_models(brand_id=brand.id, limit=1)
            if trained and _answers(brand.id, now):
                continue
            training = progress.add_task(f"training {brand.name_en}", name="Models", total=1.0)
            measuring = progress.add_task(
                matching.MEASURE, name="", total=None, visible=False, start=False
            )

            def told(step: str, done: float, bars: Any = (training, measuring)) -> None:
                progress.update(bars[0], completed=done)
                if step == matching.MEASURE:
                    progress.start_task(bars[1])
                    progress.update(bars[1], visible=True)

            matching.train(brand_id=brand.id, folder=settings.MODEL_FOLDER, now=now, progress=told)
            progress.update(measuring, total=1.0, completed=1.0)


def _answers(brand_id: Any, now: datetime) -> bool:
    """Whether the model can be read. One that an earlier version of the software made may not."""
    from django.conf import settings

    from zhiyin.domain.audience.types import NeedSlots
    from zhiyin.domain.matching.types import NothingToPick, NotTrained
    from zhiyin.flows import decide
    from zhiyin.kit.errors import DomainError, Kind
    from zhiyin.storage.tenancy import brand_tx

    try:
        with brand_tx(brand_id):
            decide.answer_need(
                brand_id=brand_id,
                asker=decide.Asker(),
                folder=settings.MODEL_FOLDER,
                now=now,
                slots=NeedSlots(),
            )
    except NothingToPick:
        return True
    except NotTrained:
        return False
    except DomainError as refusal:
        if refusal.kind is not Kind.UNAVAILABLE:
            raise
        return False
    return True


def _decide(text: str, now: datetime) -> None:
    from django.conf import settings

    from zhiyin.domain.audience import queries as audience
    from zhiyin.domain.audience.reading.reader import read
    from zhiyin.domain.brands import queries as brands
    from zhiyin.flows import decide
    from zhiyin.kit.times import day_of
    from zhiyin.storage.tenancy import brand_tx

    brand = brands.brand_by_slug(slug=BRAND)
    with brand_tx(brand.id):
        taxonomy = audience.taxonomy(brand_id=brand.id)
        reading = read(text, taxonomy, day_of(now, brand.time_zone))
        answered = decide.answer_need(
            brand_id=brand.id,
            asker=decide.Asker(),
            folder=settings.MODEL_FOLDER,
            now=now,
            slots=reading.slots,
        )
        _print_answer(brand.id, text, reading, taxonomy, answered.answer)


def _print_answer(brand_id: Any, text: str, reading: Any, taxonomy: Any, answer: Any) -> None:
    from zhiyin.domain.catalog import queries as catalog
    from zhiyin.domain.kocs import queries as kocs
    from zhiyin.interfaces import chips, wording
    from zhiyin.kit.money import format_cny
    from zhiyin.kit.text import has_han

    language = "zh-hans" if has_han(text) else "en"
    english = language == "en"
    products = catalog.products_by_id(
        brand_id=brand_id,
        product_ids=[item.product_id for pick in answer.picks for item in pick.items],
    )
    people = kocs.kocs_by_id(
        brand_id=brand_id, koc_ids=[pick.koc_id for pick in answer.picks if pick.koc_id]
    )
    screen.print(f"\n[bold]“{text}”[/]")
    heard = chips.rows(reading.slots, taxonomy=taxonomy, language=language)
    screen.print("  " + "  ".join(f"[reverse] {chip.label} [/]" for chip in heard))
    table = Table(show_header=False, box=None, padding=(0, 1), pad_edge=True)
    for rank, pick in enumerate(answer.picks, start=1):
        koc = people.get(pick.koc_id)
        names = [
            (products[i.product_id].name_en if english else products[i.product_id].name_zh)
            + (f" {i.size_label}" if i.size_code else "")
            for i in pick.items
        ]
        who = (koc.name_en if english else koc.name_zh) if koc else "-"
        table.add_row(
            f"[bold]{rank}[/]",
            f"{who} {pick.likeness_bps / 100:.0f}%" if pick.likeness_bps else who,
            " + ".join(names),
            format_cny(pick.total_fen, language),
        )
        for reason in pick.reasons:
            sentence = wording.reason(reason, taxonomy=taxonomy, language=language)
            table.add_row("", "", f"[dim]· {sentence}[/]", "")
    screen.print(table)


def _serve(port: int) -> None:
    from zhiyin.interfaces.cli.demo.kocs import koc_logins
    from zhiyin.interfaces.cli.demo.staff import demo_login

    now = datetime.now(UTC)
    login = demo_login(now)
    here = f"http://127.0.0.1:{port}"
    screen.print()
    _step("shop", f"{here}/s/{BRAND}/   as a guest, or with any phone: the code appears below")
    for koc in koc_logins(slug=BRAND, now=now)[:1]:
        address = f"{here}/s/{BRAND}/sign-in/?next=/s/{BRAND}/koc/"
        _step("KOC", f"{address}   in another browser: {koc.name}, {koc.phone}")
    _step("console", f"{here}/console/   {login.name} / {login.password} / {login.six_digits}")
    _step("API docs", f"{here}/api/v1/docs")
    screen.print("[dim]Ctrl-C stops it. New six digits: .venv/bin/zhiyin staff code demo[/]\n")
    # In sessions of their own: the terminal's Ctrl-C comes to this process alone, which tells each
    # of them once. A server that is told by both at once may miss it and go on.
    worker = subprocess.Popen([sys.executable, "-m", "zhiyin", "worker"], start_new_session=True)
    serving = get_context("fork").Process(target=_serve_apart, args=(port,))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serving.start()
        serving.join()
    except KeyboardInterrupt:
        screen.print("[dim]stopping[/]")
    finally:
        serving.terminate()
        worker.terminate()
        serving.join(STOPS_WITHIN_S)
        if serving.is_alive():
            os.killpg(serving.pid or 0, signal.SIGKILL)
        worker.wait()


def _serve_apart(port: int) -> None:
    from zhiyin.interfaces.cli.serve import server

    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    server(host="127.0.0.1", port=port, workers=1).serve()
