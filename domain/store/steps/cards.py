"""Local steps around a card that is given up, or gives way to another: forget it, say when it is gone."""

from domain.errors import Stale
from domain.people import SavedCard, brand_name
from domain.store.messages import tell
from domain.store.people import find_member
from domain.store.people import forget_card as forget
from domain.store.runs import Run, Start
from domain.store.under_way import places_an_order
from domain.store.unit_of_work import UnitOfWork


async def forget_card(work: UnitOfWork, run: Run) -> None:
    """The card is hers no more; Stale when it is not the saved one any more."""
    if not await forget(work, run.person, run.data["payment_method"]):
        raise Stale


async def tell_card_removed(work: UnitOfWork, run: Run) -> None:
    """Stripe has let it go too."""
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"card_removed:{run.id}",
        key="push-card-removed",
        words={"brand": brand_name(run.data["brand"]), "last4": run.data["last4"]},
    )


async def let_former_go(work: UnitOfWork, run: Run, coming: SavedCard) -> None:
    """The card that this one replaces is detached at Stripe, unless an order is just being placed with it."""
    former = (await find_member(work, run.campus_id, run.person)).card
    if former is None or former.payment_method == coming.payment_method or await places_an_order(work, run.person):
        return
    start = Start(
        kind="let_card_go",
        name=f"let_card_go:{run.person}:{former.payment_method}",
        campus_id=run.campus_id,
        person_id=run.person,
        data={"payment_method": former.payment_method},
    )
    run.starts.append(start)
