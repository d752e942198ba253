"""Many friends and many windows at once: real threads, and twins without the guard."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError, connection

from tests.cast import NOW, make_brand
from zhiyin.domain.conversations import operations
from zhiyin.domain.conversations.boards import BOARDS_PER_DAY, VOTES_MAX, Who
from zhiyin.domain.conversations.models import BoardVote, DecisionBoard
from zhiyin.domain.conversations.operations import boards
from zhiyin.domain.conversations.tests.people import a_member, some_products
from zhiyin.domain.conversations.tests.test_boards import a_board, a_guest
from zhiyin.kit.errors import DomainError
from zhiyin.storage.tenancy import brand_tx

THREADS, LEFT, FRIENDS = 12, 5, 60


def at_once(brand_id: UUID, acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Each act in a transaction of its own, many at a time: how often each came to what."""

    def run(act: Callable[[], object]) -> str:
        try:
            with brand_tx(brand_id):
                act()
        except DomainError as refused:
            return refused.code
        except (IntegrityError, OperationalError) as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, acts))


@pytest.fixture
def nearly_full(own_database) -> tuple[UUID, UUID, list[UUID]]:
    """A board with room for `LEFT` more votes: (brand, board, products)."""
    brand = make_brand("cedar")
    with brand_tx(brand.id):
        products = some_products(brand.id, 2)
        board_id = a_board(brand.id, a_guest(), products)
        DecisionBoard.objects.update(votes_taken=VOTES_MAX - LEFT)
    return brand.id, board_id, products


def votes(place: tuple[UUID, UUID, list[UUID]], voters: Sequence[Who]):
    brand_id, board_id, products = place
    return [
        lambda who=who, n=n: operations.vote(
            brand_id=brand_id,
            board_id=board_id,
            who=who,
            product_id=products[n % 2],
            words="",
            now=NOW,
        )
        for n, who in enumerate(voters)
    ]


def standing(brand_id: UUID) -> int:
    with brand_tx(brand_id):
        return BoardVote.objects.count()


def test_a_board_takes_no_vote_past_its_last_place(nearly_full):
    results = at_once(nearly_full[0], votes(nearly_full, [a_guest() for _ in range(FRIENDS)]))
    assert results == {"done": LEFT, "board_votes_full": FRIENDS - LEFT}
    assert standing(nearly_full[0]) == LEFT


def test_without_the_cap_in_the_statement_the_same_race_is_not_refused_by_name(
    nearly_full, monkeypatch
):
    """The twin: only the table's own check is left, and friends are met by a database error."""
    unguarded = boards.TAKE_PLACE.replace("AND votes_taken < %(most)s", "")
    assert unguarded != boards.TAKE_PLACE
    monkeypatch.setattr(boards, "TAKE_PLACE", unguarded)
    results = at_once(nearly_full[0], votes(nearly_full, [a_guest() for _ in range(FRIENDS)]))
    assert results == {"done": LEFT, "IntegrityError": FRIENDS - LEFT}


def test_one_friend_in_many_windows_has_one_vote(nearly_full):
    friend = a_guest()
    results = at_once(nearly_full[0], votes(nearly_full, [friend] * 24))
    assert results == {"done": 24}
    assert standing(nearly_full[0]) == 1


def test_without_the_held_board_one_friends_windows_collide(nearly_full, monkeypatch):
    """The twin: nobody holds the board, and the unique key alone keeps the votes at one."""
    unheld = boards.HOLD_BOARD.replace("FOR NO KEY UPDATE", "")
    assert unheld != boards.HOLD_BOARD
    monkeypatch.setattr(boards, "HOLD_BOARD", unheld)
    collided = Counter[str]()
    for _ in range(5):
        collided += at_once(nearly_full[0], votes(nearly_full, [a_guest()] * 24))
        if collided["IntegrityError"]:
            break
    assert collided["IntegrityError"]


@pytest.fixture
def goods(own_database) -> tuple[UUID, list[UUID]]:
    brand = make_brand("maple")
    with brand_tx(brand.id):
        return brand.id, some_products(brand.id, 2)


def many_boards(goods: tuple[UUID, list[UUID]]) -> Counter[str]:
    """What a guest who was never here comes to in many windows."""
    brand_id, products = goods
    guest = Who(guest_key=uuid4())
    return at_once(brand_id, [lambda: a_board(brand_id, guest, products)] * (3 * BOARDS_PER_DAY))


def test_a_guest_in_many_windows_makes_no_more_boards_than_a_day_allows(goods):
    results = many_boards(goods)
    assert results == {"done": BOARDS_PER_DAY, "too_many_boards": 2 * BOARDS_PER_DAY}
    with brand_tx(goods[0]):
        assert DecisionBoard.objects.count() == BOARDS_PER_DAY


def test_without_its_queue_the_same_guest_makes_more(goods, monkeypatch):
    """The twin: nobody waits for her turn. One of ten guests is enough to show it."""
    monkeypatch.setattr(boards, "MAKER_IN_TURN", "SELECT 1 WHERE %(queue)s <> ''")
    assert any(many_boards(goods)["done"] > BOARDS_PER_DAY for _ in range(10))


GOERS = 8


def going_at_once(own_database) -> tuple[UUID, Counter[str]]:
    """Members who voted on each other's boards, and delete themselves at the same moment."""
    brand = make_brand("willow")
    with brand_tx(brand.id):
        products = some_products(brand.id, 2)
        owners = [Who(member_id=a_member(brand.id, f"w{n}")) for n in range(GOERS)]
        placed = [(who, a_board(brand.id, who, products)) for who in owners]
    for owner, board_id in placed:
        friends = [who for who in owners if who != owner]
        at_once(brand.id, votes((brand.id, board_id, products), friends))
    acts = [
        lambda who=who: operations.erase_member(brand_id=brand.id, member_id=who.member_id)
        for who in owners
    ]
    return brand.id, at_once(brand.id, acts)


def test_friends_who_voted_on_each_others_boards_may_go_at_once(own_database):
    brand_id, results = going_at_once(own_database)
    assert results == {"done": GOERS}
    with brand_tx(brand_id):
        assert (DecisionBoard.objects.count(), BoardVote.objects.count()) == (0, 0)


def test_without_the_boards_held_in_one_order_some_of_them_wait_for_ever(own_database, monkeypatch):
    """The twin: each holds what it comes to, and PostgreSQL ends the deadlock for somebody."""
    unheld = boards.HOLD_BOARDS.replace("FOR NO KEY UPDATE", "")
    assert unheld != boards.HOLD_BOARDS
    monkeypatch.setattr(boards, "HOLD_BOARDS", unheld)
    _brand_id, results = going_at_once(own_database)
    assert results["OperationalError"]
