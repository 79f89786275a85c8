"""The first screen, the way back to it, and an answer to everything that means nothing."""

from bot.doorstep import doorstep
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.people import Role
from domain.store.drafts import expect_nothing

MENU = 1  # the version on menu buttons: those of cards and pushes carry another, and are not turned into a menu


async def start(turn: Turn) -> Replies:
    """/start: who we are and the two roles."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(home(turn)),)


async def go_home(turn: Turn) -> Replies:
    """[Home]."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (on_menu(turn, home(turn)),)


async def help_out(turn: Turn) -> Replies:
    """A line nobody asked for, or an unknown command."""
    if not turn.private:
        return ()
    if Role.CUSTOMER not in turn.member.roles:
        return (NewMessage(doorstep(turn)),)
    return (NewMessage(Screen(turn.say("bot-help"), home(turn).rows)),)


async def unknown_tap(turn: Turn) -> Replies:
    """A button that nothing here answers to."""
    return (Answer(turn.plain("error-stale")),)


def home(turn: Turn) -> Screen:
    """Two roles, and what one has ordered; for who has not come by the invitation yet, how to get in."""
    if Role.CUSTOMER not in turn.member.roles:
        return doorstep(turn)
    return Screen(
        turn.say("bot-home", name=turn.member.first_name, campus=turn.campus.title),
        (
            (turn.button("bot-button-order-food", Tap.ORDER_FOOD, version=MENU, style=Style.PRIMARY),),
            (turn.button("bot-button-deliver-food", Tap.DELIVER_FOOD, version=MENU, style=Style.SUCCESS),),
            (turn.button("bot-button-my-orders", Tap.MY_ORDERS, version=MENU),),
        ),
    )


def on_menu(turn: Turn, screen: Screen) -> EditMenu | NewMessage:
    """Turn the tapped menu into this screen, but leave cards and pushes as they are."""
    return EditMenu(screen) if turn.version else NewMessage(screen)
