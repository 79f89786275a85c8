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
RESTATE = FOLDER / "restate"
RESTATE_FILES = ("package.json", "package-lock.json")
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


def install_restate() -> None:
    """Install Restate's server from npm. Raise RuntimeError without npm, CalledProcessError when it fails."""
    if shutil.which("npm") is None:
        raise RuntimeError("Restate's server comes from npm, and there is none; name the other peers with ONLY")
    wanted = b"".join((REQUIREMENTS / "restate" / name).read_bytes() for name in RESTATE_FILES)
    stamp, digest = RESTATE / "installed", sha256(wanted).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(RESTATE, ignore_errors=True)
    RESTATE.mkdir(parents=True)
    for name in RESTATE_FILES:
        shutil.copy(REQUIREMENTS / "restate" / name, RESTATE)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    subprocess.run(["npm", "ci", "--prefix", str(RESTATE), *quiet], check=True)
    stamp.write_text(digest)


def restate_server() -> Path:
    """Return the program of Restate's server. Raise FileNotFoundError where the package has none for this machine."""
    found = sorted(RESTATE.glob("node_modules/@restatedev/restate-server-*/bin/restate-server"))
    if not found:
        raise FileNotFoundError("npm installed no Restate server for this kind of machine")
    return found[0]
