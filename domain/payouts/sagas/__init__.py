"""The sagas of payouts, a file each."""

from domain.payouts.sagas.follow_account import FOLLOW_ACCOUNT
from domain.payouts.sagas.onboard_runner import ONBOARD_RUNNER, ONBOARD_RUNNER_V1
from domain.payouts.sagas.pay_out_runner import PAY_OUT_RUNNER

SAGAS = (
    PAY_OUT_RUNNER,
    FOLLOW_ACCOUNT,
    ONBOARD_RUNNER_V1,
    ONBOARD_RUNNER,
)
