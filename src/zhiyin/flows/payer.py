"""Who she is to whoever carries her money: kept as one more identity of the member."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Channel
from zhiyin.flows.ports import WechatSignIn
from zhiyin.storage.tenancy import brand_tx


def known_openid(*, brand_id: UUID, member_id: UUID) -> str | None:
    """The openid by which she pays, if WeChat has said it. Inside the caller's `brand_tx`."""
    return people.identity_value(
        brand_id=brand_id, member_id=member_id, channel=Channel.WECHAT_OPENID
    )


def keep_openid(
    *, brand_id: UUID, member_id: UUID, code: str, sign_in: WechatSignIn, now: datetime
) -> None:
    """Ask WeChat whose code it is, and keep the openid as hers. Not inside a transaction.

    Raises WechatRefused, WechatUnreached, MemberNotFound; IdentityTaken where the openid names
    another member: the two may be one person, which a member of staff decides.
    """
    openid = sign_in.openid(code=code)
    with brand_tx(brand_id):
        members.hold_member(brand_id=brand_id, member_id=member_id)
        members.link_identity(
            brand_id=brand_id,
            member_id=member_id,
            channel=Channel.WECHAT_OPENID,
            value=openid,
            now=now,
        )
