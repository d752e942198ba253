"""The same form sent from many windows at once makes one board: real threads, and a twin."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from django.db import IntegrityError, connection

from tests.cast import NOW, make_brand
from zhiyin.domain.audience.models import Need
from zhiyin.domain.conversations.models import DecisionBoard
from zhiyin.domain.conversations.operations import boards as desk
from zhiyin.domain.conversations.tests.people import some_products
from zhiyin.flows import board as boards
from zhiyin.flows.decide import Asker
from zhiyin.storage.tenancy import brand_tx

WINDOWS, THREADS = 24, 12


def sent_at_once(own_database, slug: str = "larch") -> tuple[UUID, Counter[str]]:
    """A guest's form from many windows: how often each answer came."""
    brand = make_brand(slug)
    with brand_tx(brand.id):
        products = some_products(brand.id, 2)
    question, found = boards.read_question(
        brand_id=brand.id, text="显瘦吗", today=NOW.date(), second=None
    )
    guest, key = Asker(guest_key=uuid4()), uuid4()

    def send(_window: int) -> str:
        try:
            with brand_tx(brand.id):
                board_id = boards.make(
                    brand_id=brand.id,
                    asker=guest,
                    question=question,
                    found=found,
                    product_ids=products,
                    request_key=key,
                    now=NOW,
                )
        except IntegrityError:
            return "refused by the key"
        finally:
            connection.close()
        return str(board_id)

    with ThreadPoolExecutor(THREADS) as pool:
        return brand.id, Counter(pool.map(send, range(WINDOWS)))


def test_a_form_from_many_windows_at_once_makes_one_board(own_database):
    brand_id, answers = sent_at_once(own_database)
    with brand_tx(brand_id):
        (board,) = DecisionBoard.objects.all()
        assert answers == {str(board.id): WINDOWS}
        assert [need.id for need in Need.objects.all()] == [board.need_id]


def test_without_her_turn_windows_collide_and_the_primary_key_keeps_it_at_one(
    own_database, monkeypatch
):
    """The twin: nobody waits, and all but one window of a moment meet a database error.

    One of ten forms is enough to show it: the windows of one may happen to come in turn.
    """
    monkeypatch.setattr(desk, "MAKER_IN_TURN", "SELECT 1 WHERE %(queue)s <> ''")
    refused = 0
    for n in range(10):
        brand_id, answers = sent_at_once(own_database, f"larch-{n}")
        refused += answers["refused by the key"]
        with brand_tx(brand_id):
            assert DecisionBoard.objects.count() == 1
        if refused:
            break
    assert refused
