"""Restate's server of one run: a single node with a fresh folder, on loopback only."""

import os
import urllib.request
from functools import partial
from pathlib import Path

from bench.engine.environments import restate_server
from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.processes import Process, Program, start_process

START_TIMEOUT_SECONDS = 60.0


def start_restate(folder: Path) -> tuple[Process, dict[str, str]]:
    """Start a server with its data in `folder`; return it and the settings by which the peer finds it."""
    node, ingress, admin = free_port(), free_port(), free_port()
    settings = {
        "RESTATE_BIND_IP": LOOPBACK,
        "RESTATE_BIND_PORT": str(node),
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_ADVERTISED_HOST": LOOPBACK,
        "RESTATE_INGRESS__BIND_PORT": str(ingress),
        "RESTATE_ADMIN__BIND_PORT": str(admin),
        "RESTATE_ADMIN__DISABLE_WEB_UI": "true",
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_LOG_FILTER": "warn",
    }
    server = start_process(
        Program(
            name="restate",
            command=[str(restate_server()), "--no-logo", "--node-name", "bench", "--base-dir", str(folder)],
            log=folder.parent / "logs" / "restate.log",
            environment={"PATH": os.environ.get("PATH", os.defpath), **settings},
        )
    )
    address = f"http://{LOOPBACK}:{admin}"
    server.wait_until(partial(is_healthy, f"{address}/health"), timeout=START_TIMEOUT_SECONDS)
    return server, {
        "BENCH_RESTATE_ADMIN": address,
        "BENCH_RESTATE_INGRESS": f"http://{LOOPBACK}:{ingress}",
        "BENCH_SERVICE_PORT": str(free_port()),
    }


def is_healthy(url: str) -> bool:
    """Return whether the server answers this address with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
