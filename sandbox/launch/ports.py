"""Free TCP ports of this machine, remembered so that addresses stay the same after a restart."""

import json
import socket
from collections.abc import Iterable
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that no process listens on now."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
    return port


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def remembered_ports(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Return a port for each name: the last one in this data folder if it is free, otherwise a new one."""
    memory = folder / "ports.json"
    saved_ports: dict[str, int] = json.loads(memory.read_text()) if memory.exists() else {}
    for name in names:
        while name not in saved_ports or not is_free(saved_ports[name]):
            port = free_port()
            if port not in saved_ports.values():
                saved_ports[name] = port
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(saved_ports, indent=1))
    return saved_ports
