"""What the senders of order messages and notifications are given."""

from dataclasses import dataclass, field

from domain.database.unit_of_work import AutocommitConnectionFactory, UnitOfWorkFactory
from workers.telegram.answers import AnswerWaits
from workers.telegram.rate_limit import TelegramRateLimiter
from workers.telegram.sender import TelegramSender


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderContext:
    """The database, the sender and the rate limiter of one worker process."""

    database: UnitOfWorkFactory
    autocommit: AutocommitConnectionFactory
    sender: TelegramSender
    rate_limiter: TelegramRateLimiter
    has_console: bool = False  # then messages to admins link to it
    waits: AnswerWaits = field(default_factory=AnswerWaits)
