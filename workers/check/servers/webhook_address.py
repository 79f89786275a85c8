"""Whether the address of the webhooks leads to our bot."""

from dataclasses import dataclass

import aiohttp

from workers.check.line import CheckLine, broken, works

SUBJECT = "webhook address"
SECRET_WANTED = 401  # the bot's answer to a call without Telegram's secret
FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFacts:
    """The status of the answer to a call without a secret; None: there was none, and `failure` says why."""

    status: int | None = None
    failure: str = ""


async def read_address(session: aiohttp.ClientSession, public_url: str) -> AddressFacts:
    """Call the address as Telegram does, but without its secret."""
    try:
        async with session.post(f"{public_url}/telegram/check", json={}) as response:
            return AddressFacts(status=response.status)
    except aiohttp.ClientConnectorCertificateError:
        return AddressFacts(failure="its certificate is not one that is trusted, or of another host")
    except aiohttp.ClientConnectorDNSError:
        return AddressFacts(failure="its host has no address")
    except (aiohttp.ClientError, TimeoutError) as error:
        return AddressFacts(failure=type(error).__name__)


def judge_address(public_url: str, facts: AddressFacts) -> CheckLine:
    """Return the line about the address."""
    if facts.status == SECRET_WANTED:
        return works(SUBJECT, f"{public_url} leads to the bot, which refuses whoever has no secret.")
    if facts.status is None:
        return broken(
            SUBJECT,
            f"{public_url} cannot be reached from here ({facts.failure}): see its DNS entry, its ports and its"
            " certificate, and whether the proxy and the bot run.",
        )
    if facts.status >= FIRST_SERVER_ERROR:
        return broken(SUBJECT, f"The proxy at {public_url} answers {facts.status}: see whether the bot runs behind it.")
    return broken(SUBJECT, f"{public_url} answers {facts.status}, as our bot does not: it leads to something else.")
