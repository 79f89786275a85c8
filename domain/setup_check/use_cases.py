"""An admin asks whether all that the campus needs works; one check of a campus runs at a time."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.saga.lookup_repository import is_campus_saga_at_work, lock_campus_sagas
from domain.saga.start import start_saga
from domain.setup_check.errors import CheckInFlight
from domain.setup_check.sagas import CHECK_SETUP, build_check_start


async def request_check(work: UnitOfWork, campus: Campus, admin: Member, chat_id: int) -> None:
    """Have a worker look, and answer in this chat. Raise CheckInFlight while it looks."""
    require_permission(admin, Action.CHECK_SETUP)
    await lock_campus_sagas(work, campus.id)
    if await is_campus_saga_at_work(work, campus.id, CHECK_SETUP.kind):
        raise CheckInFlight
    await start_saga(
        work, build_check_start(campus_id=campus.id, admin_id=admin.person_id, chat_id=chat_id, now=work.now)
    )
