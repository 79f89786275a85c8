"""A Prometheus scrapes the played CampusG: each panel and each alert finds the series that it names."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from sandbox.launch.ports import free_port
from sandbox.people.populated_stack import PopulatedStack
from sandbox.play.scenes import SCENES
from tests.journeys.running_scenes import play_scene
from tests.stack.bot_stack import wait_until
from tests.stack.shared_servers import PROJECT
from tests.stack.system_programs import require_program

pytestmark = pytest.mark.long

MONITORING = PROJECT / "deploy" / "monitoring"
SCRAPE_INTERVAL = "1s"
SCRAPES_FOR_A_RATE_SECONDS = 30.0
PLAYED = {"happy": "south", "cancelled": "west", "expired": "hasty"}  # orders that end in each way, and where
METRIC = re.compile(r"\bcampusg_\w+")


@pytest.fixture
async def prometheus_url(stack: PopulatedStack, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a Prometheus with our own configuration, which scrapes this stack instead of compose's."""
    program = require_program("prometheus")
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": SCRAPE_INTERVAL, "evaluation_interval": SCRAPE_INTERVAL}
    config["alerting"] = {}
    config["rule_files"] = [str(MONITORING / "alerts.yml")]
    ports = {"campusg_bot": "bot", "campusg_worker": "metrics"}
    config["scrape_configs"] = [
        {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{stack.launched.ports[name]}"]}]}
        for job, name in ports.items()
    ]
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    options = (f"--config.file={file}", f"--storage.tsdb.path={tmp_path / 'data'}", f"--web.listen-address={address}")
    process = await asyncio.create_subprocess_exec(
        program, *options, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    yield f"http://{address}"
    process.terminate()
    await process.wait()


def expressions() -> Iterator[tuple[str, str]]:
    """Yield where it stands, and the expression, of each panel with all campuses chosen."""
    for file in sorted((MONITORING / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{file.stem}: {panel['title']}", target["expr"].replace("$campus", ".*")


async def query(session: aiohttp.ClientSession, url: str, expression: str) -> list[Any]:
    async with session.get(f"{url}/api/v1/query", params={"query": expression}) as answer:
        body = await answer.json()
    assert body["status"] == "success", body
    found: list[Any] = body["data"]["result"]
    return found


async def test_each_panel_and_each_alert_finds_its_series(stack: PopulatedStack, prometheus_url: str) -> None:
    await asyncio.gather(*(play_scene(stack, SCENES[scene], campus) for scene, campus in PLAYED.items()))
    panels = dict(expressions())
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    names = {name for rule in alerts for name in METRIC.findall(rule["expr"])}
    wanted = {**panels, **{f"metric of an alert: {name}": name for name in names}}
    async with aiohttp.ClientSession() as session:

        async def is_every_series_there() -> bool:
            try:
                found = [where for where, each in wanted.items() if await query(session, prometheus_url, each)]
            except aiohttp.ClientError:
                return False  # it still starts
            for where in found:
                del wanted[where]
            return wanted == {}

        try:
            await wait_until(is_every_series_there, SCRAPES_FOR_A_RATE_SECONDS)
        finally:
            assert sorted(wanted) == []
        firing = await query(session, prometheus_url, 'ALERTS{alertstate="firing",severity="critical"}')
    assert firing == []
