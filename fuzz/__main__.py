"""`python -m fuzz`: hostile bytes for every reader; inputs that crash one are kept in `fuzz/crashes`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.child import LEFT, SLOWEST
from fuzz.targets import TARGETS

CRASHES = Path(__file__).parent / "crashes"
_LAST_LINES = 12
_NOISE = ("#", "INFO", "WARNING", "MS:", "0x", "artifact_prefix")


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz what is asked for; 1 where something crashed."""
    asked = _arguments(argv)
    crashed = [not fuzz(name, round(asked.minutes * 60), CRASHES) for name in asked.only or TARGETS]
    return int(any(crashed))


def fuzz(name: str, seconds: int, crashes: Path) -> bool:
    """Fuzz one target; whether it survived. Its crashing input is moved to `crashes`."""
    with TemporaryDirectory(prefix="motcua-fuzz-") as folder:
        command = [sys.executable, "-m", "fuzz.child", name, folder, str(seconds)]
        try:
            done = subprocess.run(  # noqa: S603  # ourselves
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=seconds + 120 + SLOWEST
            )
            ended, said = done.returncode, done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            ended, said = -1, (error.stdout or b"").decode(errors="replace")
        left = [path for path in sorted(Path(folder).iterdir()) if path.name.startswith(LEFT)]
        kept = [_keep(name, path, crashes) for path in left]
    return _told(name, ended, said.splitlines(), kept)


def _keep(name: str, path: Path, crashes: Path) -> Path:
    data = path.read_bytes()
    crashes.mkdir(exist_ok=True)
    place = crashes / f"{name}-{sha256(data).hexdigest()[:16]}.bin"
    place.write_bytes(data)
    return place


def _told(name: str, ended: int, lines: Sequence[str], kept: Sequence[Path]) -> bool:
    if not ended and not kept:
        _say(f"{name}: {next((line for line in reversed(lines) if line.startswith('Done')), 'done')}")
        return True
    _say(f"{name}: CRASH (exit code {ended}), input kept in {', '.join(map(str, kept)) or 'no file'}")
    telling = [line for line in lines if not line.startswith(_NOISE)]
    _say("\n".join(f"  {line}" for line in telling[-_LAST_LINES:]))
    return False


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2, help="for each target")
    parser.add_argument("--only", action="append", choices=TARGETS, help="one target; may be repeated")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
