"""What becomes of each type of balance transaction: booked against an account, looked up in our rows, or told."""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from types import MappingProxyType

from domain.ledger.accounts import LedgerAccount, bank_account, reserves_account, stripe_fees_account
from workers.stripe.objects.balance import BalanceTransactionType as Type

Counterpart = Callable[[str], LedgerAccount]  # a currency -> what stands against Stripe's balance


class Lookup(Enum):
    """Who answers for a balance transaction that no account stands against."""

    OF_ORDER = auto()  # an object of an order caused it: the postings of the object are compared
    OF_NOBODY = auto()  # nothing of ours causes it: an admin reads what it is, and settles it


MOVEMENT_TYPES: Mapping[Type, Counterpart | Lookup] = MappingProxyType(
    {
        # Between the platform's balance and its bank.
        Type.PAYOUT: bank_account,
        Type.PAYOUT_CANCEL: bank_account,
        Type.PAYOUT_FAILURE: bank_account,
        Type.TOPUP: bank_account,
        Type.TOPUP_REVERSAL: bank_account,
        Type.INBOUND_TRANSFER: bank_account,
        Type.INBOUND_TRANSFER_REVERSAL: bank_account,
        # What Stripe takes for its services, with tax, and what it gives for them.
        Type.STRIPE_FEE: stripe_fees_account,
        Type.STRIPE_FX_FEE: stripe_fees_account,
        Type.TAX_FEE: stripe_fees_account,
        Type.FEE_CREDIT_FUNDING: stripe_fees_account,
        # What Stripe keeps back for a while, and lets go again.
        Type.RESERVE_TRANSACTION: reserves_account,
        Type.RESERVED_FUNDS: reserves_account,
        Type.RESERVE_HOLD: reserves_account,
        Type.RESERVE_RELEASE: reserves_account,
        Type.PAYMENT_NETWORK_RESERVE_HOLD: reserves_account,
        Type.PAYMENT_NETWORK_RESERVE_RELEASE: reserves_account,
        Type.PAYOUT_MINIMUM_BALANCE_HOLD: reserves_account,
        Type.PAYOUT_MINIMUM_BALANCE_RELEASE: reserves_account,
        # Payments, transfers, refunds and disputes.
        Type.CHARGE: Lookup.OF_ORDER,
        Type.PAYMENT: Lookup.OF_ORDER,
        Type.TRANSFER: Lookup.OF_ORDER,
        Type.TRANSFER_REFUND: Lookup.OF_ORDER,
        Type.TRANSFER_CANCEL: Lookup.OF_ORDER,
        Type.TRANSFER_FAILURE: Lookup.OF_ORDER,
        Type.REFUND: Lookup.OF_ORDER,
        Type.REFUND_FAILURE: Lookup.OF_ORDER,
        Type.PAYMENT_REFUND: Lookup.OF_ORDER,
        Type.PAYMENT_FAILURE_REFUND: Lookup.OF_ORDER,
        Type.PAYMENT_REVERSAL: Lookup.OF_ORDER,
        Type.ADJUSTMENT: Lookup.OF_ORDER,
        # Products of Stripe that this platform does not use.
        Type.ADVANCE: Lookup.OF_NOBODY,
        Type.ADVANCE_FUNDING: Lookup.OF_NOBODY,
        Type.ANTICIPATION_REPAYMENT: Lookup.OF_NOBODY,
        Type.APPLICATION_FEE: Lookup.OF_NOBODY,
        Type.APPLICATION_FEE_REFUND: Lookup.OF_NOBODY,
        Type.CLIMATE_ORDER_PURCHASE: Lookup.OF_NOBODY,
        Type.CLIMATE_ORDER_REFUND: Lookup.OF_NOBODY,
        Type.CONNECT_COLLECTION_TRANSFER: Lookup.OF_NOBODY,
        Type.CONTRIBUTION: Lookup.OF_NOBODY,
        Type.ISSUING_AUTHORIZATION_HOLD: Lookup.OF_NOBODY,
        Type.ISSUING_AUTHORIZATION_RELEASE: Lookup.OF_NOBODY,
        Type.ISSUING_DISPUTE: Lookup.OF_NOBODY,
        Type.ISSUING_DISPUTE_PROVISIONAL_CREDIT: Lookup.OF_NOBODY,
        Type.ISSUING_DISPUTE_PROVISIONAL_CREDIT_REVERSAL: Lookup.OF_NOBODY,
        Type.ISSUING_TRANSACTION: Lookup.OF_NOBODY,
        Type.OBLIGATION_OUTBOUND: Lookup.OF_NOBODY,
        Type.OBLIGATION_REVERSAL_INBOUND: Lookup.OF_NOBODY,
        Type.PAYMENT_UNRECONCILED: Lookup.OF_NOBODY,
        Type.STRIPE_BALANCE_PAYMENT_DEBIT: Lookup.OF_NOBODY,
        Type.STRIPE_BALANCE_PAYMENT_DEBIT_REVERSAL: Lookup.OF_NOBODY,
        Type.TAX_FUND: Lookup.OF_NOBODY,
        Type.UNKNOWN: Lookup.OF_NOBODY,
    }
)
