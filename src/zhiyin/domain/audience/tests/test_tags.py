"""Tags, and versions of the taxonomy: words that staff edit."""

from datetime import timedelta

import pytest

from tests.cast import NOW
from zhiyin.domain.audience import operations, queries
from zhiyin.domain.audience.kept import TagEmpty, TagNotFound, TagTaken, TaxonomyConflict
from zhiyin.domain.audience.models import MemberTag, Tag, TaxonomyVersion
from zhiyin.domain.members import operations as members
from zhiyin.kit.ids import uuid7


@pytest.fixture
def tag_id(brand):
    return operations.add_tag(brand_id=brand.id, group="来源", name="门店", now=NOW)


def test_a_tag_is_put_taken_and_put_again(brand, tag_id):
    people = [members.create_member(brand_id=brand.id, now=NOW) for _ in range(3)]
    tag = {"brand_id": brand.id, "tag_id": tag_id}
    assert operations.tag_members(member_ids=[*people, people[0]], now=NOW, **tag) == 3
    assert operations.tag_members(member_ids=people, now=NOW, **tag) == 0
    later = NOW + timedelta(days=1)
    assert operations.untag_members(member_ids=people[:1], now=later, **tag) == 1
    assert [(card.name, card.bearers) for card in queries.tags(brand_id=brand.id)] == [("门店", 2)]
    assert set(queries.bearers(**tag)) == set(people[1:])
    operations.tag_members(member_ids=people[:1], now=later, **tag)
    held = queries.tags_of(brand_id=brand.id, member_ids=people[:1], ended=True)[people[0]]
    assert [(row.name, row.since, row.until) for row in held] == [
        ("门店", NOW, later),
        ("门店", later, None),
    ]


def test_a_tag_is_there_once_and_has_words(brand, tag_id):
    with pytest.raises(TagTaken):
        operations.add_tag(brand_id=brand.id, group="来源", name=" 门店 ", now=NOW)
    with pytest.raises(TagEmpty):
        operations.add_tag(brand_id=brand.id, group="来源", name="\u200b", now=NOW)
    other = operations.add_tag(brand_id=brand.id, group="来源", name="直播", now=NOW)
    with pytest.raises(TagTaken):
        operations.rename_tag(brand_id=brand.id, tag_id=other, group="来源", name="门店")
    assert [card.name for card in queries.tags(brand_id=brand.id)] == ["直播", "门店"]


def test_a_tag_goes_with_everybody_who_bears_it(brand, tag_id):
    lin = members.create_member(brand_id=brand.id, now=NOW)
    operations.tag_members(brand_id=brand.id, tag_id=tag_id, member_ids=[lin], now=NOW)
    operations.remove_tag(brand_id=brand.id, tag_id=tag_id)
    assert (Tag.objects.count(), MemberTag.objects.count()) == (0, 0)
    for act in (
        lambda: operations.remove_tag(brand_id=brand.id, tag_id=tag_id),
        lambda: operations.rename_tag(brand_id=brand.id, tag_id=uuid7(), group="a", name="b"),
        lambda: operations.tag_members(brand_id=brand.id, tag_id=tag_id, member_ids=[lin], now=NOW),
    ):
        with pytest.raises(TagNotFound):
            act()
    assert MemberTag.objects.count() == 0


def test_whoever_saves_the_taxonomy_second_is_told(brand):
    save = {"brand_id": brand.id, "category": "apparel", "user_id": None, "now": NOW}
    assert queries.taxonomy_edit(brand_id=brand.id).version == 0
    assert operations.save_taxonomy(extension={"common_words": ["w1"]}, based_on=0, **save) == 1
    assert operations.save_taxonomy(extension={"common_words": ["w2"]}, based_on=1, **save) == 2
    for stale in (0, 1, 3):
        with pytest.raises(TaxonomyConflict) as refused:
            operations.save_taxonomy(extension={"common_words": ["w9"]}, based_on=stale, **save)
        assert refused.value.details == {"current": 2, "based_on": stale}
    assert TaxonomyVersion.objects.count() == 2
    assert queries.taxonomy_edit(brand_id=brand.id).extension == {"common_words": ["w2"]}
    assert queries.taxonomy_edit(brand_id=brand.id, version=1).extension == {"common_words": ["w1"]}
    assert [edit.version for edit in queries.taxonomy_edits(brand_id=brand.id)] == [2, 1]
