"""Everything an import writes, without what no two imports share: ids and the hour they ran.

Run as a program it makes a brand (`make SLUG`) or prints a brand's contents (`show SLUG`).
"""

import json
import sys
from typing import Any
from uuid import UUID

OPENED = 7


def contents(brand_id: UUID, *, members: int) -> dict[str, list[Any]]:
    """Table -> its rows as plain values, sorted.

    `members` is how many `m<n>` there may be; each seventh of them is opened.
    """
    from zhiyin.domain.audience import queries as audience
    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.catalog import queries as catalog
    from zhiyin.domain.content import queries as content
    from zhiyin.domain.members import queries as people
    from zhiyin.domain.orders import queries as orders
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        stores = brands.stores(brand_id=brand_id, limit=100_000).stores
        products = catalog.all_products(brand_id=brand_id)
        runs, _ = brands.import_runs(brand_id=brand_id)
        names = {product.id: product.code for product in products}
        skus = {sku.id: sku.code for product in products for sku in product.skus}
        ids = people.members_by_external_id(
            brand_id=brand_id, external_ids=[f"m{n}" for n in range(0, members, OPENED)]
        )
        who = {member_id: name for name, member_id in ids.items()}
        found: dict[str, list[Any]] = {
            "stores": [[s.code, s.name_zh, s.city, s.address, s.is_open] for s in stores],
            "products": [[p.code, p.name_zh, p.category, dict(p.attributes)] for p in products],
            "skus": [
                [p.code, s.code, s.color, s.size_code, s.size_label, s.price_fen, s.on_hand]
                for p in products
                for s in p.skus
            ],
            "members": [[people.members(brand_id=brand_id).total]],
            "shows": [
                [
                    *(s.fit, s.rating, s.text_zh, s.occasion, str(s.worn_at), s.source, s.facts),
                    *(names[s.product_id], who.get(s.author_id), s.size_code),
                ]
                for s in content.published_shows(brand_id=brand_id)
            ],
            "runs": [[r.kind, r.state, r.rows_total, r.rows_read, r.rows_bad] for r in runs],
            "problems": [
                [r.kind, p.line, p.column, p.code]
                for r in runs
                for p in brands.each_problem(brand_id=brand_id, run_id=r.id)
            ],
        }
        found["people"], found["purchases"] = [], []
        for member_id, name in who.items():
            card = people.member(brand_id=brand_id, member_id=member_id)
            channels = people.identities_of(brand_id=brand_id, member_id=member_id)
            consents = people.consents_of(brand_id=brand_id, member_id=member_id)
            traits = audience.traits_of(brand_id=brand_id, member_id=member_id, replaced=True)
            found["people"].append(
                [name, card.nickname, str(card.joined_at)]
                + [sorted([i.channel, i.value] for i in channels)]
                + [[c.text_version, str(c.granted_at)] for c in consents]
                + [[t.slot, t.value, t.source] for t in traits]
            )
            found["purchases"] += [
                [name, p.external_ref, skus[p.sku_id], str(p.bought_at), p.paid_fen]
                for p in orders.purchases_of(brand_id=brand_id, member_id=member_id)
            ]
    return {table: sorted(rows, key=json.dumps) for table, rows in found.items()}


def main(act: str, slug: str, members: str = "0") -> None:
    """Make a brand, or print what one holds."""
    from zhiyin.storage import addresses

    addresses.start()
    import django

    django.setup()
    from tests.cast import make_brand
    from zhiyin.domain.brands import queries

    if act == "make":
        make_brand(slug)
    else:
        brand = queries.brand_by_slug(slug=slug)
        sys.stdout.write(json.dumps(contents(brand.id, members=int(members))))


if __name__ == "__main__":
    main(*sys.argv[1:])
