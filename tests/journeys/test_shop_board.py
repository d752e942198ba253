"""Over HTTP: she makes a board, friends vote through the link, and she decides."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.journeys import api_town
from tests.journeys.visiting import SHOPPER_PHONE, Visit, member_of
from zhiyin.domain.audience.models import Need
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.content import queries as content
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.boards import BOARDS_PER_DAY, LINK_DAYS, VOTES_PER_CLIENT, Who
from zhiyin.domain.conversations.models import BoardVote, DecisionBoard
from zhiyin.storage.tenancy import brand_tx

QUESTION = "我160，50kg，会不会显胖？"
FRIENDS_READ = "会不会显胖？"
OVER = 409
QUERIES_OF_A_BOARD = 25


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


@pytest.fixture
def three(town) -> list[str]:
    with brand_tx(town.brand.id):
        page = goods.products(brand_id=town.brand.id, limit=3)
    return [str(product.id) for product in page.products]


@pytest.fixture
def her(town) -> Visit:
    return Visit("cedar")


def made(visit: Visit, three, question: str = QUESTION) -> str:
    """The address of a new board."""
    return visit.post("boards/new/", question=question, product=three[:2]).url


def link_on(page: str) -> str:
    found = re.search(r'id="board-link" value="[^"]*(/s/[^"]+)"', page)
    assert found is not None
    return found[1]


def count(town) -> tuple[int, int]:
    with brand_tx(town.brand.id):
        return DecisionBoard.objects.count(), BoardVote.objects.count()


def test_a_guest_makes_a_board_a_friend_votes_and_she_decides(town, her, three):
    chosen = her.read(f"boards/new/?product={three[0]}&product={three[1]}")
    assert "Make the board" in chosen
    at = made(her, three)
    page = her.read(at)
    assert QUESTION in page
    assert "50 kg" in page
    assert re.search(r"5 people with a body like yours wrote about it; none speaks", page)
    assert "Nobody has plainly answered this yet." in page
    friend = Visit("cedar")
    shared = friend.read(link_on(page))
    assert FRIENDS_READ in shared
    (heading,) = re.findall(r"<h1>(.*?)</h1>", shared, re.DOTALL)
    assert heading == FRIENDS_READ
    seen = shared.split("<main", 1)[1].split("</main>", 1)[0]
    assert len(re.findall(r'name="product"', seen)) == len(three[:2])
    for answered in ("like yours", "wrote about it", "plainly answered", "50 kg"):
        assert answered in page, answered
        assert answered not in seen, answered
    friend.post(link_on(page), product=three[0], words="好看")
    friend.post(link_on(page), product=three[1], words="<script>还是它</script>")
    seen = her.get(at).content.decode()
    assert "1 vote" in seen
    assert "&lt;script&gt;还是它" in seen
    assert "好看" not in seen
    her.post(f"{at}decide/", product=three[1])
    assert "my choice" in her.read(at)
    over = friend.read(link_on(page), OVER)
    assert "This vote is over" in over
    assert FRIENDS_READ not in over
    friend.post(link_on(page), OVER, product=three[0])
    assert count(town) == (1, 1)
    assert "decided" in her.read("boards/")


def test_the_answers_say_price_and_stock_of_this_moment_and_open_the_shows(town, her, three):
    page = her.read(made(her, three, "Does it fit?"))
    assert "5 people with a body like yours said" not in page  # nothing is known of her
    assert re.search(r"\d people said: \d it fits, 0 it runs small, 0 large\.", page)
    assert "¥299" in page
    assert "9 in stock" in page
    assert "shows behind it" in page
    with brand_tx(town.brand.id):
        wearer = content.shows_of_product(brand_id=town.brand.id, product_id=town.product_id)[0]
    assert str(wearer.author_id) not in page
    at = made(her, three, "160cm 50kg, does it fit?")
    assert "5 people with a body like yours said: 5 it fits" in her.read(at)
    with brand_tx(town.brand.id):
        catalog.retire_products(
            brand_id=town.brand.id, product_ids=[UUID(three[0])], now=datetime.now(UTC)
        )
    page = her.read(at)
    assert "Not on the shop any more" in page
    assert page.count("I take this one: ") == 1


def test_what_cannot_be_a_board_is_said_beside_what_she_typed(town, her, three):
    for fields, words in (
        ({"question": "", "product": three[:2]}, "Ask one question"),
        ({"question": "a\0b", "product": three[:2]}, "cannot be read"),
        ({"question": "长" * 121, "product": three[:2]}, "at most 120 characters"),
        ({"question": "显胖吗", "product": three[:1]}, "two or three"),
        ({"question": "显胖吗"}, "two or three"),
        ({"question": "显胖吗", "product": [three[0], three[0]]}, "twice"),
        ({"question": "显胖吗", "product": [three[0], str(uuid4())]}, "not on the shop"),
        ({"question": "显胖吗", "product": [*three, str(town.product_id)]}, "two or three"),
    ):
        page = her.post("boards/new/", 422, **fields).content.decode()
        assert words in page, fields
    assert count(town) == (0, 0)
    for _ in range(BOARDS_PER_DAY):
        made(her, three)
    page = her.post("boards/new/", 422, question="显胖吗", product=three[:2]).content.decode()
    assert "Come back tomorrow" in page
    assert count(town) == (BOARDS_PER_DAY, 0)


def test_a_form_that_is_sent_twice_makes_one_board(town, her, three):
    form = her.read("boards/new/")
    (key,) = re.findall(r'name="key" value="([0-9a-f-]{36})"', form)
    refused = her.post("boards/new/", 422, question="", product=three[:2], key=key)
    assert f'name="key" value="{key}"' in refused.content.decode()
    sent = {"question": QUESTION, "product": three[:2], "key": key}
    at = her.post("boards/new/", **sent).url
    assert her.post("boards/new/", **sent).url == at
    assert count(town) == (1, 0)
    changed = her.post("boards/new/", **sent | {"question": "显瘦吗"}).url
    stranger = Visit("cedar").post("boards/new/", **sent).url
    assert len({at, changed, stranger}) == 3
    assert count(town) == (3, 0)


def test_a_look_is_put_on_a_board(town, her):
    page = her.read(f"boards/new/?look={town.look_id}")
    assert page.count('class="board__name"') == 1
    assert "Choose 1 more below" in page
    for wrong in ("?look=x", "?product=%00", f"?product={uuid4()}", "?q=%00", f"?look={uuid4()}"):
        assert 'class="board__name"' not in her.read(f"boards/new/{wrong}")


def test_a_board_is_nobody_elses_and_no_link_is_guessed(town, her, three):
    at = made(her, three)
    stranger = Visit("cedar")
    before = count(town)
    stranger.get(at, 404)
    for act in ("decide/", "close/", "delete/", f"votes/{uuid4()}/remove/"):
        stranger.post(f"{at}{act}", 404, product=three[0])
    stranger.get("boards/shared/none/", 404)
    stranger.get("boards/shared/%00/", 404)
    stranger.get(f"boards/shared/{'x' * 500}/", 404)
    her.post(f"{at}decide/", 400, product="x")
    her.post(f"{at}decide/", 404, product=three[2])
    assert count(town) == before
    assert QUESTION in her.read(at)


def test_votes_that_are_refused_change_nothing(town, her, three):
    at = made(her, three)
    link = link_on(her.read(at))
    friend = Visit("cedar")
    assert "you decide" in her.post(link, 422, product=three[0]).content.decode()
    long = friend.post(link, 422, product=three[0], words="长" * 101).content.decode()
    assert "at most 100 characters" in long
    friend.post(link, 422, product=three[0], words="a\0b")
    friend.post(link, 404, product=three[2])
    friend.post(link, 400)
    assert count(town) == (1, 0)
    friend.post(link, product=three[0], words="难看")
    (vote_id,) = re.findall(r"votes/([0-9a-f-]{36})/remove/", her.read(at))
    her.post(f"{at}votes/{vote_id}/remove/")
    assert "难看" not in her.read(at)
    refused = friend.post(link, 422, product=three[1]).content.decode()
    assert "She took your vote off" in refused
    assert "Nobody has voted yet." in her.read(at)


def test_a_stranger_with_the_link_does_not_fill_the_board(town, her, three):
    link = link_on(her.read(made(her, three)))
    for _ in range(VOTES_PER_CLIENT):
        Visit("cedar").post(link, product=three[0])
    one_more = Visit("cedar")
    refused = one_more.post(link, 422, product=three[1]).content.decode()
    assert "Sign in, then vote." in refused
    assert count(town) == (1, VOTES_PER_CLIENT)
    one_more.sign_in("13912345671")
    one_more.post(link, product=three[1])
    elsewhere = Visit("cedar")
    elsewhere.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    elsewhere.post(link, product=three[1])
    assert count(town) == (1, VOTES_PER_CLIENT + 2)


def test_the_link_ends_after_two_weeks_and_the_board_stays_hers(town, her, three):
    at = made(her, three)
    link = link_on(her.read(at))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=LINK_DAYS, minutes=1), tick=True):
        Visit("cedar").read(link, OVER)
    assert count(town) == (1, 0)


def test_a_guests_boards_and_votes_are_hers_once_she_signs_in(town, her, three):
    at = made(her, three)
    other = Visit("cedar")
    link = link_on(other.read(made(other, three, "显瘦吗")))
    her.post(link, product=three[0], words="这件")
    her.sign_in(SHOPPER_PHONE)
    assert QUESTION in her.read(at)
    assert "Change my vote" in her.read(link)
    her.post(link, product=three[1])
    own_id = her_id(town)
    with brand_tx(town.brand.id):
        vote = BoardVote.objects.get()
        assert (vote.member_id, vote.guest_key) == (own_id, None)
    her.post("sign-out/")
    her.get(at, 404)


def test_a_board_is_deleted_and_a_page_costs_a_known_number_of_queries(town, her, three):
    at = made(her, three)
    with CaptureQueriesContext(connection) as counted:
        her.get(at)
    assert len(counted) == QUERIES_OF_A_BOARD
    her.post(f"{at}close/")
    assert "closed" in her.read("boards/")
    her.post(f"{at}delete/")
    assert count(town) == (0, 0)
    with brand_tx(town.brand.id):
        assert Need.objects.count() == 0
    her.get(at, 404)


def test_asking_a_koc_from_a_board_takes_the_question_along(town, her, three):
    """Facts of her body reach a KOC as chips alone, and only those that she agreed to share."""
    her.sign_in(SHOPPER_PHONE)
    page = her.read(made(her, three, "我怀孕了，C罩杯，160，50kg，大腿围58，会不会显胖？"))
    ask = re.search(r'href="([^"]+/ask/[^"]+board=1)"', page)
    assert ask is not None
    form = her.read(ask[1])
    (words,) = re.findall(r'<textarea[^>]*name="words"[^>]*>([^<]*)</textarea>', form)
    assert words.strip() == FRIENDS_READ
    her.post(ask[1], words=words)
    own_id = her_id(town)
    with brand_tx(town.brand.id):
        page = talks.inbox(brand_id=town.brand.id, koc_id=town.koc_id)
        (question,) = page.questions
        assert question.words == FRIENDS_READ
        assert not any(chip.is_body for chip in question.chips)
        assert talks.count_boards(brand_id=town.brand.id, who=Who(member_id=own_id)) == 1


def her_id(town):
    found = member_of(town.brand, SHOPPER_PHONE)
    assert found is not None
    return found
