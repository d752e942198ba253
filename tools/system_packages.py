"""What the set-up needs from the operating system, and the one line that says what is missing.

--check-libraries   LightGBM needs libgomp.so.1; nothing is installed
--install           the browser tests need Chromium and a Chinese font: as root on Debian they are
                    installed when missing, elsewhere they are named
"""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSER, FONT = "chromium", "fonts-noto-cjk"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def check_libraries() -> None:
    """Stop with one line when the shared library of LightGBM cannot be loaded."""
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        sys.exit("missing: libgomp.so.1 (Debian and Ubuntu: apt-get install libgomp1)")


def install() -> None:
    """Have a browser and a Chinese font, or stop with one line that names both."""
    missing = [name for name, there in ((BROWSER, has_browser()), (FONT, has_font())) if not there]
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], env=environment, **quiet)
    if not (has_browser() and has_font()):
        sys.exit(
            f"missing: {' and '.join(missing)}; the browser tests need {BROWSER} and {FONT}"
            " (Debian and Ubuntu: apt-get install chromium fonts-noto-cjk)"
        )


def has_browser() -> bool:
    """Whether a Chromium stands on the path."""
    return any(shutil.which(name) for name in BROWSERS)


def has_font() -> bool:
    """Whether some font can draw Chinese."""
    if shutil.which("fc-list"):
        listed = subprocess.run(
            ["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=False
        )
        return bool(listed.stdout.strip())
    return any(Path("/usr/share/fonts").rglob("*CJK*"))


if __name__ == "__main__":
    {"--check-libraries": check_libraries, "--install": install}[sys.argv[1]]()
