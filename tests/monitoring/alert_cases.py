"""For each alert the numbers at which it fires after twenty minutes, its labels, and its sentence."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCase:
    """Series in the notation of promtool, one value a minute."""

    series: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    summary: str


STEP = 'kind="create_order",step="authorize_hold"'
DATABASE_IS_READ = {"campusg_saga_oldest_due_seconds": "0x20"}

ALERT_CASES = {
    "ProcessDown": AlertCase(
        series={'up{job="campusg_worker",instance="worker:9100"}': "0x20"},
        labels={"job": "campusg_worker", "instance": "worker:9100"},
        summary="worker:9100 of campusg_worker does not answer.",
    ),
    "NobodyReadsTheDatabase": AlertCase(
        series={'up{job="campusg_worker",instance="worker:9100"}': "1x20"},
        summary="No worker exports what the database knows: none runs, or Postgres cannot be read.",
    ),
    "SagasAreLate": AlertCase(
        series={"campusg_saga_oldest_due_seconds": "90x20"},
        summary="A saga has been due for 1m 30s: workers do not keep up, or do not run.",
    ),
    "TimersAreLate": AlertCase(
        series={"campusg_timer_oldest_due_seconds": "61x20"},
        summary="A timer has been due for 1m 1s: orders do not expire, and nobody is reminded.",
    ),
    "StripeEventsWait": AlertCase(
        series={"campusg_stripe_event_oldest_waiting_seconds": "180x20"},
        summary="A Stripe event has waited for 3m 0s.",
    ),
    "UpdatesWait": AlertCase(
        series={"campusg_update_oldest_waiting_seconds": "180x20"},
        summary="An update of Telegram has waited for 3m 0s: a person has no answer.",
    ),
    "MessagesAreLate": AlertCase(
        series={
            'campusg_outbox_oldest_due_seconds{lane="money"}': "180x20",
            'campusg_outbox_oldest_due_seconds{lane="correspondence"}': "900x20",
        },
        labels={"lane": "money"},
        summary="A message of the lane money has been due for 3m 0s.",
    ),
    "SagasAreStuck": AlertCase(
        series={'campusg_sagas_stuck{campus="north"}': "2x20", 'campusg_sagas_stuck{campus="south"}': "0x20"},
        labels={"campus": "north"},
        summary="2 sagas of north need a person.",
    ),
    "DeadLettersAreOpen": AlertCase(
        series={'campusg_dead_letters{campus="north"}': "1x20"},
        labels={"campus": "north"},
        summary="1 dead letters of north are open; without a campus they are yours.",
    ),
    "DiscrepanciesAreOpen": AlertCase(
        series={'campusg_discrepancies_open{campus="north",currency="sgd"}': "1x60"},
        labels={"campus": "north"},
        summary="1 differences between north and Stripe are open.",
    ),
    "LedgerDiffersFromStripe": AlertCase(
        series={'campusg_ledger_minus_stripe_minor_units{currency="sgd"}': "-5x60"},
        labels={"currency": "sgd"},
        summary="The ledger differs from Stripe by 5 minor units of sgd.",
    ),
    "HoldsEndSoon": AlertCase(
        series={'campusg_holds_near_end{campus="north",currency="sgd"}': "1x20"},
        labels={"campus": "north"},
        summary="1 holds of bought orders of north end within a day: the money is lost if nobody finishes them.",
    ),
    "GroupIsLost": AlertCase(
        series={
            'campusg_group_lost{campus="north",group="runners"}': "1x20",
            'campusg_group_lost{campus="north",group="admins"}': "0x20",
        },
        labels={"campus": "north", "group": "runners"},
        summary="The bot of north may not write in the group of its runners.",
    ),
    "StripeRefusesOurSettings": AlertCase(
        series={f'campusg_saga_step_seconds_count{{{STEP},outcome="refused_configuration"}}': "_x15 1x5"},
        labels={"step": "authorize_hold"},
        summary="Stripe refuses the step authorize_hold because of our key, platform or request.",
    ),
    "StripeFails": AlertCase(
        series={
            'campusg_stripe_call_seconds_count{call="a",access="write",outcome="unknown"}': "0+3x20",
            'campusg_stripe_call_seconds_count{call="a",access="write",outcome="done"}': "0+9x20",
        },
        summary="More than a fifth of the calls to Stripe fail or have an unknown outcome.",
    ),
    "StripeReadsExceedAllocation": AlertCase(
        series={
            'campusg_stripe_call_seconds_count{call="a",access="read",outcome="done"}': "0+1x2000",
            'campusg_orders_reached_24h{campus="north",stage="paid"}': "2x2000",
        },
        summary="1440 reads from Stripe in a day are more than it is said to allow.",
    ),
    "TelegramLimitsUs": AlertCase(
        series={'campusg_telegram_call_seconds_count{method="sendMessage",outcome="rate_limited"}': "0+3x20"},
        summary="Telegram answered 30 sends of ten minutes with 429.",
    ),
    "TelegramDoesNotTakeSends": AlertCase(
        series={'campusg_telegram_call_seconds_count{method="sendMessage",outcome="not_sent"}': "0+4x20"},
        summary="Telegram cannot be reached, is slow, or does not know a token.",
    ),
    "RepliesAreDropped": AlertCase(
        series={'campusg_bot_replies_dropped_total{reason="too_late"}': "0+3x20"},
        labels={"reason": "too_late"},
        summary="30 replies were dropped in ten minutes: too_late.",
    ),
    "SweeperFails": AlertCase(
        series={'campusg_sweep_failures_total{task="sagas"}': "0+1x20"},
        labels={"task": "sagas"},
        summary="The sweeper fails at sagas.",
    ),
    "ConnectionsAreUsedUp": AlertCase(
        series={
            'campusg_database_connections_in_use{instance="worker:9100"}': "20x20",
            'campusg_database_connections_max{instance="worker:9100"}': "20x20",
        },
        labels={"instance": "worker:9100"},
        summary="worker:9100 uses all its connections to Postgres.",
    ),
}
WELL = {
    "campusg_saga_oldest_due_seconds": "1x60",
    "campusg_timer_oldest_due_seconds": "1x60",
    "campusg_stripe_event_oldest_waiting_seconds": "0x60",
    "campusg_update_oldest_waiting_seconds": "0x60",
    'up{job="campusg_worker",instance="worker:9100"}': "1x60",
    'campusg_outbox_oldest_due_seconds{lane="money"}': "2x60",
    'campusg_outbox_oldest_due_seconds{lane="correspondence"}': "900x60",
    'campusg_sagas_stuck{campus="north"}': "0x60",
    'campusg_dead_letters{campus="north"}': "0x60",
    'campusg_discrepancies_open{campus="north",currency="sgd"}': "0x60",
    'campusg_ledger_minus_stripe_minor_units{currency="sgd"}': "0x60",
    'campusg_holds_near_end{campus="north",currency="sgd"}': "0x60",
    'campusg_group_lost{campus="north",group="runners"}': "0x60",
    f'campusg_saga_step_seconds_count{{{STEP},outcome="refused_bank"}}': "0+5x60",
    'campusg_stripe_call_seconds_count{call="a",access="write",outcome="done"}': "0+9x60",
    'campusg_stripe_call_seconds_count{call="a",access="write",outcome="unknown"}': "0+1x60",
    'campusg_telegram_call_seconds_count{method="sendMessage",outcome="sent"}': "0+50x60",
    'campusg_bot_replies_dropped_total{reason="stopped"}': "0x60",
    'campusg_sweep_failures_total{task="sagas"}': "0x60",
    'campusg_database_connections_in_use{instance="worker:9100"}': "19x60",
    'campusg_database_connections_max{instance="worker:9100"}': "20x60",
}
