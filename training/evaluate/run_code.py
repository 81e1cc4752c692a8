"""Running a program that the model wrote, in a throw-away folder with little time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECONDS, MEMORY, OUTPUT = 5, 512 << 20, 1 << 20


@dataclass(frozen=True)
class Outcome:
    """What a program printed, without the last line break, and the files that it left, by path."""

    printed: str
    files: dict[str, bytes]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))


def run(code: str) -> Outcome | None:
    """What comes of the program; None if it fails, takes too long or writes too much.

    The limits guard against accidents, not malice: evaluate only models whose training you know.
    """
    with tempfile.TemporaryDirectory() as name:
        printed, folder = Path(name, "printed"), Path(name, "folder")
        folder.mkdir()
        with printed.open("wb") as out:  # a file: the limit on sizes does not hold for a pipe
            try:
                done = subprocess.run(
                    [sys.executable, "-I", "-c", code],
                    cwd=folder,
                    env={},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.DEVNULL,
                    timeout=2 * SECONDS,
                    preexec_fn=_limit,
                    check=False,
                )
            except (subprocess.TimeoutExpired, ValueError):
                return None
        if done.returncode != 0:
            return None
        left = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
        files = {str(path.relative_to(folder)): path.read_bytes() for path in left}
        return Outcome(printed.read_text(encoding="utf-8", errors="replace").rstrip("\n"), files)
