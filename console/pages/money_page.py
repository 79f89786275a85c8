"""The page of the money: what waits where, pay-outs, the ledger by account, and what differs from Stripe."""

from collections.abc import Sequence

from aiohttp import web

from console.pages.frame import REFRESH_INTERVAL, format_age, format_clock, order_link, render_page, section
from console.pages.markup import Content, element, num, table
from console.pages.wording import PAYOUT_WORDS, delay_words
from console.reading.money_repository import (
    AccountSum,
    PayoutLine,
    WaitingMoney,
    find_last_comparison,
    list_payouts,
    read_account_sums,
    read_waiting_money,
)
from console.web.visitors import Visitor
from domain.ledger.accounts import LedgerAccountKind
from domain.money import format_money
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyKind
from domain.reconciliation.use_cases import view_discrepancies
from domain.words import Html


async def show_money(visitor: Visitor, _request: web.Request) -> str:
    """Return the page of the money of this campus."""
    work, campus = visitor.work, visitor.campus
    found = await view_discrepancies(work, campus, visitor.member)
    left = element(
        "div",
        _waiting(visitor, await read_waiting_money(work, campus.id)),
        await _comparison(visitor, found),
        _ledger(visitor, await read_account_sums(work, campus.id)),
        class_="stack",
    )
    right = element("div", _payouts(visitor, await list_payouts(work, campus.id)), class_="stack")
    body = element("div", left, right, class_="pairs")
    return render_page(visitor, "money", f"{campus.title}: money", body, every=REFRESH_INTERVAL)


def _amount(visitor: Visitor, minor: int) -> Html:
    return num(format_money(minor, visitor.campus.currency))


def _waiting(visitor: Visitor, places: Sequence[WaitingMoney]) -> Html:
    rows: list[list[Content]] = [
        [each.what, num(each.count), _amount(visitor, each.amount), num(format_age(visitor, each.since))]
        for each in places
    ]
    heads = ("", *map(num, ("how many", "amount", "the oldest for")))
    return section("What waits where", table(heads, rows, otherwise="Nothing waits."))


def _ledger(visitor: Visitor, sums: Sequence[AccountSum]) -> Html:
    rows: list[list[Content]] = [
        [
            each.account.replace("_", " "),
            each.kind,
            _amount(visitor, each.debit),
            _amount(visitor, each.credit),
            _amount(visitor, _balance_of(each)),
        ]
        for each in sums
    ]
    heads = ("account", "kind", *map(num, ("debit", "credit", "balance")))
    shown = table(heads, rows, otherwise="Nothing was booked.")
    total = sum(each.debit - each.credit for each in sums)
    words = "Debits and credits are equal, as they must be." if total == 0 else "Debits and credits are not equal."
    said = f"All that was booked for the orders placed in seven days. {words}"
    return section("The ledger, by account", shown, quiet=said if sums else None)


def _balance_of(account: AccountSum) -> int:
    """Return what the account has in minor units, above zero as is usual for its kind."""
    by_debit = account.kind in (LedgerAccountKind.ASSET, LedgerAccountKind.EXPENSE)
    return account.debit - account.credit if by_debit else account.credit - account.debit


async def _comparison(visitor: Visitor, found: Sequence[Discrepancy]) -> Html:
    """Say how the ledger stands against Stripe: of the whole platform, as Stripe keeps one balance for it."""
    ended = await find_last_comparison(visitor.work)
    at = "not yet" if ended is None else format_clock(visitor, ended)
    gaps = [each for each in found if each.kind is DiscrepancyKind.BALANCE_MISMATCH]
    said = [element("p", _gap_words(each, visitor.campus.currency), class_="wrong") for each in gaps] or [
        element("p", "No difference between the balances is open.")
    ]
    rows: list[list[Content]] = [
        [
            element("div", f"#{each.id} {each.kind.replace('_', ' ')}", _id_line(each.subject)),
            "-" if each.order_id is None else order_link(visitor, each.order_id),
            _side(each.local_value, each.currency),
            _side(each.remote_value, each.currency),
            format_clock(visitor, each.first_seen),
        ]
        for each in found
    ]
    heads = ("difference", "order", num("ours"), num("Stripe's"), "since")
    listed = table(heads, rows, otherwise="Nothing differs: /differences is empty.")
    read = f"Stripe's list of movements was last read to its end: {at}."
    return section("The ledger against Stripe", *said, listed, quiet=read)


def _gap_words(gap: Discrepancy, currency: str) -> str:
    amount = format_money(abs(gap.gap), gap.currency or currency)
    return f"Stripe has {amount} {'more' if gap.gap > 0 else 'less'} than the ledger."


def _id_line(subject: str) -> Html:
    """Return an id of Stripe's on a line of its own; a phone shows its beginning."""
    return element("div", element("code", subject, title=subject, class_="id"), class_="quiet")


def _side(value: int | None, currency: str | None) -> Html:
    return num("-" if value is None or currency is None else format_money(value, currency))


def _payouts(visitor: Visitor, lines: Sequence[PayoutLine]) -> Html:
    rows: list[list[Content]] = [
        [
            order_link(visitor, line.order_id),
            line.runner,
            element(
                "div", element("span", PAYOUT_WORDS[line.status], class_=f"tag {_look(line)}"), _why(visitor, line)
            ),
            _amount(visitor, line.amount),
            _amount(visitor, line.sent),
        ]
        for line in lines
    ]
    heads = ("order", "runner", "", num("pay"), num("sent"))
    return section("Pay-outs, the newest first", table(heads, rows, otherwise="Nothing was earned yet."))


def _look(line: PayoutLine) -> str:
    return "done" if line.transfer is not None else "stuck" if line.refusal else "now"


def _why(visitor: Visitor, line: PayoutLine) -> Html | None:
    """Return why it is not sent, or the transfer that sent it, and whether that lacks something."""
    if line.transfer is not None:
        kept = line.amount - line.sent
        said = f"{format_money(kept, visitor.campus.currency)} kept or taken back" if kept else None
        kept_words = None if said is None else element("div", said, class_="quiet")
        return element("div", _id_line(line.transfer), kept_words)
    if line.frozen:
        return element("div", "waits for the end of a dispute", class_="quiet")
    if line.held_until is not None:
        why = delay_words(line.held_for or "")
        return element("div", f"held until {format_clock(visitor, line.held_until)}: {why}", class_="quiet")
    return element("div", line.refusal.replace("_", " "), class_="wrong") if line.refusal else None
