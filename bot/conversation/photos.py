"""Taps that show a photo of an order, and the answer to a picture sent as a file."""

from bot.conversation.home import home_button
from bot.conversation.replies import Answer, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.orders.use_cases import photos


async def show_receipt_photo(context: RequestContext) -> Replies:
    """Handle [See receipt] on the customer's order message: the photo follows as a notification, without sound."""
    await photos.send_receipt_photo(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-photo-coming")),)


async def show_proof_photo(context: RequestContext) -> Replies:
    """Handle [See photo]: the photo shows the food where it was left."""
    await photos.send_proof_photo(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-photo-coming")),)


async def ask_for_photo_instead(context: RequestContext) -> Replies:
    """Answer a picture sent as a file; the pending input stays pending."""
    home = home_button(context)
    return (NewMessage(Screen(context.say("bot-as-photo"), ((home,),))),)
