"""Metrics as CloudWatch reads them out of the log, and the alarms that are tied to their names."""

import json
import re
import time

import pytest

from chalicelib import metrics
from tests.house.source import ROOT

ALARMS = (ROOT / "terraform/modules/observability/alarms.tf").read_text()
STACK = (ROOT / "terraform/stacks/2-region/main.tf").read_text()


def test_a_count_is_one_line_of_the_embedded_metric_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-dev")
    before = time.time() * 1000
    metrics.count({metrics.MESSAGES_SENT: 3, metrics.MESSAGES_FAILED: 1})
    (line,) = capsys.readouterr().out.splitlines()
    emitted = json.loads(line)
    described = emitted.pop("_aws")
    assert before - 1 <= described["Timestamp"] <= time.time() * 1000
    assert described["CloudWatchMetrics"] == [
        {
            "Namespace": "Plotihub",
            "Dimensions": [["Environment"]],
            "Metrics": [{"Name": "MessagesFailed", "Unit": "Count"}, {"Name": "MessagesSent", "Unit": "Count"}],
        }
    ]
    assert emitted == {"Environment": "plotihub-dev", "MessagesSent": 3, "MessagesFailed": 1}


def test_a_laptop_and_nothing_to_tell_leave_no_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("METRICS_ENVIRONMENT", raising=False)
    metrics.count({metrics.MESSAGES_SENT: 1})
    monkeypatch.setenv("METRICS_ENVIRONMENT", "plotihub-dev")
    metrics.count({})
    assert capsys.readouterr().out == ""


def test_every_alarm_of_the_application_is_on_a_metric_that_it_tells() -> None:
    listed = re.search(r"money_metrics = \{\n(.*?)\n  \}", STACK, re.DOTALL)
    assert listed
    wanted = set(re.findall(r'metric = "(\w+)"', listed[1]))
    assert wanted
    assert wanted <= {value for name, value in vars(metrics).items() if name.isupper() and isinstance(value, str)}


def test_alarms_look_where_the_application_tells() -> None:
    alarm = ALARMS.split('"aws_cloudwatch_metric_alarm" "money"')[1]
    assert f'namespace           = "{metrics.NAMESPACE}"' in alarm
    assert f"dimensions          = {{ {metrics.DIMENSION} = var.name }}" in alarm
    assert re.search(r"METRICS_ENVIRONMENT\s+= local\.name", STACK)
