"""An operator edits the words, and sees which needs they read differently: before and after."""

from uuid import uuid4

import pytest

from tests.cast import NOW, make_brand
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import TaxonomyConflict
from zhiyin.domain.audience.models import TaxonomyVersion
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.types import TaxonomyMalformed
from zhiyin.flows import taxonomy
from zhiyin.storage.tenancy import brand_tx

GALA = {
    "values": [
        {
            "slot": "occasion",
            "value": "party",
            "label": {"zh-Hans": "聚会", "en": "party"},
            "zh": ["跑堂宴"],
        }
    ]
}


@pytest.fixture
def brand_id(own_database):
    return make_brand("cedar").id


def ask(brand_id, text):
    with brand_tx(brand_id):
        words = kept.taxonomy(brand_id=brand_id)
        return audience.save_need(
            brand_id=brand_id,
            text=text,
            slots=read(text, words, NOW.date()).slots,
            taxonomy_version=words.version,
            guest_key=uuid4(),
            now=NOW,
        )


def compare(brand_id, **draft):
    return taxonomy.needs_read_differently(brand_id=brand_id, **draft)


def test_an_edit_shows_what_it_reads_differently_before_and_after_it_is_saved(brand_id):
    touched = ask(brand_id, "下周去跑堂宴，想显瘦")
    ask(brand_id, "参加婚礼，想显瘦")
    before = compare(brand_id, extension=GALA)
    (one,) = before.differences
    assert (one.need_id, one.gone) == (touched, ())
    assert [(chip.slot, chip.value, chip.words) for chip in one.new] == [
        ("occasion", "party", "跑堂宴")
    ]
    assert (before.read, before.total) == (2, 2)
    assert compare(brand_id).differences == ()

    saved = taxonomy.save(brand_id=brand_id, extension=GALA, based_on=0, user_id=None, now=NOW)
    assert (saved.version, saved.comparison) == (1, before)
    assert compare(brand_id) == before
    assert compare(brand_id, extension=GALA).differences == ()
    ask(brand_id, "又一次跑堂宴")
    assert compare(brand_id).differences == before.differences

    (back,) = compare(brand_id, extension={}).differences[1:]
    assert [chip.value for chip in back.gone] == ["party"]


def test_a_comparison_is_bounded_and_says_so(brand_id):
    for n in range(5):
        ask(brand_id, f"第{n}次跑堂宴")
    some = compare(brand_id, extension=GALA, limit=3)
    assert (len(some.differences), some.read, some.total) == (3, 3, 5)


def test_the_second_to_save_is_refused_and_nothing_of_hers_is_kept(brand_id):
    save = {"brand_id": brand_id, "based_on": 0, "user_id": None, "now": NOW}
    taxonomy.save(extension=GALA, **save)
    with pytest.raises(TaxonomyConflict) as refused:
        taxonomy.save(extension={"common_words": ["x"]}, **save)
    assert refused.value.details == {"current": 1, "based_on": 0}
    with pytest.raises(TaxonomyMalformed):
        taxonomy.save(extension={"values": 7}, **save | {"based_on": 1})
    with brand_tx(brand_id):
        assert TaxonomyVersion.objects.count() == 1
        assert kept.taxonomy(brand_id=brand_id).version == 1


def test_one_brands_words_are_not_anothers(brand_id):
    other = make_brand("maple").id
    taxonomy.save(brand_id=brand_id, extension=GALA, based_on=0, user_id=None, now=NOW)
    ask(other, "跑堂宴")
    assert compare(other) == taxonomy.Comparison((), 1, 1)
    with brand_tx(other):
        assert kept.taxonomy(brand_id=other).version == 0
