"""Photos that people look at or send in a way that is of no use."""

from bot.home import home_button
from bot.replies import Answer, NewMessage, Replies, Screen
from bot.request_context import RequestContext
from domain.store.use_cases import photo_use_cases


async def show_receipt_photo(context: RequestContext) -> Replies:
    """[See receipt] on the customer's card: it comes as a message of its own, without a sound."""
    await photo_use_cases.send_receipt_photo(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-photo-coming")),)


async def show_proof_photo(context: RequestContext) -> Replies:
    """[See photo] of the food where it was left."""
    await photo_use_cases.send_proof_photo(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-photo-coming")),)


async def ask_for_photo_instead(context: RequestContext) -> Replies:
    """A picture that came as a file: what was asked stays asked."""
    home = home_button(context)
    return (NewMessage(Screen(context.say("bot-as-photo"), ((home,),))),)
