"""The saga of a payout: one transfer for one order; a refused one stays owed until the account is ready."""

from domain.saga import ExternalStep, LocalStep, Saga

PAY_OUT_RUNNER = Saga(
    kind="pay_out_runner",
    steps=(
        LocalStep(name="start_payout", compensation="keep_payable"),  # open -> sending
        ExternalStep(name="transfer_earnings"),
    ),
)
