"""Is there anything to draw with? VTK dies without an exception where it finds no OpenGL, so ask in a child process."""

import os
import subprocess
import sys
from functools import cache

PROBE = (
    "import pyvista as pv; p = pv.Plotter(off_screen=True, window_size=(32, 32)); p.add_mesh(pv.Sphere()); "
    "assert p.screenshot(None, return_img=True).std() > 0"
)
HOW_TO = "rendering needs OpenGL; on Debian or Ubuntu: apt-get install libegl1 libgl1-mesa-dri"


@cache
def can_render() -> bool:
    """Whether an off-screen view comes out with something on it (probed once, some seconds)."""
    environment = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": os.environ.get("LIBGL_ALWAYS_SOFTWARE", "1")}
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, timeout=120, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
