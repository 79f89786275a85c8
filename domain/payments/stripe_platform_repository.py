"""Which Stripe our rows belong to: the mode and the account of the platform, kept since the first start."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.payments.tables import stripe_platform


@dataclass(frozen=True, slots=True, kw_only=True)
class StripePlatform:
    """The platform that the ids in our rows are from. `account` is None until Stripe said it."""

    is_live: bool
    account: str | None = None
    country: str | None = None


class OtherPlatformError(Exception):
    """This database belongs to another Stripe account, or to its other mode; the sentence says so."""


async def read_stripe_platform(work: UnitOfWork) -> StripePlatform | None:
    """Return the kept platform; None before the first start."""
    query = select(stripe_platform.c.is_live, stripe_platform.c.account, stripe_platform.c.country)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else StripePlatform(**row)


async def keep_stripe_platform(work: UnitOfWork, now: StripePlatform) -> None:
    """Keep the platform of the first start. Raise OtherPlatformError when `now` is another one.

    An account that is not known yet fits every account.
    """
    values = {"is_live": now.is_live, "account": now.account, "country": now.country}
    first = insert(stripe_platform).values(values)
    kept = first.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "account": func.coalesce(stripe_platform.c.account, first.excluded.account),
            "country": func.coalesce(stripe_platform.c.country, first.excluded.country),
        },
    )
    await work.connection.execute(kept)
    require_same_platform(await read_stripe_platform(work), now)


def require_same_platform(kept: StripePlatform | None, now: StripePlatform) -> None:
    """Raise OtherPlatformError when the kept platform is another one."""
    if kept is None:
        return
    if kept.is_live is not now.is_live:
        here, there = ("live", "test") if kept.is_live else ("test", "live")
        raise OtherPlatformError(
            f"This database belongs to Stripe's {here} mode, and STRIPE_SECRET_KEY and ENVIRONMENT are for {there}"
            f" mode. Use a key of {here} mode, or an empty database for {there} mode."
        )
    if None not in (kept.account, now.account) and kept.account != now.account:
        raise OtherPlatformError(
            f"This database belongs to the Stripe account {kept.account}, and STRIPE_SECRET_KEY is of {now.account}."
            f" Use a key of {kept.account}, or an empty database for {now.account}."
        )
