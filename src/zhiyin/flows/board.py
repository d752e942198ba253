"""The decision board: two or three products, her one question, buyers like her, and her friends.

The question is kept as a need of hers: sealed, taken along when a guest signs in, gone with her.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from zhiyin.domain.audience import operations as needs
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import NeedCard, NeedPurpose, NeedWithoutAsker
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import Reading
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard, ProductNotFound
from zhiyin.domain.content.types import ShowSource
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.boards import (
    BoardCard,
    BoardLinkOver,
    Tally,
    Topic,
    Voice,
    VoteCard,
    Who,
    checked_items,
    checked_question,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.types import Wearer
from zhiyin.domain.members import operations as people
from zhiyin.domain.members import queries as members
from zhiyin.flows import decide
from zhiyin.flows.decide import Asker
from zhiyin.flows.ports import NeedReader
from zhiyin.flows.reading import NeedRead, read_kept, read_need
from zhiyin.storage.tenancy import brand_tx

LIKE_BPS = 6_000
"""From this likeness on (of 10,000) a wearer counts as like her. Three stated facts that all agree
come to 8,571; one alone to 6,667."""
SHOWS_READ = 2_000
VOICES_MAX = 60
"""Of the wearers who left words, the likest this many are read: a millisecond or two each."""
SHOWS_MAX = 6
SHOWS_UNSAID = 2
"""How many shows stand behind an answer; where none speaks of the question, the likest two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """What buyers answer about one product, which may have left the shop since.

    `is_like_her`: those counted have a body like hers; nothing comparable is known of her
    otherwise, and it is everybody. `behind` are the shows that speak of the question, the likest
    first; where none does (not `speaks`), a few that do not. Shows written for a demo stand behind
    an answer and are not counted.
    """

    product: ProductCard
    is_on_shop: bool
    tally: Tally
    is_like_her: bool
    speaks: bool
    behind: tuple[Wearer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A board as its owner sees it. `shown` is the question as friends read it."""

    card: BoardCard
    need: NeedCard
    reading: Reading
    taxonomy: Taxonomy
    shown: str
    topic: Topic
    answers: tuple[ItemAnswer, ...]
    votes: tuple[VoteCard, ...]
    ask_koc_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendsView:
    """A board as a friend sees it: nothing of its owner but her question. `products` stand in the
    board's order, those that left the shop too. `own` is the friend's vote.
    """

    board_id: UUID
    question: str
    products: tuple[ProductCard, ...]
    votes: dict[UUID, int]
    until: datetime
    own: VoteCard | None
    is_hers: bool


def read_question(
    *, brand_id: UUID, text: str, today: date, second: NeedReader | None
) -> tuple[str, NeedRead]:
    """A key question as it is kept, and as it is read. Outside any transaction.

    Raises KeyQuestionEmpty, TextTooLong, TextHasNul.
    """
    question = checked_question(text)
    return question, read_need(brand_id=brand_id, text=question, today=today, second=second)


def make(
    *,
    brand_id: UUID,
    asker: Asker,
    question: str,
    found: NeedRead,
    product_ids: Sequence[UUID],
    request_key: UUID,
    now: datetime,
) -> UUID:
    """Make a board of a question that was read. Returns its id. Inside the caller's `brand_tx`.

    The same asker, key, question and products are the same board, however often they are sent: its
    id is made of them, and she makes one at a time.
    Raises BoardItemsWrong, BoardItemTwice, ProductNotFound, TooManyBoards, MemberNotFound.
    """
    items = checked_items(product_ids)
    owner = who(asker)
    sent = [request_key.hex, question, *(product_id.hex for product_id in items)]
    board_id = uuid5(_id_of(asker), "\n".join(sent))
    conversations.await_turn(who=owner)
    if talks.is_board_of(brand_id=brand_id, board_id=board_id, who=owner):
        return board_id
    need_id = needs.save_need(
        brand_id=brand_id,
        text=question,
        slots=found.reading.slots,
        taxonomy_version=found.taxonomy.version,
        heard=found.heard,
        purpose=NeedPurpose.BOARD,
        now=now,
        **_key(asker),
    )
    known = catalog.products_by_id(brand_id=brand_id, product_ids=items)
    for product_id in items:
        if product_id not in known:
            raise ProductNotFound(product_id=product_id)
    conversations.make_board(
        brand_id=brand_id,
        board_id=board_id,
        need_id=need_id,
        who=owner,
        product_ids=items,
        now=now,
    )
    return board_id


def view(
    *, brand_id: UUID, asker: Asker, board_id: UUID, time_zone: str, now: datetime
) -> BoardView:
    """A board with its answers and votes, for whose it is. Runs inside the caller's `brand_tx`.

    The answers are those of this moment: nothing of them is kept. Raises BoardNotFound.
    """
    card = talks.board(brand_id=brand_id, board_id=board_id, who=who(asker))
    need, reading, taxonomy = _question(brand_id, card, asker, time_zone)
    topic = talks.topic_of(question=need.text, reading=reading, taxonomy=taxonomy)
    hers = decide.known_of(brand_id=brand_id, asker=asker, stated=need.slots)
    products = catalog.products_ever(brand_id=brand_id, product_ids=card.product_ids)
    on_shop = catalog.products_by_id(brand_id=brand_id, product_ids=card.product_ids)
    return BoardView(
        card=card,
        need=need,
        reading=reading,
        taxonomy=taxonomy,
        shown=_shown(brand_id, need, reading, taxonomy, asker.member_id),
        topic=topic,
        answers=tuple(
            _answer(
                brand_id,
                products[product_id],
                is_on_shop=product_id in on_shop,
                topic=topic,
                hers=hers,
                taxonomy=taxonomy,
            )
            for product_id in card.product_ids
        ),
        votes=talks.votes_of_board(brand_id=brand_id, board_id=board_id),
        ask_koc_id=_whom_to_ask(brand_id, asker, need, now),
    )


def shared(
    *, brand_id: UUID, visitor: Asker | None, link: str, time_zone: str, now: datetime
) -> FriendsView:
    """A board behind its link, for a friend, or for nobody in particular.

    Runs inside the caller's `brand_tx`. Raises BoardNotFound, BoardLinkOver.
    """
    card = talks.shared_board(brand_id=brand_id, link=link)
    if not card.takes_votes(now):
        raise BoardLinkOver()
    owner = talks.owner_of_board(brand_id=brand_id, board_id=card.id)
    hers = Asker(member_id=owner.member_id, guest_key=owner.guest_key)
    need, reading, taxonomy = _question(brand_id, card, hers, time_zone)
    products = catalog.products_ever(brand_id=brand_id, product_ids=card.product_ids)
    return FriendsView(
        board_id=card.id,
        question=_shown(brand_id, need, reading, taxonomy, owner.member_id),
        products=tuple(products[one] for one in card.product_ids if one in products),
        votes=dict(card.votes),
        until=card.link_until,
        own=talks.vote_given(brand_id=brand_id, board_id=card.id, who=who(visitor))
        if visitor
        else None,
        is_hers=visitor is not None and owner == who(visitor),
    )


def vote(
    *,
    brand_id: UUID,
    friend: Asker,
    link: str,
    product_id: UUID,
    words: str,
    now: datetime,
    client: str | None = None,
) -> UUID:
    """A friend votes through the link, or changes her vote. Opens its own transaction.

    `client` is the network address that asks.
    Raises BoardNotFound, BoardLinkOver, BoardItemNotFound, BoardVoteOwn, BoardVoteRemoved,
    BoardVotesFromHere, BoardFull, TextTooLong, TextHasNul, MemberNotFound.
    """
    with brand_tx(brand_id):
        card = talks.shared_board(brand_id=brand_id, link=link)
        return conversations.vote(
            brand_id=brand_id,
            board_id=card.id,
            who=who(friend),
            product_id=product_id,
            words=words,
            now=now,
            client=client,
        )


def delete(*, brand_id: UUID, asker: Asker, board_id: UUID) -> None:
    """Delete a board with its votes and its question, for good. Inside the caller's `brand_tx`.

    A question that a KOC was asked, or that was answered with picks, stays, as any need does.
    Raises BoardNotFound, MemberNotFound.
    """
    owner = who(asker)
    if asker.member_id is not None:  # nobody is asked, and nothing answered, meanwhile
        people.hold_member(brand_id=brand_id, member_id=asker.member_id)
    need_id = talks.board(brand_id=brand_id, board_id=board_id, who=owner).need_id
    needs.hold_need(brand_id=brand_id, need_id=need_id)
    conversations.delete_board(brand_id=brand_id, board_id=board_id, who=owner)
    hung = {"brand_id": brand_id, "need_id": need_id}
    if not (talks.questions_of_need(**hung) or matches.decisions_of_need(**hung, limit=1)):
        needs.delete_needs(brand_id=brand_id, need_ids=[need_id])


def words_for_koc(*, brand_id: UUID, member_id: UUID, need: NeedCard, time_zone: str) -> str:
    """The question of a member's board as it goes along to a KOC: what friends read of it.

    Facts of her body reach a KOC as chips alone, under the consent to share them.
    """
    taxonomy = kept.taxonomy(brand_id=brand_id)
    return _shown(brand_id, need, read_kept(need, taxonomy, time_zone), taxonomy, member_id)


def who(asker: Asker) -> Who:
    """An asker as the board's room knows her."""
    return Who(member_id=asker.member_id, guest_key=asker.guest_key)


def _key(asker: Asker) -> dict[str, UUID | None]:
    return {"member_id": asker.member_id, "guest_key": asker.guest_key}


def _id_of(asker: Asker) -> UUID:
    found = asker.member_id or asker.guest_key
    if found is None:
        raise NeedWithoutAsker()
    return found


def _question(
    brand_id: UUID, card: BoardCard, asker: Asker, time_zone: str
) -> tuple[NeedCard, Reading, Taxonomy]:
    need = kept.need(brand_id=brand_id, need_id=card.need_id, **_key(asker))
    taxonomy = kept.taxonomy(brand_id=brand_id)
    return need, read_kept(need, taxonomy, time_zone), taxonomy


def _shown(
    brand_id: UUID, need: NeedCard, reading: Reading, taxonomy: Taxonomy, member_id: UUID | None
) -> str:
    names: tuple[str, ...] = ()
    if member_id is not None:
        names = (members.member(brand_id=brand_id, member_id=member_id).nickname,)
    return talks.for_friends(
        question=need.text, reading=reading, taxonomy=taxonomy, hidden_names=names
    )


def _answer(
    brand_id: UUID,
    product: ProductCard,
    *,
    is_on_shop: bool,
    topic: Topic,
    hers: dict[str, object],
    taxonomy: Taxonomy,
) -> ItemAnswer:
    page = matches.wearers(brand_id=brand_id, product_id=product.id, hers=hers, limit=SHOWS_READ)
    compared = any(one.likeness_bps is not None for one in page.wearers)
    near = [one for one in page.wearers if not compared or (one.likeness_bps or 0) >= LIKE_BPS]
    counted = [one for one in near if one.show.source is not ShowSource.AUTHORED]
    samples = [one for one in near if one.show.source is ShowSource.AUTHORED][:SHOWS_MAX]
    tally, said = (
        talks.tallied(
            topic=topic,
            voices=[_voice(one) for one in some],
            taxonomy=taxonomy,
            texts_max=VOICES_MAX,
        )
        for some in (counted, samples)
    )
    speaks = tally.told.keys() | said.told.keys()
    behind = [one for one in near if one.show.id in speaks][:SHOWS_MAX]
    return ItemAnswer(
        product=product,
        is_on_shop=is_on_shop,
        tally=tally,
        is_like_her=compared,
        speaks=bool(behind),
        behind=tuple(behind or [one for one in near if _voice(one).texts][:SHOWS_UNSAID]),
    )


def _voice(wearer: Wearer) -> Voice:
    show = wearer.show
    return Voice(
        show_id=show.id,
        texts=tuple(text for text in (show.text_zh, show.text_en) if text),
        fit=show.fit.value if show.fit else "",
        occasion=show.occasion,
    )


def _whom_to_ask(brand_id: UUID, asker: Asker, need: NeedCard, now: datetime) -> UUID | None:
    """The KOC to whom the question would go best; None where nobody can be asked."""
    load = talks.load(brand_id=brand_id, now=now)
    blocked: frozenset[UUID] = frozenset()
    if asker.member_id is not None:
        blocked = talks.blocked_ids(brand_id=brand_id, member_id=asker.member_id)
    free = tuple(
        card
        for card in kocs.available_kocs(brand_id=brand_id, load=load, now=now)
        if card.member_id not in blocked and card.member_id != asker.member_id
    )
    best = talks.best_to_ask(said=need.slots.said(), kocs=free, load=load)
    return best[0].koc_id if best else None
