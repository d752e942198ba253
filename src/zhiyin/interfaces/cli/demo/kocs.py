"""Phones for the demo's KOCs, so that somebody can sign in as one and answer."""

import json
from dataclasses import dataclass
from datetime import datetime

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.kocs import queries
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Channel
from zhiyin.interfaces.cli.demo.loader import WORLD
from zhiyin.storage.tenancy import brand_tx


@dataclass(frozen=True, slots=True)
class KocLogin:
    """What the terminal prints. The code comes by the sandbox's message, as anybody's does."""

    handle: str
    name: str
    phone: str


def koc_logins(*, slug: str, now: datetime) -> tuple[KocLogin, ...]:
    """The demo KOCs of a brand, in the world's order, each with her phone.

    Links the phones of a world that was loaded before there were any; said again, it changes
    nothing. One who closed her page is left out. Raises IdentityTaken.
    """
    world = json.loads((WORLD / "kocs.json").read_text(encoding="utf-8"))["kocs"]
    brand = brands.brand_by_slug(slug=slug)
    with brand_tx(brand.id):
        profiles = {koc.handle: koc for koc in queries.kocs(brand_id=brand.id) if koc.is_demo}
        found = [koc for koc in world if koc["brand"] == slug and koc["handle"] in profiles]
        for koc in found:
            members.link_identity(
                brand_id=brand.id,
                member_id=profiles[koc["handle"]].member_id,
                channel=Channel.PHONE,
                value=koc["phone"],
                now=now,
            )
    return tuple(
        KocLogin(koc["handle"], f"{koc['name_zh']} {koc['name_en']}", koc["phone"]) for koc in found
    )
