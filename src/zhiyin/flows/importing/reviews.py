"""Reviews from elsewhere, as buyer shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhiyin.domain.audience.types import NeedSlots, slots_to_json
from zhiyin.domain.brands.types import RowProblem
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.domain.members import queries as people
from zhiyin.domain.orders import queries as bought
from zhiyin.domain.orders.types import PurchaseCard
from zhiyin.flows.importing.consents import held, without_consent
from zhiyin.flows.importing.rows import Row
from zhiyin.flows.importing.target import Target, facts_of, has_body, named, text, whole


def load_reviews(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Reviews as buyer shows, each verified by its purchase, or by its number in the source.

    Its author is the member it names, or else the buyer of its purchase; what it says of her body
    needs her consent either way.
    """
    brand_id = target.brand_id
    product_ids = goods.product_ids_by_code(brand_id=brand_id, codes=named(rows, "product_code"))
    member_ids = people.members_by_external_id(
        brand_id=brand_id, external_ids=named(rows, "member")
    )
    purchases = bought.purchases_by_ref(brand_id=brand_id, refs=named(rows, "purchase_ref"))
    product_of = goods.products_of_skus(
        brand_id=brand_id, sku_ids={purchase.sku_id for purchase in purchases.values()}
    )
    reviews = [
        _Review.of(row, product_ids=product_ids, member_ids=member_ids, purchases=purchases)
        for row in rows
    ]
    living = held(target, [review.author_id for review in reviews if review.author_id])
    problems = {
        review.row.line: review.problems(target, product_of=product_of, living=living)
        for review in reviews
    }
    good = [review for review in reviews if not problems[review.row.line]]
    told = [review.author_id for review in good if has_body(review.row)]
    refused = without_consent(target, [member_id for member_id in told if member_id])
    shows: dict[str, ShowFacts] = {}
    for review in good:
        if review.author_id in refused and has_body(review.row):
            problems[review.row.line].append(("", "consent_needed"))
        else:
            shows.setdefault(text(review.row.values, "external_ref"), review.show(target))
    state = ShowState.PUBLISHED if target.mapping.publish else ShowState.PENDING
    content.save_shows(
        brand_id=brand_id, shows=list(shows.values()), state=state, now=target.began_at
    )
    return [
        target.problem(review.row, field, code)
        for review in reviews
        for field, code in problems[review.row.line]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Review:
    """A row of reviews, and what it names."""

    row: Row
    product_id: UUID | None
    author_id: UUID | None
    member_id: UUID | None
    purchase: PurchaseCard | None

    @classmethod
    def of(
        cls,
        row: Row,
        *,
        product_ids: Mapping[str, UUID],
        member_ids: Mapping[str, UUID],
        purchases: Mapping[str, PurchaseCard],
    ) -> "_Review":
        member_id = member_ids.get(text(row.values, "member"))
        purchase = purchases.get(text(row.values, "purchase_ref"))
        return cls(
            row=row,
            product_id=product_ids.get(text(row.values, "product_code")),
            author_id=member_id or (purchase.member_id if purchase else None),
            member_id=member_id,
            purchase=purchase,
        )

    def problems(
        self, target: Target, *, product_of: Mapping[UUID, UUID], living: frozenset[UUID]
    ) -> list[tuple[str, str]]:
        """What it names and the brand does not have, or may not take, as (field, code).

        `product_of` maps a SKU to its product; `living` are the authors who are not erased.
        """
        purchase = self.purchase
        found = []
        if self.product_id is None:
            found.append(("product_code", "product_not_found"))
        if "member" in self.row.values and self.member_id is None:
            found.append(("member", "member_not_found"))
        if "purchase_ref" in self.row.values and purchase is None:
            found.append(("purchase_ref", "purchase_not_found"))
        if self.author_id is not None and self.author_id not in living:
            is_named = self.member_id is not None
            found.append(
                ("member", "member_not_found") if is_named else ("purchase_ref", "buyer_erased")
            )
        if purchase is None:
            return found
        is_hers = self.author_id == purchase.member_id
        if not is_hers or self.product_id not in (None, product_of[purchase.sku_id]):
            found.append(("purchase_ref", "purchase_of_another"))
        if target.mapping.publish and not target.mapping.rights_granted:
            found.append(("purchase_ref", "rights_needed"))
        return found

    def show(self, target: Target) -> ShowFacts:
        """The buyer show it becomes."""
        values, purchase = self.row.values, self.purchase
        assert self.product_id is not None  # else it has a problem
        fit = text(values, "fit")
        return ShowFacts(
            product_id=self.product_id,
            author_id=self.author_id,
            size_code=whole(values, "size_code"),
            color=text(values, "color"),
            fit=FitVerdict(fit) if fit else None,
            rating=values.get("rating"),  # type: ignore[arg-type]
            text_zh=text(values, "text_zh"),
            text_en=text(values, "text_en"),
            occasion=text(values, "occasion"),
            worn_at=values["worn_at"],  # type: ignore[arg-type]
            source=ShowSource.PURCHASE if purchase else ShowSource.IMPORT,
            external_ref=text(values, "external_ref"),
            purchase_id=purchase.id if purchase else None,
            facts=_plain(facts_of(self.row)),
            rights_granted=target.mapping.rights_granted,
        )


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as they are kept with a show: whole numbers without a point, lists for tuples."""
    return slots_to_json(NeedSlots(**facts))  # type: ignore[arg-type]
