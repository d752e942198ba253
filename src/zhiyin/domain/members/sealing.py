"""Where the room's personal values are sealed and opened, so that each place is named once."""

from uuid import UUID

from zhiyin.domain.members.models import Identity, Member
from zhiyin.domain.members.rules import normal_identity, normal_phone
from zhiyin.domain.members.types import Channel
from zhiyin.storage.fields import blind_index, seal_text, unseal_text


def normal_value(channel: Channel, value: str) -> str:
    """The one form in which a channel's value is indexed. Raises PhoneInvalid, IdentityEmpty."""
    return normal_phone(value) if channel is Channel.PHONE else normal_identity(value)


def value_index(*, brand_id: UUID, channel: Channel, value: str) -> bytes:
    """The blind index of a value in its normal form; each channel has indexes of its own."""
    return blind_index(
        brand_id=brand_id, model=Identity, field="value_sealed", value=f"{channel.value}:{value}"
    )


def sealed_value(*, brand_id: UUID, identity_id: UUID, value: str) -> bytes:
    return seal_text(
        brand_id=brand_id, model=Identity, field="value_sealed", row_id=identity_id, text=value
    )


def opened_value(identity: Identity) -> str:
    return unseal_text(
        brand_id=identity.brand_id,
        model=Identity,
        field="value_sealed",
        row_id=identity.id,
        sealed=identity.value_sealed,
    )


def sealed_nickname(*, brand_id: UUID, member_id: UUID, nickname: str) -> bytes | None:
    """None for no name, so that an empty name costs nothing and says nothing."""
    if not nickname:
        return None
    return seal_text(
        brand_id=brand_id, model=Member, field="nickname_sealed", row_id=member_id, text=nickname
    )


def opened_nickname(*, brand_id: UUID, member_id: UUID, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    return unseal_text(
        brand_id=brand_id, model=Member, field="nickname_sealed", row_id=member_id, sealed=sealed
    )
