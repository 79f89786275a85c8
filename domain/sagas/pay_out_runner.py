"""What is owed to a runner for one order becomes one transfer; refused, it stays owed until the account is ready."""

from domain.saga import Local, Outside, Saga

PAY_OUT_RUNNER = Saga(
    kind="pay_out_runner",
    parts=(
        Local(name="start_payout", undo="keep_payable"),  # open -> sending
        Outside(name="transfer_earnings"),
    ),
)
