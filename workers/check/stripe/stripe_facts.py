"""What Stripe says about the platform."""

from dataclasses import dataclass

from workers.stripe.objects.platform import PaymentMethodSettings, PlatformAccount, WebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What Stripe did not tell; `why` has no secret. It is no fault where the key may simply not read it."""

    why: str
    is_permission: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeFacts:
    """The platform as its key sees it; what could not be read is Unread."""

    account: PlatformAccount | Unread
    balance_currencies: frozenset[str] | Unread = frozenset()
    missing_permissions: frozenset[str] | Unread = frozenset()
    methods: PaymentMethodSettings | Unread | None = None
    endpoints: tuple[WebhookEndpoint, ...] | Unread = ()

    @property
    def settled(self) -> frozenset[str]:
        """The currencies in which the platform is known to receive money; empty: Stripe did not say."""
        found: set[str] = set()
        if not isinstance(self.account, Unread):
            found |= {self.account.default_currency} if self.account.default_currency else set()
            found |= self.account.bank_currencies or set()
        if not isinstance(self.balance_currencies, Unread):
            found |= self.balance_currencies
        return frozenset(found)
