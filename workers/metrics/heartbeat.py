"""The heartbeat: another service is called while all is well, and tells a person when it no longer is.

An alert that goes through Telegram, or through this machine, can fail with them. A missing heartbeat cannot.
"""

from collections.abc import Sequence

import aiohttp

from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.metrics.database_gauges import Readings

# How old the oldest due thing of each kind may be; the alert rules of Prometheus begin at the same ages.
MAX_AGES = {
    "saga_oldest_due_seconds": Timeout.WELL_DUE,
    "timer_oldest_due_seconds": Timeout.WELL_DUE,
    "stripe_event_oldest_waiting_seconds": Timeout.WELL_WAITING,
    "update_oldest_waiting_seconds": Timeout.WELL_WAITING,
}
MONEY_LANES = ("money", "order_message")

log = get_logger(__name__)


def find_troubles(readings: Readings) -> Sequence[str]:
    """Return the names of the readings by which the engine is not well: what is due is not being done."""
    troubles = [name for name, limit in MAX_AGES.items() if max(value for _, value in readings[name]) > limit.seconds]
    for (lane,), age in readings["outbox_oldest_due_seconds"]:
        if lane in MONEY_LANES and age > Timeout.WELL_WAITING.seconds:
            troubles.append(f"outbox_oldest_due_seconds of {lane}")
    return troubles


async def send_heartbeat(url: str, readings: Readings) -> bool:
    """Call the address unless something is not well; return whether it answered well."""
    troubles = find_troubles(readings)
    if troubles:
        log.warning("heartbeat_held_back", troubles=", ".join(troubles))
        return False
    timeout = aiohttp.ClientTimeout(total=Timeout.HEARTBEAT_CALL.seconds)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            answer.raise_for_status()
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("heartbeat_not_sent", error=type(error).__name__)  # the error names the address, which is a secret
        return False
    return True
