"""What is told about payouts: to the runner, and to the admins who keep the platform's balance."""

from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import set_up_payout_button
from domain.money import format_money
from domain.payouts.model import AccountTrouble, Payable
from domain.saga.run import SagaRun


def payout_waits(payable: Payable) -> Notification:
    """Tell the runner what waits until their account is set up."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_waits:{payable.order_id}",
        key="notification-payout-waits",
        order_id=payable.order_id,
        buttons=[set_up_payout_button()],
        args=_due_args(payable),
    )


def payout_made(payable: Payable, run: SagaRun, amount: int) -> Notification:
    """Tell the runner what was sent (minor units), and what of the payable paid debts instead."""
    sent: dict[str, str | int] = {"order": payable.order_id, "amount": format_money(amount, payable.currency)}
    return Notification(
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"paid:{run.name}",
        key="notification-paid-less" if payable.netted else "notification-paid",
        order_id=payable.order_id,
        args=sent | _netted_args(payable) if payable.netted else sent,
    )


def payout_netted(payable: Payable, run: SagaRun) -> Notification:
    """Tell the runner that their debts took all of the payable."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"netted:{run.name}",
        key="notification-netted",
        order_id=payable.order_id,
        args={"order": payable.order_id, **_netted_args(payable)},
    )


def payout_refused(payable: Payable, run: SagaRun) -> Notification:
    """Tell the runner that their account must be set up again before what is due can be sent."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_refused:{run.id}",
        key="notification-payout-refused",
        order_id=payable.order_id,
        buttons=[set_up_payout_button()],
        args=_due_args(payable),
    )


def payout_refused_admins(payable: Payable, run: SagaRun) -> Notification:
    """Tell the admins why Stripe refused a transfer."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"payout_refused_admins:{run.id}",
        key="notification-payout-refused-admins",
        order_id=payable.order_id,
        about=(payable.runner_id,),
        args={"order": payable.order_id, "runner": payable.runner_id, "reason": run.reason or "-"},
    )


def account_gone(payable: Payable, run: SagaRun) -> Notification:
    """Tell the runner that Stripe does not know their account any more; the link for a new one follows."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"account_gone:{run.id}",
        key="notification-payout-account-gone",
        order_id=payable.order_id,
        args=_due_args(payable),
    )


def payout_late(payable: Payable, *, is_short: bool) -> Notification:
    """Tell the runner, once however many attempts there are, that the platform sends the money later."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=payable.runner_id,
        name=f"payout_late:{payable.order_id}",
        key="notification-payout-late" if is_short else "notification-payout-not-possible",
        order_id=payable.order_id,
        args=_due_args(payable),
    )


def platform_cannot_pay(payable: Payable, run: SagaRun, *, is_short: bool) -> Notification:
    """Tell the admins what cannot be sent: they add funds, or mend our settings, and let it be sent again."""
    return Notification(
        campus_id=payable.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"payout_short:{run.id}",
        key="notification-payout-short" if is_short else "notification-payout-settings",
        order_id=payable.order_id,
        about=(payable.runner_id,),
        buttons=[NotificationButton(label="button-send-again", data=pack(Tap.PAY_AGAIN, payable.order_id))],
        args=_due_args(payable),
    )


def onboarding_link(run: SagaRun, url: str) -> Notification:
    """Send the runner the link to set up their Stripe account, to their own chat and never to a group."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"payout_link:{run.id}:{run.attempt}",
        key="notification-payout-link",
        buttons=[NotificationButton(label="button-open-onboarding", url=url)],
    )


def account_page(run: SagaRun, url: str) -> Notification:
    """Send the runner the link to their own page at Stripe, where they change their bank; never to a group."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"account_page:{run.id}:{run.attempt}",
        key="notification-account-page",
        buttons=[NotificationButton(label="button-open-account-page", url=url)],
    )


def account_in_trouble(run: SagaRun, trouble: AccountTrouble) -> Notification:
    """Tell the runner what Stripe lacks of their account."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"account_trouble:{run.id}",
        key="notification-account-trouble",
        buttons=[set_up_payout_button()],
        args={"what": trouble},
    )


def account_well(run: SagaRun) -> Notification:
    """Tell the runner that Stripe lacks nothing of their account any more."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"account_well:{run.id}",
        key="notification-account-well",
    )


def payouts_set_up(run: SagaRun) -> Notification:
    """Tell the runner that their new account is ready."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"payouts_ready:{run.id}",
        key="notification-payouts-ready",
    )


def payouts_ready_again(run: SagaRun) -> Notification:
    """Tell the runner that their account can receive transfers again."""
    key = "notification-payouts-ready"
    return Notification(campus_id=run.campus_id, chat_id=run.required_person_id, name=f"{key}:{run.id}", key=key)


def payouts_lost(run: SagaRun) -> Notification:
    """Tell the runner that their account cannot receive transfers any more."""
    return _account_lost(run, "notification-payouts-lost")


def account_disconnected(run: SagaRun) -> Notification:
    """Tell the runner that they disconnected their account from us."""
    return _account_lost(run, "notification-payouts-cut-off")


def payout_returned(run: SagaRun, payout: str, amount: int, currency: str) -> Notification:
    """Tell the runner once that the bank sent back this payout of Stripe's (`amount` in minor units)."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"bank_refused:{payout}",
        key="notification-bank-refused",
        buttons=[set_up_payout_button()],
        args={"amount": format_money(amount, currency)},
    )


def _account_lost(run: SagaRun, key: str) -> Notification:
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"{key}:{run.id}",
        key=key,
        buttons=[set_up_payout_button()],
    )


def _due_args(payable: Payable) -> dict[str, str | int]:
    return {"order": payable.order_id, "amount": format_money(payable.due, payable.currency)}


def _netted_args(payable: Payable) -> dict[str, str | int]:
    return {"netted": format_money(payable.netted, payable.currency)}
