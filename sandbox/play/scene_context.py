"""What a scene works with: its people, and a CampusG that runs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sandbox.launch.telegram_accounts import GroupChat, PersonAccount
from sandbox.play.chat_observer import ChatObserver, observe_chats
from sandbox.play.narrator import Narrator
from sandbox.play.sandbox_client import SandboxClient, open_sandbox_client
from sandbox.play.scene_campuses import ScenePeople
from sandbox.play.scripted_user import ScriptedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMoney:
    """The expected money of an order at the end of a scene, in minor units."""

    order_id: int
    charged: int = 0
    paid_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneContext:
    """The people and the sandboxes a scene may use."""

    mei: ScriptedUser
    ana: ScriptedUser
    ben: ScriptedUser
    sam: ScriptedUser
    observer: ChatObserver
    telegram: SandboxClient
    stripe: SandboxClient


Scene = Callable[[SceneContext], Awaitable[tuple[ExpectedMoney, ...]]]


@asynccontextmanager
async def open_scene(
    telegram_url: str, stripe_url: str, scene_people: ScenePeople, narrator: Narrator
) -> AsyncIterator[SceneContext]:
    """Create the scripted users of a scene, for the length of a block."""
    campus_chats = scene_people.campus_chats
    async with (
        open_sandbox_client(telegram_url) as telegram,
        open_sandbox_client(stripe_url) as stripe,
        observe_chats(telegram, (narrator.on_event,)) as observer,
    ):

        def scripted_user(person: PersonAccount, *groups: GroupChat) -> ScriptedUser:
            return ScriptedUser(
                name=person.first_name,
                user_id=person.id,
                bot=f"@{campus_chats.bot.username}",
                groups=tuple(group.id for group in groups),
                observer=observer,
                narrator=narrator,
            )

        yield SceneContext(
            mei=scripted_user(scene_people.mei),
            ana=scripted_user(scene_people.ana, campus_chats.runners),
            ben=scripted_user(scene_people.ben, campus_chats.runners),
            sam=scripted_user(scene_people.sam, campus_chats.runners, campus_chats.admins),
            observer=observer,
            telegram=telegram,
            stripe=stripe,
        )
