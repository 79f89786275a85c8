"""The visitor: an admin of the campus whose page is asked for, as the permission table has it now."""

from dataclasses import dataclass

from console.web.sessions import Session, begin_session, pack_session, read_session
from console.web.telegram_login import read_login
from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.campuses.repository import list_campuses
from domain.database.unit_of_work import UnitOfWork
from domain.errors import NotAllowed
from domain.settings.environment_variables import BotTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks, at which campus, in the transaction of this request."""

    work: UnitOfWork
    campus: Campus
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A campus with the token of its bot."""

    campus: Campus
    token: str


async def find_door(work: UnitOfWork, tokens: BotTokens, name: str) -> Door | None:
    """Return the campus of this name; None when there is none, or none whose token this process has."""
    campuses = await list_campuses(work)
    campus = next((each for each in campuses if each.name == name), None)
    token = None if campus is None else tokens.token_for(campus.name, is_only_campus=len(campuses) == 1)
    return None if campus is None or token is None else Door(campus=campus, token=token)


async def log_in(work: UnitOfWork, door: Door, signed: str) -> str:
    """Return the cookie of a new session for the person for whom Telegram signed this.

    Raise LoginRefused when it is forged or old, and NotAllowed for a person who may not see the console.
    """
    person_id = read_login(signed, door.token, work.now)
    await _find_admin(work, door.campus, person_id)
    return pack_session(begin_session(door.campus.id, person_id, work.now), door.token)


async def find_visitor(work: UnitOfWork, door: Door, cookie: str) -> Visitor | None:
    """Return who is logged in here; None without a session. Raise NotAllowed when they may not look any more."""
    session: Session | None = read_session(cookie, door.campus.id, door.token, work.now)
    if session is None:
        return None
    member = await _find_admin(work, door.campus, session.person_id)
    return Visitor(work=work, campus=door.campus, member=member)


async def _find_admin(work: UnitOfWork, campus: Campus, person_id: int) -> Member:
    try:
        member = await find_member(work, campus.id, person_id)
    except LookupError as error:
        raise NotAllowed from error
    require_permission(member, Action.SEE_CONSOLE)
    return member
