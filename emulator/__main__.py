"""`python -m emulator`: start on a free port of the loopback, and say where on one line of JSON."""

import argparse
import json
import signal
import sys
from datetime import UTC, datetime
from threading import Thread

from emulator.server import Server
from emulator.world import World


def main(words: list[str]) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", type=datetime.fromisoformat, help="ISO 8601 with its zone")
    parser.add_argument("--runs", action="store_true", help="let time pass with the wall's")
    parser.add_argument("--senders", type=int, default=8, help="notices sent at once")
    parser.add_argument(
        "--answer-within", type=float, default=5.0, help="real seconds a notice waits"
    )
    said = parser.parse_args(words)
    now = said.now or datetime.now(UTC)
    if now.tzinfo is None:
        parser.error("--now needs its zone")
    world = World(
        seed=said.seed,
        now=now,
        runs=said.runs,
        senders=said.senders,
        answer_within_s=said.answer_within,
    )
    server = Server(world, said.port)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: Thread(target=server.shutdown).start())
    Thread(target=world.run, args=(server.is_over,), daemon=True).start()
    sys.stdout.write(json.dumps({"address": server.address, "seed": said.seed}) + "\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.is_over.set()
    world.sender.close()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
