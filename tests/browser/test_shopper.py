"""The shopper's path in a real browser: she types, corrects a chip, and opens a pick."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NEED = "160，100斤，梨形，小腿粗，下个月参加婚礼，想显瘦，配我的米色鞋，400以内"


def ask(page: Page, need: str = NEED) -> None:
    """Type a need and wait for the picks."""
    page.goto("/s/anning/")
    page.get_by_role("textbox").fill(need)
    page.get_by_role("button", name="帮我决定").click()
    expect(page.locator("article.pick")).to_have_count(3)


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{finding['id']}: {[node['target'] for node in finding['nodes']]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


def test_she_sees_what_was_understood_and_three_picks(phone: Page) -> None:
    ask(phone)
    chips = phone.locator(".chip").all_inner_texts()
    for words in ("160 cm", "50 kg", "梨形", "小腿粗", "婚礼", "显瘦", "米色鞋", "≤ ¥400"):
        assert any(words in chip for chip in chips), words
    first = phone.locator("article.pick").first
    expect(first.locator(".reason").first).to_be_visible()
    expect(first.locator(".price")).to_have_text(re.compile(r"¥\d+"))


def test_removing_a_chip_answers_anew(phone: Page) -> None:
    ask(phone)
    before = phone.locator(".chip").count()
    phone.get_by_role("button", name=re.compile("小腿粗")).click()
    expect(phone.locator(".chip")).to_have_count(before - 1)
    expect(phone.locator("article.pick")).to_have_count(3)
    assert "小腿粗" not in " ".join(phone.locator(".chip").all_inner_texts())


def test_a_pick_opens_to_its_reasons_and_its_wearers(phone: Page) -> None:
    ask(phone)
    phone.locator("article.pick").first.get_by_role("link", name="看看理由").click()
    expect(phone.get_by_role("heading", name="为什么是它")).to_be_visible()
    expect(phone.locator(".show")).not_to_have_count(0)


@pytest.mark.parametrize("path", ["/s/anning/", "/s/anning/browse/", "/s/anning/sign-in/"])
def test_a_page_has_no_serious_finding(phone: Page, path: str) -> None:
    phone.goto(path)
    assert serious_findings(phone) == []


def test_the_answer_has_no_serious_finding(phone: Page) -> None:
    ask(phone)
    assert serious_findings(phone) == []


def test_nothing_scrolls_sideways_at_360_px(phone: Page) -> None:
    phone.set_viewport_size({"width": 360, "height": 740})
    ask(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_chinese_is_drawn_with_glyphs(phone: Page) -> None:
    """A missing glyph is drawn as the same box for every character."""
    phone.goto("/s/anning/")
    widths_of_ink = phone.evaluate(
        """() => [...'知音显瘦'].map(character => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 40;
            const pen = canvas.getContext('2d');
            pen.font = '32px sans-serif';
            pen.fillText(character, 2, 34);
            return pen.getImageData(0, 0, 40, 40).data.filter(byte => byte > 128).length;
        })"""
    )
    assert len(set(widths_of_ink)) == 4
    assert min(widths_of_ink) > 0
