"""The decision board on a phone: she compares on one question, a friend votes, she decides."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Served
from tests.browser.staging import SLUG
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import Category
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.domain.members import operations as members
from zhiyin.storage.tenancy import brand_tx

QUESTION = "我160，100斤，会不会显脖子短？"
SHOWN = "会不会显脖子短？"
SAID = (
    (
        "V 领拉长脖子，脖子短的我穿着不显脖子短。",
        "胸口平，不显脖子短。",
        "不会显脖子短，就是有点长。",
    ),
    ("领口高，显脖子短。", "好看，料子软。", "裙摆正好到小腿。"),
)


@pytest.fixture(scope="module")
def two(backstage: None) -> list[UUID]:
    """Two dresses of the demo, of which three wearers like her have written."""
    now = datetime.now(UTC)
    brand = tenants.brand_by_slug(slug=SLUG)
    with brand_tx(brand.id):
        dresses = goods.products(brand_id=brand.id, category=Category.DRESS, limit=2).products
        shows = [
            ShowFacts(
                product_id=dress.id,
                author_id=members.create_member(brand_id=brand.id, now=now),
                color=dress.skus[0].color,
                size_code=dress.skus[0].size_code,
                fit=FitVerdict.FIT,
                rating=9,
                text_zh=text,
                worn_at=now,
                source=ShowSource.IMPORT,
                external_ref=f"board-{at}-{n}",
                facts={"height_cm": 160 + n, "weight_kg": 50 + n, "body_shape": "pear"},
            )
            for at, (dress, texts) in enumerate(zip(dresses, SAID, strict=True))
            for n, text in enumerate(texts)
        ]
        content.save_shows(brand_id=brand.id, shows=shows, state=ShowState.PUBLISHED, now=now)
    return [dress.id for dress in dresses]


@pytest.fixture
def friend(browser: Browser, shop_server: Served) -> Iterator[BrowserContext]:
    """Another phone, which knows nothing of hers."""
    context = browser.new_context(
        base_url=shop_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    yield context
    context.close()


def made(phone: Page, two: list[UUID]) -> None:
    """From a product's page to a board of two with her question."""
    phone.goto(f"/s/{SLUG}/products/{two[0]}/")
    phone.get_by_role("link", name="和另一件比一比").click()
    name = phone.locator(".board__name").inner_text()
    phone.goto(f"{phone.url}&product={two[1]}")
    expect(phone.locator(".board__name").first).to_have_text(name)
    phone.get_by_label("我的问题").fill(QUESTION)
    phone.get_by_role("button", name="做决策板").click()


def test_she_compares_on_her_question_a_friend_votes_and_she_decides(
    phone: Page, friend: BrowserContext, two: list[UUID]
) -> None:
    made(phone, two)
    expect(phone.get_by_role("heading", level=1)).to_have_text(QUESTION)
    first, second = phone.locator(".board-answer").all()
    expect(first.locator(".board-answer__says")).to_have_text(
        re.compile(r"3 位和你体型相近的人写了话，3 位提到：3 位说不会。")
    )
    expect(first.locator(".note--thin")).to_have_count(0)
    expect(second.locator(".board-answer__says")).to_have_text(
        re.compile(r"3 位和你体型相近的人写了话，1 位提到：1 位说会。")
    )
    expect(second.locator(".note--thin")).to_contain_text("只有 1 位明确说了，证据还少。")
    expect(second.locator(".note--thin").get_by_role("link", name="问问和你像的人")).to_be_visible()
    first.locator("summary").click()
    expect(first.locator(".show")).to_have_count(3)
    expect(first.locator(".show .person__line").first).to_contain_text(
        "和你很像 · 160 cm · 47–53 kg"
    )
    expect(phone.get_by_text("朋友看到的问题")).to_contain_text(SHOWN)

    theirs = friend.new_page()
    theirs.goto(phone.get_by_label("给朋友的链接").input_value())
    expect(theirs.get_by_role("heading", level=1)).to_have_text(SHOWN)
    words = theirs.locator("main").inner_text()
    assert not re.search(r"160|100斤|50 kg|像|体型|位", words), words
    theirs.get_by_role("radio").nth(1).check()
    theirs.get_by_label("想对她说的").fill("<b>第二件</b> 更衬你")
    theirs.get_by_role("button", name="投票").click()
    expect(theirs.get_by_role("button", name="改我的票")).to_be_visible()
    theirs.get_by_role("radio").nth(0).check()
    theirs.get_by_role("button", name="改我的票").click()
    expect(theirs.locator(".board__item").nth(0)).to_contain_text("1 票")
    expect(theirs.locator(".board__item").nth(1)).to_contain_text("0 票")

    phone.reload()
    expect(phone.locator(".board__item").nth(0)).to_contain_text("1 票")
    expect(phone.get_by_text("<b>第二件</b> 更衬你")).to_be_visible()
    phone.get_by_role("button", name=re.compile("^就选这件")).first.click()
    expect(phone.locator(".board__item--chosen")).to_contain_text("我选的")
    answered = theirs.reload()
    assert answered is not None
    assert answered.status == 409
    expect(theirs.get_by_text("投票结束了").last).to_be_visible()
    assert "脖子短" not in theirs.content()


def test_she_copies_the_link_takes_a_vote_off_and_deletes_the_board(
    phone: Page, friend: BrowserContext, two: list[UUID]
) -> None:
    made(phone, two)
    phone.get_by_role("button", name="复制").click()
    expect(phone.get_by_role("button", name="已复制")).to_be_visible()
    theirs = friend.new_page()
    theirs.goto(phone.get_by_label("给朋友的链接").input_value())
    theirs.get_by_role("radio").first.check()
    theirs.get_by_role("button", name="投票").click()
    phone.reload()
    phone.get_by_role("button", name=re.compile("^拿掉这一票")).click()
    expect(phone.get_by_text("还没有人投票。")).to_be_visible()
    phone.get_by_text("删除决策板").click()
    phone.get_by_role("button", name="删除", exact=True).click()
    expect(phone.get_by_text("已删除，连同上面的投票。")).to_be_visible()
    phone.goto(f"/s/{SLUG}/boards/")
    expect(phone.get_by_text("还没有在比的")).to_be_visible()


def test_the_boards_speak_english_too(phone: Page, two: list[UUID]) -> None:
    phone.goto(f"/s/{SLUG}/boards/new/?product={two[0]}&product={two[1]}")
    phone.get_by_role("button", name="English").click()
    phone.get_by_label("My question").fill("Does it fit?")
    phone.get_by_role("button", name="Make the board").click()
    expect(phone.locator(".board-answer__says").first).to_have_text(
        re.compile(r"^\d+ people said: \d+ it fits, \d+ it runs small, \d+ large\.$")
    )
