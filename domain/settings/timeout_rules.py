"""How the timeouts agree: which of them end before which others, and why."""

from dataclasses import dataclass

from domain.settings.timeouts import Timeout

T = Timeout


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The seconds of `shorter`, added up, are less than those of `longer`."""

    shorter: tuple[Timeout, ...]
    longer: Timeout
    reason: str

    @property
    def holds(self) -> bool:
        """Whether the table keeps the rule."""
        return sum(each.seconds for each in self.shorter) < self.longer.seconds


def _rule(*shorter: Timeout, before: Timeout, reason: str) -> Rule:
    return Rule(shorter=shorter, longer=before, reason=reason)


TIMEOUT_RULES: tuple[Rule, ...] = (
    # Telegram, from a worker
    _rule(T.TELEGRAM_POOL, T.TELEGRAM_CONNECT, T.TELEGRAM_WRITE, before=T.TELEGRAM_ANSWER,
          reason="what was certainly not sent is known as such before the outcome counts as unknown"),
    _rule(T.TELEGRAM_ANSWER, before=T.TELEGRAM_LATE_ANSWER,
          reason="an answer that comes late closes or keeps the message that it is about"),
    _rule(T.TELEGRAM_LATE_ANSWER, before=T.TELEGRAM_READ,
          reason="the library must not end a call while we wait: its own five seconds made eight copies of an order"),
    _rule(T.SEND_LEASE_RENEWAL, T.SEND_LEASE_RENEWAL, before=T.SEND_LEASE,
          reason="a lease outlives one renewal that failed"),
    _rule(T.SEND_LEASE_RENEWAL, T.POSTGRES_CONNECT, before=T.SEND_LEASE,
          reason="a renewal may need a new connection"),
    _rule(T.UNKNOWN_SEND_REST, before=T.UNKNOWN_SEND_REST_MAX, reason="rests grow"),
    _rule(T.SENTENCE_REST, before=T.SENTENCE_WAIT, reason="it is tried again while it waits"),
    _rule(T.REDIS_SEND_LIMIT, T.TELEGRAM_ANSWER, before=T.JOB, reason="a send is over before its queue job is cut"),
    _rule(T.TELEGRAM_ANSWER, before=T.WORKER_DRAIN, reason="a worker that stops lets its sends finish"),
    _rule(T.SWEEP_INTERVAL, before=T.TIMER_LATE, reason="timers of a worker at rest do not count as late"),
    _rule(T.SWEEP_INTERVAL, before=T.QUEUE_HEAD_START, reason="the queue has its head start in fact"),
    _rule(T.SWEEP_INTERVAL, T.QUEUE_HEAD_START, before=T.SEND_LANE_RETURN,
          reason="the sweeper comes to a lane before its place is given away"),
    _rule(T.SEND_LEASE, before=T.LOST_GROUP_REST, reason="what rests is told from what is being sent"),
    # Metrics
    _rule(T.METRICS_INTERVAL, T.METRICS_READING, before=T.METRICS_LEASE, reason="who reads stays the reader"),
    _rule(T.METRICS_READING, T.HEARTBEAT_CALL, before=T.HEARTBEAT_INTERVAL, reason="a heartbeat is not late by itself"),
    _rule(T.SEND_LEASE, before=T.REFUSED_TOKEN_REST, reason="what rests is told from what is being sent"),
    # Telegram, from the bot
    _rule(T.REPLY_RETRY_MAX, before=T.ANSWER_LIFETIME, reason="the answer to a tap is tried more than once"),
    _rule(T.BOT_CALL, before=T.MESSAGE_LIFETIME, reason="a reply is worth more than one call"),
    _rule(T.BOT_CALL, before=T.HTTP_DRAIN, reason="a call in flight ends before the bot stops"),
    _rule(T.ANSWER_LIFETIME, before=T.MESSAGE_LIFETIME, reason="who tapped looks at the screen now"),
    _rule(T.MESSAGE_LIFETIME, before=T.SETTING_LIFETIME, reason="nobody repeats a setting"),
    _rule(T.POLL_RETRY_MAX, before=T.LONG_POLL, reason="people wait while nothing is fetched"),
    _rule(T.GROUP_LEAVING_INTERVAL, T.BOT_CALL, before=T.UNWANTED_GROUP_STAY, reason="the farewell comes first"),
    _rule(T.BOT_CALL, before=T.GROUP_LEAVING_LEASE, reason="one process leaves a group"),
    _rule(T.BOT_CALL, T.BOT_CALL, before=T.GROUP_REMOVAL_LEASE, reason="one process removes a person, with two calls"),
    # Updates and the HTTP server
    _rule(T.POSTGRES_COMMAND, before=T.UPDATE_HANDLING, reason="a handler hears why its statement ended"),
    _rule(T.UPDATE_RETRY_INTERVAL, before=T.UPDATE_ABANDONED, reason="what is being handled is not retried"),
    _rule(T.HTTP_BODY_LEAST, before=T.HTTP_BODY, reason="a body may be given up for another one before its time"),
    _rule(T.HTTP_BODY, T.HTTP_GUESS_DELAY, before=T.HTTP_UNPROVEN, reason="a slow sender is still answered"),
    _rule(T.UPDATE_HANDLING, before=T.HTTP_GENUINE, reason="a genuine request is handled to its end"),
    _rule(T.CONSOLE_REQUEST, before=T.HTTP_GENUINE, reason="a page that takes long is still answered"),
    _rule(T.HTTP_SWEEP_INTERVAL, before=T.HTTP_CLOSING, reason="each phase is looked at in time"),
    # Stripe and sagas
    _rule(T.STRIPE_CONNECT, before=T.STRIPE_CALL, reason="what was not sent is known as such"),
    _rule(T.STRIPE_LIMIT_WAIT, T.STRIPE_CALL, before=T.JOB, reason="a call is over before its queue job is cut"),
    _rule(T.STRIPE_CALL, T.STRIPE_LIMIT_WAIT, before=T.WORKER_DRAIN, reason="a worker that stops lets calls finish"),
    _rule(T.STRIPE_CALL, T.STRIPE_CALL, before=T.STRIPE_HOLD_TRACE,
          reason="two calls that hang are over before a hold counts as not made"),
    _rule(T.STRIPE_CALL, before=T.STRIPE_KEY_LIFETIME, reason="a call is over before Stripe forgets its key"),
    _rule(T.STRIPE_KEY_LIFETIME, before=T.STRIPE_MONEY_TRACE,
          reason="no call under the key can move money any more when a new key is taken"),
    _rule(T.STRIPE_POLL, before=T.STRIPE_POLL_MAX, reason="pauses grow"),
    _rule(T.PLATFORM_CHECK_RETRY, before=T.OVERDUE_UNATTENDED, reason="a key of another account is found soon"),
    _rule(T.STRIPE_LIMIT_PAUSE, before=T.STRIPE_LIMIT_WAIT, reason="a pause after a 429 is waited out"),
    _rule(T.SAGA_LEASE_RENEWAL, T.SAGA_LEASE_RENEWING, T.SAGA_LEASE_RENEWAL, T.SAGA_LEASE_RENEWING,
          before=T.SAGA_LEASE, reason="a lease outlives one renewal that failed, however long the call takes"),
    _rule(T.SAGA_RETRY, before=T.SAGA_RETRY_MAX, reason="pauses grow"),
    _rule(T.UNKNOWN_SAGA_RETRY, before=T.SAGA_ALERT, reason="workers of a newer release have time to come"),
    _rule(T.SAGA_RETRY_MAX, before=T.SAGA_ALERT, reason="a step was tried often before the admins are told"),
    _rule(T.STRIPE_CALL, T.STRIPE_CALL, T.STRIPE_CALL, before=T.SETTLEMENT, reason="a slow Stripe is no alert"),
    _rule(T.SAGA_LEASE, T.SWEEP_INTERVAL, before=T.OVERDUE_UNATTENDED, reason="what a killed worker left is no breach"),
    # Scheduling and reconciliation
    _rule(T.JOB_POLL, before=T.QUEUE_HEAD_START, reason="arq sees a job within its head start"),
    _rule(T.WORKER_DRAIN, before=T.JOB, reason="a worker that stops does not wait for a job that hangs"),
    _rule(T.CHECK_DATABASE, T.CHECK_PART, before=T.JOB,
          reason="a check that an admin asked for is over before its queue job is cut"),
    _rule(T.CHECK_SECOND_LOOK, T.CHECK_CALL, T.CHECK_CALL, before=T.CHECK_PART,
          reason="asking twice leaves time for the rest"),
    _rule(T.LIST_TURN, T.STRIPE_CALL, T.STRIPE_LIMIT_WAIT, before=T.LIST_LEASE, reason="its last call may hang"),
    _rule(T.LIST_CONTINUE, before=T.LIST_RETRY_MAX, reason="pauses grow"),
    _rule(T.WEBHOOK_DELAY, before=T.EVENTS_OVERLAP, reason="what its webhook may still bring is read again"),
    _rule(T.MISSED_EVENTS_INTERVAL, before=T.WEBHOOKS_MISSED, reason="the list is read often for a while"),
    _rule(T.MISSED_EVENTS_INTERVAL, before=T.EVENTS_INTERVAL, reason="missed webhooks are looked for more often"),
    _rule(T.ACCOUNT_EVENTS_INTERVAL, before=T.IDLE_ACCOUNT_INTERVAL, reason="who waits for money comes first"),
    _rule(T.STRIPE_CALL, before=T.STALLED, reason="a row whose call is in flight is no discrepancy"),
    _rule(T.STRIPE_CLOCK_SKEW, before=T.ORPHANS_OVERLAP, reason="objects of a clock that is behind are read again"),
    # Postgres and Redis
    _rule(T.POSTGRES_LOCK, before=T.POSTGRES_STATEMENT, reason="who waits for a lock hears that it was the lock"),
    _rule(T.POSTGRES_STATEMENT, before=T.POSTGRES_COMMAND, reason="Postgres ends it before its client gives up"),
    _rule(T.POSTGRES_CONNECT, before=T.POSTGRES_POOL, reason="a connection that hangs is no end"),
    _rule(T.POSTGRES_POOL, before=T.UPDATE_HANDLING, reason="a handler hears that no connection was free"),
    _rule(T.POSTGRES_COMMAND, before=T.POSTGRES_IDLE_TRANSACTION, reason="a transaction at work is not cut as idle"),
    _rule(T.POSTGRES_STATEMENT, T.POSTGRES_CONNECT, before=T.POSTGRES_CONNECTION_AGE, reason="connections are used"),
    _rule(T.REDIS_ENQUEUE, before=T.REDIS_CONNECT, reason="a commit does not wait until Redis counts as away"),
    _rule(T.REDIS_TAP_LIMIT, before=T.REDIS_TAP_LIMIT_RETRY, reason="a Redis that is away costs one tap its time"),
    _rule(T.REDIS_SEND_LIMIT, before=T.REDIS_SEND_LIMIT_RETRY, reason="a Redis that is away costs one call its time"),
    _rule(T.REDIS_RETRY, before=T.REDIS_RETRY_MAX, reason="pauses grow"),
)  # fmt: skip
