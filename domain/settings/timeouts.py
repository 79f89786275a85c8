"""One table of all timeouts, leases, deadlines and pauses of the processes; `timeout_rules.py` says how they agree.

The deadlines of the business stand in `domain/campuses/windows.py`, because a campus may set them.
"""

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING


class Timeout(Enum):
    """A timeout, lease, deadline or pause: its seconds, and what it bounds.

    A value that is changed here is changed everywhere: no other module has a number of its own.
    """

    if TYPE_CHECKING:
        _value_: tuple[float, str]

    # Telegram, from a worker
    TELEGRAM_POOL = 4.0, "a send waits for a free connection to Telegram; then it was not sent"
    TELEGRAM_CONNECT = 5.0, "a worker connects to Telegram; then nothing was sent"
    TELEGRAM_WRITE = 10.0, "a request to Telegram is written; then its outcome is unknown"
    TELEGRAM_ANSWER = 25.0, "a send waits for Telegram's answer; then its outcome is unknown"
    TELEGRAM_LATE_ANSWER = 60.0, "a late answer is still listened to, counted from the send"
    TELEGRAM_READ = 65.0, "python-telegram-bot waits for a part of an answer; ours end before it"
    SEND_LEASE = 10.0, "a message belongs to the worker that sends it; after it another worker takes over"
    SEND_LEASE_RENEWAL = 3.0, "between two renewals of the lease of a message that is being sent"
    ANSWERED_TOGETHER = 0.2, "order messages of one order that are answered within it are recorded together"
    UNKNOWN_SEND_REST = 5.0, "an order message rests after its first send with unknown outcome; four times as long each"
    UNKNOWN_SEND_REST_MAX = 900.0, "the longest rest of an order message with unknown outcome"
    NOTIFICATION_ERROR_REST = (
        2.0,
        "what could not be prepared rests, and later notifications of its lane and chat",
    )
    SENTENCE_REST = 10.0, "a notification rests whose sentence a worker lacks, and later ones of its lane and chat"
    SENTENCE_WAIT = 600.0, "a notification waits in all for a worker that has its sentence; then it is a dead letter"
    SEND_LANE_RETURN = 2.0, "a lane that had to wait counts as waiting after its time, as the sweeper comes to it"

    # Telegram, from the bot
    BOT_CALL = 10.0, "one call of the bot to Telegram, and the time that a long poll may take beyond LONG_POLL"
    LONG_POLL = 20.0, "Telegram holds an empty answer to getUpdates back"
    POLL_RETRY = 0.1, "before a failed attempt to fetch updates is repeated; doubled with each"
    POLL_RETRY_MAX = 3.0, "between two attempts to fetch updates; people wait meanwhile"
    BOT_SET_UP_RETRY = 2.0, "between two attempts to reach Telegram while a bot is set up, or is polled again"
    BOT_SET_UP_RETRY_MAX = 60.0, "between two attempts of what Telegram refuses for good, as with a revoked token"
    MENU_RETRY_MAX = (
        600.0,
        "the longest pause before lists of commands are offered again, unless Telegram asks more",
    )
    WEBHOOK_ERROR_AGE = 300.0, "an error of a webhook counts while updates wait; Telegram tries again every 2 minutes"
    WEBHOOK_WATCH_INTERVAL = 5.0, "between two questions to Telegram whether it reaches the webhook of a campus"
    ANSWER_LIFETIME = 10.0, "the answer to a tap is worth sending; Telegram's apps show a tap as open for about 15 s"
    MESSAGE_LIFETIME = 15.0, "a reply is worth sending; who reads nothing for so long writes or taps again"
    SETTING_LIFETIME = 60.0, "what follows from a join request, /bind or a new role is worth sending; nobody repeats it"
    REPLY_RETRY = 0.2, "between two tries of a reply that Telegram does not know of; it grows with each try"
    REPLY_RETRY_MAX = 2.0, "the longest pause between two tries of a reply"
    GROUP_LEAVING_INTERVAL = 2.0, "between two queries for groups to leave"
    GROUP_LEAVING_POSTPONED_MAX = 3600.0, "the longest pause before leaving a group is tried again"
    GROUP_LEAVING_LEASE = 600.0, "no other process leaves a group meanwhile; then it is tried again"
    GROUP_REMOVAL_INTERVAL = 2.0, "between two queries for people to remove from runner groups"
    GROUP_REMOVAL_RETRY = 3600.0, "the longest pause before a removal is tried again, as when the bot lacks the right"
    GROUP_REMOVAL_LEASE = 120.0, "no other process removes a person meanwhile; then it is tried again"
    GROUP_CHECK_INTERVAL = 300.0, "between two looks of the bot whether it may write in its groups"
    LOST_GROUP_CHECK_INTERVAL = 10.0, "the same while it may not, as no order is taken meanwhile"
    LOST_GROUP_REST = 60.0, "what is for a lost group rests, unless the group is found again before"
    REFUSED_TOKEN_REST = 60.0, "what a bot has to say rests while Telegram refuses its token; then one call is tried"
    GROUP_BAN = 300.0, "a ban that the bot could not lift ends by itself; under 30 s would be for ever"
    UNBOUND_GROUP_STAY = 86_400.0, "the bot waits in a group to be bound"
    UNWANTED_GROUP_STAY = 15.0, "the bot stays in a group to which nobody of a campus added it"
    STRANGER_REPLY_INTERVAL = 3600.0, "between two replies to one stranger"

    # Updates
    UPDATE_HANDLING = 20.0, "a handler works on one update, which is a few statements"
    UPDATE_RETRY_INTERVAL = 1.0, "between two queries for unfinished updates"
    UPDATE_ABANDONED = 5.0, "an update that is stored and open for longer has lost its process"
    CAMPUS_POLL_INTERVAL = 5.0, "between two queries for new campuses"
    PENDING_INPUT_LIFETIME = 1800.0, "the bot keeps waiting for what it asked"
    AGREEMENT_LIFETIME = 600.0, "an admin may confirm an act on their own"
    PROPOSAL_LIFETIME = 600.0, "an admin may confirm a bar or a limit that they wrote"

    # HTTP server of the bot
    HTTP_HEADER = 5.0, "a whole header, from the connection or from the first byte of another request"
    HTTP_BODY = 10.0, "a whole body"
    HTTP_BODY_LEAST = 1.0, "a body is read before it may be given up for another one; a genuine one comes at once"
    HTTP_UNPROVEN = 15.0, "a request whose secret or signature was not compared yet"
    HTTP_GENUINE = 70.0, "a genuine request is handled; Telegram waits 60 s for an answer"
    HTTP_IDLE = 30.0, "a connection is kept open without a request"
    HTTP_CLOSING = 2.0, "an answer arrives before its connection is cut"
    HTTP_SWEEP_INTERVAL = 0.25, "between two looks at all connections"
    HTTP_REFUSAL_PAUSE = 5.0, "what the answer to a refused request asks to wait"
    HTTP_GUESS_DELAY = 2.0, "the answer to one guess too many is held back"
    HTTP_PROBE_AGE = 1.0, "one look at the database answers all health checks"
    HTTP_DRAIN = 20.0, "requests in flight and queued replies finish when the bot is told to stop"
    CONSOLE_LOGIN_AGE = 3600.0, "what Telegram signed for a person is taken by the console, by the database's clock"
    CONSOLE_LOGIN_AHEAD = 60.0, "how far Telegram's clock may be ahead of the database's at a login"
    CONSOLE_SESSION = 28_800.0, "an admin stays logged in to the console; their role is looked up at each request"
    CONSOLE_REQUEST = 15.0, "the console works on one page; then it says that it could not"
    CONSOLE_FOLLOW = 2.0, "between two looks of a page of the console at an open order"
    CONSOLE_REFRESH = 8.0, "between two looks of any other page of the console"
    METRICS_INTERVAL = 15.0, "between two readings of the metrics that the database knows"
    METRICS_LEASE = 45.0, "one worker reads them; when it stopped for so long, another one does"
    METRICS_READING = 10.0, "one reading of all of them; then it is given up until the next turn"
    HEARTBEAT_INTERVAL = 60.0, "between two calls of HEARTBEAT_URL"
    WELL_DUE = 60.0, "a saga or a timer may be due for so long while all is well; the alerts begin there"
    WELL_WAITING = 120.0, "a Stripe event, an update or a message may wait for so long while all is well"
    HEARTBEAT_CALL = 10.0, "the service behind HEARTBEAT_URL answers"
    TRACE_EXPORT = 5.0, "the collector of traces takes a batch; then it is dropped"
    CLOCK_INTERVAL = 60.0, "between two looks at the clock of a process beside that of the database"
    CLOCK_SKEW = 10.0, "two clocks may differ before who runs the process is told"
    STRIPE_SIGNATURE_AGE = 300.0, "the age of a signature, and how far it may be ahead, by our clock or the database's"

    # Stripe
    STRIPE_CONNECT = 5.0, "a worker connects to Stripe; then nothing was sent"
    STRIPE_CALL = 20.0, "one whole call to Stripe; then its outcome is unknown"
    STRIPE_LIMIT_WAIT = 5.0, "a call waits for the rate limit; then its saga is postponed"
    STRIPE_LIMIT_PAUSE = 1.0, "nobody calls Stripe after a 429"
    STRIPE_KEY_LIFETIME = 82_800.0, "an idempotency key may be sent again; Stripe forgets it after 24 h"
    STRIPE_HOLD_TRACE = 60.0, "a hold without a trace by then was not made"
    STRIPE_MONEY_TRACE = 86_400.0, "a charge, transfer or refund without a trace by then was not made"
    STRIPE_CLOCK_SKEW = 60.0, "how far Stripe's clock may be behind ours"
    STRIPE_POLL = 3.0, "between two polls of Stripe while a saga waits for a person"
    STRIPE_POLL_MAX = 3600.0, "the longest pause between two polls of Stripe, whose reads are counted"
    PLATFORM_CHECK_RETRY = 15.0, "before Stripe is asked again which account the key is of"

    # Sagas
    SAGA_LEASE = 3.0, "a saga belongs to its worker; after it another worker takes over"
    SAGA_LEASE_RENEWAL = 0.4, "between two renewals of the leases of all sagas of a worker"
    SAGA_LEASE_RENEWING = 1.0, "one renewal; then its connection is replaced, while most leases are still valid"
    SAGA_RETRY = 0.2, "before the first repetition of a failed step or send; doubled with each try"
    SAGA_RETRY_MAX = 60.0, "the longest pause before a failed step or send is repeated"
    UNKNOWN_SAGA_RETRY = 5.0, "before a worker looks again at a saga that only a newer release knows"
    SAGA_ALERT = 900.0, "a step fails before the admins are told, once"
    SAGA_RECENT_START = 20.0, "a link to Stripe's page is on its way; after it another one may be asked for"
    SETTLEMENT = 300.0, "from the hand-over to the capture; an admin is told of one that takes longer"

    # Scheduling in a worker
    SWEEP_INTERVAL = 0.25, "between two looks for due timers, sagas, events and messages"
    HELD_PAY_INTERVAL = 2.0, "between two looks for held pay, for which nobody waits by the second"
    HELD_PAY_RETRY = 60.0, "held pay that could not be released rests, so that it does not keep the others waiting"
    ENDED_RESTRICTION_INTERVAL = 5.0, "between two looks for restrictions that ended, of which only the telling waits"
    CARD_PAGE_LIFETIME = 82_800.0, "the link to a page that saves a card is sent again; Stripe closes it after a day"
    RECONCILE_INTERVAL = 2.0, "between two checks whether a list of Stripe is due"
    QUEUE_HEAD_START = 0.3, "due work may arrive through the queue before the sweeper starts it"
    TIMER_LATE = 0.5, "a timer fires later than it should"
    TIMERS_FIRST = 1.0, "a worker starts fewer sagas and sends after a timer was late"
    TIMER_RETRY = 10.0, "a timer whose handler failed rests"
    REMINDER_ON_ITS_WAY = 5.0, "until a reminder has probably arrived, the next stage of an absence waits"
    JOB = 60.0, "one queue job; every wait inside it is shorter"
    JOB_POLL = 0.05, "between two looks of arq into Redis while jobs run"
    JOB_WAIT = 1.0, "between two looks of arq into Redis while none runs and none is pushed"
    QUEUE_HEALTH_INTERVAL = 15.0, "between two notes of arq in Redis that it is alive"
    QUEUE_RESTART = 1.0, "before the queue is listened to again after a failure"
    WORKER_DRAIN = 30.0, "jobs and sends in flight finish when a worker is told to stop"
    OVERDUE_UNATTENDED = 30.0, "a saga or a payout that is due for longer has no worker"

    # Reconciliation
    LIST_LEASE = 90.0, "a list of Stripe belongs to the worker that reads it"
    LIST_TURN = 30.0, "one turn reads a list; no call starts later"
    LIST_CONTINUE = 5.0, "after a turn that did not reach the end of the list"
    LIST_RETRY_MAX = 900.0, "the longest pause after a turn that failed"
    LIST_SOON = 60.0, "a list that was read to its end rests before an admin's recheck reads it again"
    LIST_FIRST_READ = 60.0, "a new deployment has nothing to compare yet"
    LIST_CHECKED_INTERVAL = 60.0, "between two checks of rows that rely on nothing at Stripe"
    EVENTS_INTERVAL = 900.0, "between two looks for events of the platform that no webhook brought"
    MISSED_EVENTS_INTERVAL = 60.0, "the same, after one was found"
    WEBHOOK_DELAY = 60.0, "an event is younger, or its webhook should have come"
    WEBHOOKS_MISSED = 3600.0, "webhooks count as missed, after an event that none of them brought"
    ACCOUNT_EVENTS_INTERVAL = (
        3600.0,
        "between two looks for events of an account with money in flight",
    )
    IDLE_ACCOUNT_INTERVAL = 86_400.0, "the same for any other account"
    PAID_LATELY = 1_209_600.0, "after a transfer the bank may still refuse the weekly pay-out"
    EVENTS_OVERLAP = 300.0, "an event may be listed late"
    ORPHANS_INTERVAL = 3600.0, "between two looks for orphans"
    ORPHANS_OVERLAP = 600.0, "an object may be listed late"
    BALANCE_INTERVAL = 86_400.0, "between two comparisons of the balance"
    BALANCE_OVERLAP = 3600.0, "an entry of the balance may be listed late"
    DISCREPANCY_RECHECK_INTERVAL = 3600.0, "between two looks at an open discrepancy"
    FOREIGN_OBJECTS_TOLD = 86_400.0, "between two lines about what others make on the same Stripe account"
    RECHECK_PAUSE = 0.5, "before an answer of Stripe that differs is read again"
    STALLED = 300.0, "a row that relies on a call is left alone, as the call may be in flight"
    DISPUTE_FIRST_REMINDER = (
        259_200.0,
        "admins are reminded of a dispute so long before its time for an answer ends",
    )
    DISPUTE_LAST_REMINDER = 86_400.0, "they are reminded once more"
    EVIDENCE_PHOTO = 1_800.0, "a photo for a bank that Telegram does not give is left out, and the text sent alone"
    RETURN_RETRY = (
        3600.0,
        "what was captured too much rests before it is given back again; doubled with each refusal",
    )
    RETURN_RETRY_MAX = 86_400.0, "the longest pause before it is given back again"
    AUDIT_CLOCK_SKEW = 3600.0, "lists of the audit begin earlier, as clocks differ by less"
    AUDIT_RECHECK = 2.0, "before the audit looks again at what it found"

    # The check before the first order
    CHECK_DATABASE = 15.0, "the check reads the database, and then all the rest at the same time"
    CHECK_PART = 40.0, "the check looks at one part, such as Stripe; so that all of it takes less than a minute"
    CHECK_CALL = 8.0, "the check waits for one answer of Telegram, or of our own address"
    CHECK_SECOND_LOOK = 2.0, "before the check asks again whether updates wait: a bot may just be fetching them"

    # Postgres
    POSTGRES_CONNECT = 5.0, "a process connects to Postgres"
    POSTGRES_POOL = 15.0, "a transaction waits for a free connection"
    POSTGRES_LOCK = 10.0, "a statement waits for a lock; then it fails, and what it belongs to is tried again"
    POSTGRES_STATEMENT = 15.0, "Postgres works on one statement of a bot or a worker"
    POSTGRES_COMMAND = 18.0, "asyncpg waits for the answer to one statement of a bot or a worker"
    POSTGRES_IDLE_TRANSACTION = 30.0, "a transaction without a statement, as of a frozen process, keeps its locks"
    POSTGRES_CONNECTION_AGE = 240.0, "a connection is replaced, as hosts and proxies close those that are idle for long"
    POSTGRES_RETRY = 1.0, "before a process that starts looks for Postgres again"
    MIGRATION_LOCK = (
        1.0,
        "a migration waits for a lock, and everybody behind it; then it lets them go on",
    )
    MIGRATION_RETRY = 2.0, "others go on before a migration asks for its lock again"
    MIGRATION_TRIES = 600.0, "an upgrade asks for its locks before it gives up; what is done stays done"

    # Redis
    REDIS_CONNECT = 1.0, "arq connects to Redis"
    REDIS_RETRY = 0.05, "before arq tries Redis again; it grows with each try"
    REDIS_RETRY_MAX = 1.0, "the longest pause before arq tries Redis again"
    REDIS_ENQUEUE = 0.5, "jobs are enqueued after a commit; a slow Redis must not make a person wait"
    REDIS_TAP_LIMIT = 0.2, "the rate limit of taps is counted; it must not make a person wait"
    REDIS_TAP_LIMIT_RETRY = 5.0, "the bot does not ask Redis after a failure"
    REDIS_SEND_LIMIT = 0.5, "the rate limits of Telegram and Stripe are counted; they must not delay for long"
    REDIS_SEND_LIMIT_RETRY = 1.0, "a worker does not ask Redis about Stripe's limit after a failure"

    def __init__(self, seconds: float, bounds: str) -> None:
        self.seconds = seconds
        self.bounds = bounds

    @property
    def whole_seconds(self) -> int:
        """The seconds, where a whole number is wanted."""
        return int(self.seconds)

    @property
    def delta(self) -> timedelta:
        """The same as a timedelta."""
        return timedelta(seconds=self.seconds)
