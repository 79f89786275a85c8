"""The environments of the peers: each is installed from a hashed file of its own, once, below .cache."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from sandbox.launch.stack import PROJECT

REQUIREMENTS = PROJECT / "bench" / "engine" / "requirements"
FOLDER = PROJECT / ".cache" / "bench"
UV = (sys.executable, "-m", "uv")


def python_of(environment: str | None) -> Path:
    """Return the interpreter of an environment; None is our own."""
    return Path(sys.executable) if environment is None else FOLDER / environment / "bin" / "python"


def install(environment: str) -> None:
    """Install an environment unless what is there came from the same file. Raise CalledProcessError when it fails."""
    requirements = REQUIREMENTS / f"{environment}.txt"
    stamp, wanted = FOLDER / environment / "installed", sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(FOLDER / environment, ignore_errors=True)
    variables = {**os.environ, "UV_CACHE_DIR": str(PROJECT / ".cache" / "uv")}
    made = ("venv", "--quiet", "--python", sys.executable, str(FOLDER / environment))
    filled = ("pip", "install", "--quiet", "--python", str(python_of(environment)), "--require-hashes", "-r")
    for command in (made, (*filled, str(requirements))):
        subprocess.run([*UV, *command], env=variables, check=True)
    stamp.write_text(wanted)
