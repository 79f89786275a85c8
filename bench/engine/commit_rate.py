"""How many single-row commits this Postgres takes a second: pgbench, in the same rounds as the peers."""

import re
import subprocess
from typing import Any
from urllib.parse import urlsplit

from bench.engine.servers import Servers, execute
from sandbox.launch.postgres import find_installation, find_program_folders, server_environment

CLIENTS = 8
SECONDS = 5
CREATE_TABLE = (
    "CREATE TABLE IF NOT EXISTS single_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value integer)"
)
SCRIPT = "INSERT INTO single_row (value) VALUES (1);\n"
RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


async def measure_commits(servers: Servers) -> dict[str, Any]:
    """Let eight clients commit single rows for some seconds. Raise CalledProcessError when pgbench fails."""
    url = servers.database_url("postgres")
    await execute(url, CREATE_TABLE, "CHECKPOINT")
    return {"clients": CLIENTS, "commits_per_second": run_pgbench(servers, url)}


def run_pgbench(servers: Servers, url: str) -> float:
    """Run pgbench to its end and return the commits a second."""
    script = servers.folder / "single_row.sql"
    script.write_text(SCRIPT)
    script.chmod(0o644)
    installation, address = find_installation(find_program_folders()), urlsplit(url)
    command = (
        *(str(installation.binaries / "pgbench"), "-n", "-f", str(script), "-M", "prepared"),
        *("-c", str(CLIENTS), "-j", "1", "-T", str(SECONDS)),
        *("-h", str(address.hostname), "-p", str(address.port), "-U", str(address.username), "postgres"),
    )
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=server_environment()).stdout
    found = RATE.search(said)
    assert found is not None, said
    return float(found[1])
