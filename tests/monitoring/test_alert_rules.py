"""Each alert fires at its numbers and says its sentence, and none fires while all is well: by promtool itself."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.settings.timeouts import Timeout
from tests.conventions.test_conventions import PROJECT
from tests.monitoring.alert_cases import ALERT_CASES, DATABASE_IS_READ, WELL, AlertCase
from tests.papers.markdown import section, table_rows
from tests.stack.system_programs import require_program

pytestmark = pytest.mark.drill

MONITORING = PROJECT / "deploy" / "monitoring"
ALERTS = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
RUNBOOK = "docs/operations.md#alerts"
SLOW_ALERTS = {"StripeReadsExceedAllocation": "30h", "DiscrepanciesAreOpen": "40m", "LedgerDiffersFromStripe": "40m"}


def run_promtool(*arguments: str) -> None:
    """Run promtool; fail with what it says."""
    ended = subprocess.run([require_program("promtool"), *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def rule_test(alert: str, case: AlertCase) -> dict[str, Any]:
    """The case as a test of promtool. What else is not there must not fire this alert."""
    rule = next(each for each in ALERTS if each["alert"] == alert)
    series = case.series if alert == "NobodyReadsTheDatabase" else {**DATABASE_IS_READ, **case.series}
    expected = {
        "exp_labels": {**rule["labels"], **case.labels},
        "exp_annotations": {"summary": case.summary, "runbook": RUNBOOK},
    }
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"eval_time": SLOW_ALERTS.get(alert, "18m"), "alertname": alert, "exp_alerts": [expected]}],
    }


def test_each_alert_has_a_case_a_severity_and_a_row_in_the_runbook() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert names == list(ALERT_CASES)
    assert all(rule["labels"]["severity"] in ("critical", "warning") for rule in ALERTS)
    assert all(rule["annotations"]["runbook"] == RUNBOOK for rule in ALERTS)
    told = {row[0].strip("`"): row for row in table_rows(section("docs/operations.md", "Alerts"))}
    assert list(told) == names
    assert all(all(cell.strip() for cell in row) and len(row) == 4 for row in told.values())


def test_the_ages_are_those_of_the_heartbeat() -> None:
    expressions = {rule["alert"]: rule["expr"] for rule in ALERTS}
    for alert in ("SagasAreLate", "TimersAreLate"):
        assert expressions[alert].endswith(f"> {Timeout.WELL_DUE.seconds:g}")
    for alert in ("StripeEventsWait", "UpdatesWait", "MessagesAreLate"):
        assert expressions[alert].endswith(f"> {Timeout.WELL_WAITING.seconds:g}")


def test_the_files_are_what_prometheus_reads() -> None:
    run_promtool("check", "config", str(MONITORING / "prometheus.yml"))


def test_each_alert_fires_and_none_does_while_all_is_well(tmp_path: Path) -> None:
    series = [{"series": name, "values": values} for name, values in WELL.items()]
    quiet = [{"eval_time": "55m", "alertname": alert, "exp_alerts": []} for alert in ALERT_CASES]
    tests = [rule_test(alert, case) for alert, case in ALERT_CASES.items()]
    tests.append({"interval": "1m", "input_series": series, "alert_rule_test": quiet})
    file = tmp_path / "alerts_test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(MONITORING / "alerts.yml")], "tests": tests}))
    run_promtool("test", "rules", str(file))
