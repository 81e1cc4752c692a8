"""Running a program that the model wrote, in a throw-away folder with little time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile

SECONDS, MEMORY, OUTPUT = 5, 512 << 20, 1 << 20


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))


def printed(code: str) -> str | None:
    """What the program prints, without the last line break; None if it fails or takes too long.

    The limits guard against accidents, not malice: evaluate only models whose training you know.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", code],
                cwd=folder,
                env={},
                capture_output=True,
                text=True,
                timeout=2 * SECONDS,
                preexec_fn=_limit,
                check=False,
            )
        except (subprocess.TimeoutExpired, ValueError):
            return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None
