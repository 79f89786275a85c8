"""What nobody asked for: a PIN, a photo of a job, the campus' code, words for the other side; else help."""

from dataclasses import replace

from bot.customer.invitation import typed_code
from bot.home import help_out
from bot.passing_on import offer
from bot.replies import Replies
from bot.runner.handover import hand_over, loose_photo, pin_in
from bot.turn import Turn
from domain.draft import Expects
from domain.order import OrderStatus
from domain.store.orders import open_jobs


async def loose_line(turn: Turn) -> Replies:
    """Four digits are the PIN of the one job at the door, a photo is of a job, words may be for somebody."""
    asked = None if turn.dialogue is None or turn.dialogue.expects is Expects.PASS_ON else turn.dialogue
    if turn.private and turn.photo is not None and asked is None:
        return await loose_photo(turn)
    pin = pin_in(turn.typed)
    if turn.private and pin is not None:
        jobs = await open_jobs(turn.work, turn.campus.id, turn.member.person_id)
        arrived = [job.id for job in jobs if job.status is OrderStatus.ARRIVED]
        if len(arrived) == 1:
            return await hand_over(turn, arrived[0], pin)
    said = await _words(turn) if turn.private and asked is None else None
    return await help_out(replace(turn, dialogue=asked)) if said is None else said


async def _words(turn: Turn) -> Replies | None:
    """A stranger's code lets her in; what a member writes may be for somebody."""
    return await typed_code(turn) or await offer(turn)
