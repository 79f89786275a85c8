"""Each dashboard is what the models of Grafana's makers read, with no word that they do not know."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.runtime import Runtime
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.conventions.test_conventions import PROJECT

FILES = sorted((PROJECT / "deploy" / "monitoring" / "grafana" / "dashboards").glob("*.json"))


def lost_parts(written: Any, read: Any, path: str = "") -> Iterator[str]:
    """Yield where something stands that was not read, or read as something else."""
    match written:
        case dict():
            for name, value in written.items():
                if not isinstance(read, dict) or name not in read:
                    yield f"{path}.{name}"
                else:
                    yield from lost_parts(value, read[name], f"{path}.{name}")
        case list() if isinstance(read, list) and len(read) == len(written):
            for number, (value, found) in enumerate(zip(written, read, strict=True)):
                yield from lost_parts(value, found, f"{path}[{number}]")
        case _ if written != read:
            yield f"{path}: {written!r}, read as {read!r}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dashboard_has_no_word_that_grafana_does_not_know(file: Path) -> None:
    register_default_plugins()
    written = json.loads(file.read_text(encoding="utf-8"))
    read = json.loads(json.dumps(Dashboard.from_json(written), cls=JSONEncoder))
    assert list(lost_parts(written, read)) == []
    assert {panel["type"] for panel in written["panels"]} <= set(Runtime().panelcfg_variants)
    sources = {part["datasource"]["type"] for panel in written["panels"] for part in (panel, *panel["targets"])}
    assert sources <= set(Runtime().dataquery_variants)


def test_there_are_four_dashboards_with_panels_that_do_not_overlap() -> None:
    assert len(FILES) == 4
    for file in FILES:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            place = panel["gridPos"]
            rows, columns = range(place["y"], place["y"] + place["h"]), range(place["x"], place["x"] + place["w"])
            cells = {(row, column) for row in rows for column in columns}
            assert place["x"] + place["w"] <= 24, panel["title"]  # Grafana's grid
            assert not cells & taken, panel["title"]
            taken |= cells
