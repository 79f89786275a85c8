"""The sample of a module, as each mode of the audit reads it."""

import pytest

from tests.stack.audits import MODES
from tests.workers.audit.audit_samples import AuditSample


@pytest.fixture(params=MODES)
def sample(samples: dict[str, AuditSample], request: pytest.FixtureRequest) -> AuditSample:
    """The sample of one mode; each module makes its `samples`."""
    return samples[request.param]
