"""Photos that people look at or send in a way that is of no use."""

from bot.home import home_button
from bot.replies import Answer, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.store.use_cases import evidence


async def see_receipt(turn: Turn) -> Replies:
    """[See receipt] on the customer's card: it comes as a message of its own, without a sound."""
    await evidence.show_receipt(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-photo-coming")),)


async def see_photo(turn: Turn) -> Replies:
    """[See photo] of the food where it was left."""
    await evidence.show_proof(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-photo-coming")),)


async def ask_as_photo(turn: Turn) -> Replies:
    """A picture that came as a file: what was asked stays asked."""
    home = home_button(turn)
    return (NewMessage(Screen(turn.say("bot-as-photo"), ((home,),))),)
