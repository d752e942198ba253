"""The match lab's last panel: what the figures say, and what they do not allow to say."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.cast import NOW
from zhiyin.domain.matching.models import TrainedModel
from zhiyin.interfaces.console.measured import measured

BASIS = {"from_day": 17_022, "garments": 23, "rows": 3_150, "choices": 563, "is_sample": False}


def figures(more: float, garments: int = 23) -> dict[str, object]:
    def one(recall: float, ours_more: float) -> dict[str, float]:
        return {"recall": recall, "error": 0.02, "ours_more": ours_more, "ours_more_error": 0.015}

    few = {"zhiyin": one(0.47, 0.0), "popularity": one(0.07, 0.4), "ease": one(0.47 - more, more)}
    many = {name: one(0.9, 0.0) for name in few}
    methods = {name: {"3": few[name], "20": many[name]} for name in few}
    return {"need": BASIS | {"garments": garments, "methods": methods}}


def panel(brand, kept) -> str:
    TrainedModel.objects.create(
        brand_id=brand.id, version="v1", figures=kept, trained_at=NOW, serving_since=NOW
    )
    context = {"measured": measured(brand.id), "request": {"brand": {"slug": "cedar"}}}
    with translation.override("en"):
        context["measured"] = measured(brand.id)
        return " ".join(render_to_string("console/parts/measured.html", context).split())


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (0.066, "Of 100 choices, ours had 47 within the first 3"),
        (0.02, "A difference of 2.0 points (± 1.5) may be chance."),
        (0.0, "Level with “EASE”"),
        (-0.05, "Behind “EASE”: 47% against 52%"),
    ],
)
def test_a_difference_is_claimed_only_beyond_its_error(brand, more, sentence):
    shown = panel(brand, figures(more))
    assert sentence in shown
    assert "563 choices since 2016-08-09" in shown
    assert shown.count("<rect") == 3


def test_a_shop_with_room_is_counted_in_twenty_places(brand):
    shown = panel(brand, figures(0.066, garments=100))
    assert "within its first 20, % of choices" in shown
    assert "so small a shop" not in shown


def test_too_few_and_never_measured_are_said(brand):
    few = panel(brand, {"need": BASIS | {"choices": 12, "methods": {}}})
    assert "Too few to say: 12 choices since 2016-08-09, and below 100" in few
    TrainedModel.objects.all().delete()
    assert "was not measured" in panel(brand, {"products": 3})
