"""`python -m bench.claim_storm`: all runners of a campus tap [Claim] of one order at the same time.

Printed, for each round: how many were told that the order is theirs and that another was faster, and the seconds from
the first tap to the middle and the last answer. The processes are real, and the limits are those of production.
"""

import argparse
import asyncio
import shutil
import statistics
import time
from collections import Counter

import uvloop

from bench.report import print_line
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack
from sandbox.people.control_clients import Json
from sandbox.people.customer import ORDER_OPEN_TEXT
from sandbox.people.populated_stack import PopulatedStack, SceneContext, open_populated_stack

RUNNERS = 500
ROUNDS = 3
SCENE_RUNNERS = 2  # whom the scene takes for itself
MAX_CONCURRENT_GREETINGS = 8
MAX_SECONDS = 540.0
ANSWERS = {"is yours": "won", "another runner was faster": "told that another was faster"}


def main() -> None:
    """Measure on one CampusG with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.claim_storm", description=__doc__)
    parser.add_argument("--runners", type=int, default=RUNNERS, help="how many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how many orders (default: %(default)s)")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-claim-storm"
    shutil.rmtree(folder, ignore_errors=True)
    campus = create_campus(folder, "north", 10, runners=options.runners + SCENE_RUNNERS)
    try:
        with running_stack(StackConfig(folder=folder, campuses=(campus,)), print_line) as stack:
            uvloop.run(asyncio.wait_for(run_storms(stack, options.runners, options.rounds), MAX_SECONDS))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def run_storms(stack: Stack, runners: int, rounds: int) -> None:
    """Let every runner open their chat with the bot, then let them race for one order after the other."""
    (campus,) = stack.config.campuses
    async with open_populated_stack(stack) as populated_stack, populated_stack.open_scene(campus) as context:
        crowd = [campus.next_runner().id for _ in range(runners)]
        slots = asyncio.Semaphore(MAX_CONCURRENT_GREETINGS)

        async def start(runner: int) -> None:
            async with slots:
                await populated_stack.telegram.write(runner, campus.bot, "/start")

        await asyncio.gather(*(start(runner) for runner in crowd))
        order = await context.mei.order_laksa()
        for number in range(rounds):
            if number:
                await context.sam.type_text(f"/cancel {order} the next race")
                await context.mei.wait_for_message(f"#{order}: cancelled", "Released")
                await context.mei.tap("try_again", subject_id=order)
                await context.mei.tap("place")
                order = await context.mei.wait_for_order_number(ORDER_OPEN_TEXT)
            await race(populated_stack, context, crowd, order)


async def race(stack: PopulatedStack, context: SceneContext, crowd: list[int], order: int) -> None:
    """Let the crowd tap [Claim] of an order, and print what they were told and when."""
    offer = await context.ben.find_button("claim", subject_id=order)
    chat, message_id, data = offer.message.chat_ref.chat, offer.message.message_id, offer.button.data
    began = time.time()
    taps = await asyncio.gather(*(stack.telegram.tap(runner, chat, message_id, data) for runner in crowd))
    tapped = time.time()
    answers = await asyncio.gather(*(stack.telegram.answer_to(tap) for tap in taps))
    told = Counter(describe_answer(answer) for answer in answers)
    answered = [answer for answer in answers if answer["answered"]]
    waited = [float(answer["answered_at"]) - float(answer["tapped_at"]) for answer in answered]
    last = max(float(one["answered_at"]) for one in answered) - min(float(one["tapped_at"]) for one in answers)
    print_line(
        f"#{order}: {', '.join(f'{count} {words}' for words, count in told.items())}; all tapped in"
        f" {tapped - began:.2f} s; a tap waits {statistics.median(waited):.2f} s, at most {max(waited):.2f} s;"
        f" first tap to last answer {last:.2f} s"
    )


def describe_answer(answer: Json) -> str:
    """Return what a runner was told, in few words."""
    if not answer["answered"]:
        return "without an answer"
    return next((words for part, words in ANSWERS.items() if part in answer["text"]), f"told {answer['text']!r}")


if __name__ == "__main__":
    main()
