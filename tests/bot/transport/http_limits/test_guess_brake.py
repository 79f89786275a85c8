"""Tests of the brake on guesses: it bounds wrong secrets and never meets the right one."""

import time

from tests.bot.transport.http_limits.small_server import connected, post_header, read_to_end, send, small_server
from tests.bot.transport.test_gateway import event_body, signature_header
from tests.stack.bot_stack import SECRET, BotStack, json_bytes
from webserver.guess_brake import (
    GUESSES_PER_SECOND,
    MAX_GUESS_BURST,
    MAX_WAITING_GUESSES,
    GuessBrake,
    GuessBucket,
    GuessVerdict,
    judge_guess,
)

FULL = GuessBucket(tokens=MAX_GUESS_BURST, updated_at=0.0)


def exhausted_brake() -> GuessBrake:
    """A brake that answers no wrong guess for the next 1,000 s."""
    return GuessBrake(bucket=GuessBucket(tokens=0.0, updated_at=time.monotonic() + 1000), waiting=MAX_WAITING_GUESSES)


def test_of_3700_guesses_a_second_few_are_answered() -> None:
    bucket, verdicts = FULL, []
    for number in range(37_000):
        bucket, verdict = judge_guess(bucket, MAX_WAITING_GUESSES, number / 3_700)
        verdicts.append(verdict)
    assert verdicts.count(GuessVerdict.ANSWER) <= MAX_GUESS_BURST + 10 * GUESSES_PER_SECOND
    assert verdicts.count(GuessVerdict.ANSWER_LATE) == 0


def test_beyond_the_rate_some_are_answered_late_and_the_others_not_at_all() -> None:
    empty = GuessBucket(tokens=0.0, updated_at=5.0)
    assert judge_guess(empty, 0, 5.0)[1] is GuessVerdict.ANSWER_LATE
    assert judge_guess(empty, MAX_WAITING_GUESSES, 5.0)[1] is GuessVerdict.NO_ANSWER
    assert judge_guess(empty, MAX_WAITING_GUESSES, 5.0 + 2 / GUESSES_PER_SECOND)[1] is GuessVerdict.ANSWER


async def test_the_right_secret_is_taken_however_many_wrong_ones_there_are(stack: BotStack) -> None:
    async with small_server(stack, guess_brake=exhausted_brake()) as server:
        async with connected(server) as guessing:
            header = post_header("/telegram/north", 2, X_Telegram_Bot_Api_Secret_Token="guess")
            await send(guessing, header, b"{}")
            assert await read_to_end(guessing) == b""
        async with connected(server) as telegram:
            body = b'{"update_id": 1}'
            header = post_header("/telegram/north", len(body), X_Telegram_Bot_Api_Secret_Token=SECRET)
            await send(telegram, header, body)
            assert b" 200 " in await telegram[0].readline()
        assert server.refused("webhook_secret_wrong") == 1


async def test_a_right_signature_is_taken_however_many_wrong_ones_there_are(stack: BotStack) -> None:
    body = json_bytes(event_body("evt_past_the_brake"))
    async with small_server(stack, guess_brake=exhausted_brake()) as server:
        async with connected(server) as guessing:
            wrong = signature_header(body, "whsec_other")["Stripe-Signature"]
            await send(guessing, post_header("/stripe", len(body), Stripe_Signature=wrong), body)
            assert await read_to_end(guessing) == b""
        async with connected(server) as stripe:
            right = signature_header(body)["Stripe-Signature"]
            await send(stripe, post_header("/stripe", len(body), Stripe_Signature=right), body)
            assert b" 200 " in await stripe[0].readline()


async def test_a_request_without_a_secret_is_no_guess(stack: BotStack) -> None:
    async with small_server(stack, guess_brake=exhausted_brake()) as server, connected(server) as one:
        await send(one, post_header("/telegram/north", 2), b"{}")
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 401 ")
