"""Why a discrepancy is not settled."""

from domain.errors import CampusGError


class OrderUnnamed(CampusGError):
    """Nothing says which order it is about, so nobody could say whether it is the admin's own."""

    key = "error-order-unnamed"


class TransferUnexplained(CampusGError):
    """A transfer of its order keeps the runner's pay back: the admin has to say whether it was that pay."""

    key = "error-transfer-unexplained"


class TransferUnread(CampusGError):
    """How much the transfer moved was not read at Stripe yet."""

    key = "error-transfer-unread"


class TransferTakenBack(CampusGError):
    """All that the transfer moved was reversed: it paid nobody."""

    key = "error-transfer-taken-back"


class TransferOfAnother(CampusGError):
    """The transfer went to the account of somebody else than the runner of the order."""

    key = "error-transfer-of-another"


class TransferUnlikePay(CampusGError):
    """The transfer is more than the runner is owed for the order, or in another currency."""

    key = "error-transfer-unlike-pay"


class NoPayOwed(CampusGError):
    """The runner is owed nothing for the order: not yet, or not any more."""

    key = "error-no-pay-owed"


class OrderUnfinished(CampusGError):
    """A saga of the order is at work or stuck, and may book the same money."""

    key = "error-order-unfinished"
