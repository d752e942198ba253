"""What every template must keep so that the content policy lets the page through."""

import re
from pathlib import Path

INTERFACES = Path(__file__).resolve().parents[1]
TEMPLATES = sorted(INTERFACES.glob("*/templates/**/*.html"))
ICONS = set(
    re.findall(r'<symbol id="(\w+)"', (INTERFACES / "static" / "zhiyin" / "icons.svg").read_text())
)


def test_no_template_carries_a_style_or_a_script_of_its_own() -> None:
    assert TEMPLATES
    inline = re.compile(
        r'\sstyle\s*=|\son\w+\s*=\s*["\']|<style\b|<script(?![^>]*\ssrc=)|hx-on|javascript:'
    )
    found = {
        str(t.relative_to(INTERFACES)): m[0]
        for t in TEMPLATES
        if (m := inline.search(t.read_text()))
    }
    assert found == {}


def test_every_icon_that_a_template_names_is_drawn() -> None:
    named = re.compile(r'parts/icon\.html" with name="(\w+)"|\bicon="(\w+)"')
    names = {a or b for t in TEMPLATES for a, b in named.findall(t.read_text())}
    assert names
    assert names <= ICONS
