"""All seeded faults, area by area."""

from tests.seeded_faults.faults_inbox import INBOX_FAULTS
from tests.seeded_faults.faults_messages import MESSAGE_FAULTS
from tests.seeded_faults.faults_money import MONEY_FAULTS
from tests.seeded_faults.faults_permissions import PERMISSION_FAULTS
from tests.seeded_faults.faults_saga_engine import SAGA_ENGINE_FAULTS

FAULTS = (*MONEY_FAULTS, *SAGA_ENGINE_FAULTS, *PERMISSION_FAULTS, *MESSAGE_FAULTS, *INBOX_FAULTS)
