"""Transfers to the accounts of runners, and their reversals."""

from dataclasses import dataclass

from workers.stripe.objects.raw_object import (
    ObjectMetadata,
    RawObject,
    nested,
    optional_text,
    parse_metadata,
    reference_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReversal:
    """Money that came back from a transfer, in minor units."""

    id: str
    amount: int
    metadata: ObjectMetadata
    balance_transaction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A transfer to a connected account; amounts in minor units."""

    id: str
    amount: int
    amount_reversed: int
    currency: str
    created: int  # seconds of the epoch, by Stripe's clock
    destination: str | None  # the connected account
    transfer_group: str | None
    source_transaction: str | None  # the charge whose money it sends
    metadata: ObjectMetadata
    reversals: tuple[TransferReversal, ...]  # the newest ones, as many as Stripe sends with a transfer
    balance_transaction: str | None

    @property
    def movement_ids(self) -> tuple[str, ...]:
        """The ids of its balance transaction, and of those of its newest reversals."""
        named = (self.balance_transaction, *(one.balance_transaction for one in self.reversals))
        return tuple(one for one in named if one is not None)


def parse_transfer(raw: RawObject) -> Transfer:
    """Return a transfer. Raise KeyError when a field that every transfer has is missing."""
    return Transfer(
        id=raw["id"],
        amount=raw["amount"],
        amount_reversed=raw["amount_reversed"],
        currency=raw["currency"],
        created=raw["created"],
        destination=reference_id(raw.get("destination")),
        transfer_group=optional_text(raw.get("transfer_group")),
        source_transaction=reference_id(raw.get("source_transaction")),
        metadata=parse_metadata(raw),
        reversals=tuple(parse_reversal(reversal) for reversal in nested(raw, "reversals").get("data", ())),
        balance_transaction=reference_id(raw.get("balance_transaction")),
    )


def parse_reversal(raw: RawObject) -> TransferReversal:
    """Return the reversal of a transfer. Raise KeyError when a field that every reversal has is missing."""
    return TransferReversal(
        id=raw["id"],
        amount=raw["amount"],
        metadata=parse_metadata(raw),
        balance_transaction=reference_id(raw.get("balance_transaction")),
    )
