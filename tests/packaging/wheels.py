"""A wheel built from what the Dockerfile copies, in an environment of its own that lies outside the checkout."""

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def sources() -> list[str]:
    """What the Dockerfile copies into the image before it builds: it must be enough."""
    lines = re.findall(r"^COPY (.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    return [name for line in lines for name in line.split()[:-1]]


def build(folder: Path) -> Path:
    """The wheel, built away from the checkout, so that nothing left over from earlier builds gets into it."""
    copy = folder / "source"
    for name in sources():
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    words = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """A new environment with the wheel; its folder of programs.

    The packages that ours needs are borrowed from this environment by a path, which does not follow its `.pth` files:
    so the checkout, which it has as an editable install, is not among them, and nothing is downloaded.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    words = [
        "-m",
        "pip",
        "--python",
        str(programs / "python"),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([sys.executable, *words, str(wheel)], check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return programs
