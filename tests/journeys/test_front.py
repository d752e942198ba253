"""The bare address of the house, and addresses where nothing stands, over HTTP."""

import pytest
from django.test import Client

from tests.cast import NOW, make_brand
from tests.journeys.visiting import english
from zhiyin.domain.brands import operations as brands

TOO_MANY_FIELDS = "?" + "&".join(f"f{n}=1" for n in range(1_001))


def a_demo(slug: str) -> None:
    brands.create_brand(slug=slug, name_zh="示例", name_en=f"Demo {slug}", is_demo=True, now=NOW)


@pytest.mark.django_db
def test_one_brand_is_the_house() -> None:
    make_brand("cedar")
    answer = english().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/s/cedar/")


@pytest.mark.django_db
def test_the_demo_lists_what_it_plays() -> None:
    a_demo("cedar")
    a_demo("maple")
    page = english().get("/").content.decode()
    for link in ("/s/cedar/", "/s/maple/", "/console/", "/api/v1/docs"):
        assert f'href="{link}"' in page


@pytest.mark.django_db
def test_brands_that_share_a_house_are_not_named() -> None:
    make_brand("cedar")
    make_brand("maple")
    answer = english().get("/")
    assert answer.status_code == 404
    assert b"cedar" not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nothing/", "/s/cedar/nothing/"])
def test_where_nothing_stands_a_page_leads_back(path: str) -> None:
    make_brand("cedar")
    answer = Client(headers={"accept-language": "zh-hans"}).get(path)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "没有找到" in page
    assert 'href="/"' in page


@pytest.mark.django_db
def test_the_api_says_so_in_its_one_shape() -> None:
    answer = english().get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["code"] == "page_not_found"
    assert set(answer.json()) == {"code", "kind", "message", "details"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/s/cedar/", "/s/cedar/browse/"])
def test_a_page_asked_for_with_more_fields_than_anybody_means_leads_back(path: str) -> None:
    make_brand("cedar")
    answer = Client(headers={"accept-language": "zh-hans"}).get(path + TOO_MANY_FIELDS)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "request_malformed" in page
    assert 'href="/s/cedar/">回到开头' in page
