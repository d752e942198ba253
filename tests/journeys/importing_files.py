"""Files for the import's tests: a small shop in five files, and its mappings."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

STORES = {"columns": {"code": "code", "name": "name_zh", "city": "city", "address": "address"}}
PRODUCTS = {
    "columns": {
        "spu": "product_code",
        "type": {"field": "category", "values": {"连衣裙": "dress", "鞋": "shoes"}},
        "name": "name_zh",
        "neck": "attribute:neckline",
        "sku": "sku_code",
        "color": {"field": "color", "values": {"米色": "beige", "黑色": "black"}},
        "size": "size_code",
        "price": {"field": "price_fen", "unit": "yuan"},
        "s1": "stock:s1",
    }
}
MEMBERS = {
    "columns": {
        "id": "external_id",
        "name": "nickname",
        "phone": "phone",
        "height": {"field": "height_cm", "unit": "m"},
        "weight": {"field": "weight_kg", "unit": "jin"},
        "joined": {"field": "joined_at", "format": "%d/%m/%Y"},
    },
    "consent": {"text_version": "2025-03", "obtained": "2025-03-01"},
}
PURCHASES = {
    "columns": {
        "order": "external_ref",
        "who": "member",
        "sku": "sku_code",
        "at": "bought_at",
        "paid": {"field": "paid_fen", "unit": "yuan"},
    }
}
REVIEWS = {
    "columns": {
        "ref": "external_ref",
        "who": "member",
        "item": "product_code",
        "order": "purchase_ref",
        "size": "size_code",
        "fit": {"field": "fit", "values": {"偏小": "small", "合身": "fit", "偏大": "large"}},
        "stars": {"field": "rating", "of": 5},
        "text": "text_zh",
        "occasion": {"field": "occasion", "values": {"婚礼": "wedding"}},
        "inches": {"field": "height_cm", "unit": "in"},
        "shape": {"field": "body_shape", "values": {"straight & narrow": "rectangle"}},
        "day": "worn_at",
    },
    "consent": {"text_version": "2025-03", "obtained": "2025-03-01"},
    "publish": True,
    "rights_granted": True,
}
KINDS = {
    "stores": STORES,
    "products": PRODUCTS,
    "members": MEMBERS,
    "purchases": PURCHASES,
    "reviews": REVIEWS,
}


def csv_text(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV with a header."""
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def store_rows(count: int = 2) -> list[dict[str, object]]:
    return [
        {"code": f"s{n}", "name": f"门店{n}", "city": "上海", "address": f"南京路 {n} 号"}
        for n in range(1, count + 1)
    ]


def product_rows(count: int = 4) -> list[dict[str, object]]:
    return [
        {
            "spu": f"p{n // 2}",
            "type": "连衣裙",
            "name": f"收腰连衣裙 {n // 2}",
            "neck": "v",
            "sku": f"p{n // 2}-{n % 2}",
            "color": "米色",
            "size": n % 2 + 1,
            "price": "399.90",
            "s1": n,
        }
        for n in range(count)
    ]


def member_rows(count: int = 3) -> list[dict[str, object]]:
    return [
        {
            "id": f"m{n}",
            "name": f"会员{n}",
            "phone": f"138{n:08d}",
            "height": "1.65",
            "weight": "110斤",
            "joined": "28/02/2024",
        }
        for n in range(count)
    ]


def purchase_rows(count: int = 3, *, members: int = 3, skus: int = 4) -> list[dict[str, object]]:
    return [
        {
            "order": f"o{n}",
            "who": f"m{n % members}",
            "sku": product_rows(skus)[n % skus]["sku"],
            "at": f"{date(2025, 1, 1) + timedelta(days=n % 300)}T10:00:00",
            "paid": "399.9",
        }
        for n in range(count)
    ]


def review_rows(count: int = 3, *, members: int = 3, products: int = 2) -> list[dict[str, object]]:
    return [
        {
            "ref": f"r{n}",
            "who": f"m{n % members}",
            "item": f"p{n % products}",
            "order": "",
            "size": 2,
            "fit": ("偏小", "合身", "偏大")[n % 3],
            "stars": n % 5 + 1,
            "text": f"第 {n} 条：腰很合适，\n不勒",
            "occasion": "婚礼",
            "inches": "64",
            "shape": "straight & narrow",
            "day": "2025-06-01",
        }
        for n in range(count)
    ]


ROWS = {
    "stores": store_rows,
    "products": product_rows,
    "members": member_rows,
    "purchases": purchase_rows,
    "reviews": review_rows,
}


def written(folder: Path, kind: str, rows: Sequence[Mapping[str, object]] = ()) -> Path:
    """A CSV file of a kind and its mapping beside it (`<kind>.json`). Returns the CSV's path."""
    path = folder / f"{kind}.csv"
    path.write_text(csv_text(rows or ROWS[kind]()), encoding="utf-8")
    (folder / f"{kind}.json").write_text(json.dumps(KINDS[kind]), encoding="utf-8")
    return path
