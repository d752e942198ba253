"""How fast is one process at 50,000 KOCs, 4,000,000 shows and 200,000 SKUs, and what does it miss?

Run: make bench NAME=match_scale ARGS="RENTALS_PARQUET [--share 0.1]"

The world is made (`made_world`), fitted to the rentals. One process learns and writes; another
loads, answers 1,000 needs one after the other, and measures itself. Nothing is kept between
answers. Prints one JSON line.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_world import Shape, correlation, make, needs
from zhiyin.domain.matching.advising import shipped
from zhiyin.domain.matching.evaluation import rentals
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.matcher import Matcher
from zhiyin.domain.matching.options import CANDIDATES
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.types import Ask, NothingToPick
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World

KOCS, SHOWS, SKUS = 50_000, 4_000_000, 200_000
NEEDS, RECALL_NEEDS, WARM_UP, TOP = 1_000, 200, 100, 10
SEED = 20_261_122


def build(rentals_file: Path, folder: Path, share: float) -> dict[str, Any]:
    """Make the world, learn from it, write both. The making is not counted as building."""
    rng = np.random.default_rng(SEED)
    shape = Shape.of(rentals.read(rentals_file))
    world = make(
        shape, kocs=int(KOCS * share), shows=int(SHOWS * share), skus=int(SKUS * share), rng=rng
    )
    fitted = {
        "popularity_exponent": round(shape.popularity_exponent, 3),
        "rentals_shows_per_sku_mean_median_p99": [round(x, 1) for x in shape.shows_per_sku],
        "made_shows_per_sku_mean": round(len(world.shows) / len(world.skus), 1),
        "trait_correlation_rentals": np.round(shape.correlation, 2).tolist(),
        "trait_correlation_made": np.round(correlation(world.shows.worn), 2).tolist(),
        "made": {
            "kocs": len(world.kocs),
            "shows": len(world.shows),
            "skus": len(world.skus),
            "garments": len(world.garments),
            "wearers": int(world.shows.worn.wearer.max()) + 1,
            "looks": len(world.looks),
        },
    }
    started = time.perf_counter()
    learned = Learned.train(world, _told(started))
    world.save(folder)
    learned.save(folder)
    return fitted | {"learn_s": round(time.perf_counter() - started, 1)}


def serve(rentals_file: Path, folder: Path) -> dict[str, Any]:
    """Load what was written, answer, and measure this process."""
    started = time.perf_counter()
    world, learned = World.load(folder), Learned.load(folder)
    matcher = Matcher.build(world, shipped(), learned, version="bench", progress=_told(started))
    loaded = time.perf_counter() - started
    rng = np.random.default_rng(SEED + 1)
    asks = [
        Ask(slots=slots)
        for slots in needs(Shape.of(rentals.read(rentals_file)), NEEDS + WARM_UP, rng)
    ]
    times, processor, refused = [], [], 0
    for ask in asks:
        begun, busy = time.perf_counter(), time.process_time()
        try:
            matcher.answer(ask, runners_up=0)
        except NothingToPick:
            refused += 1
        times.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - busy) * 1000)
    resident = _status("VmRSS")
    found = [recall(matcher, ask) for ask in asks[:RECALL_NEEDS]]
    known = [one for one in found if one is not None]
    timed, of_processor = np.array(times[WARM_UP:]), np.array(processor[WARM_UP:])
    return {
        "load_s": round(loaded, 1),
        "p50_ms": round(float(np.percentile(timed, 50)), 2),
        "p95_ms": round(float(np.percentile(timed, 95)), 2),
        "p99_ms": round(float(np.percentile(timed, 99)), 2),
        "processor_p50_ms": round(float(np.percentile(of_processor, 50)), 2),
        "processor_p99_ms": round(float(np.percentile(of_processor, 99)), 2),
        "needs": len(timed),
        "refused": refused,
        "resident_mib": resident,
        "peak_resident_mib": _status("VmHWM"),
        "candidates": CANDIDATES,
        "recall_at_10": round(float(np.mean(known)), 4),
        "recall_at_10_worst": round(float(np.min(known)), 2),
        "recall_needs": len(known),
    }


def recall(matcher: Matcher, ask: Ask) -> float | None:
    """Share of the ten best SKUs under the full scorer that the candidate stage holds.

    The full scorer is asked for every SKU: the exact prospect of its garment, and the chance that
    this very size fits, instead of the best one of its variant. None where nothing passes.
    """
    try:
        near = matcher.ranked(ask, CANDIDATES)
        full = matcher.ranked(ask, len(matcher.world.variants))
    except NothingToPick:
        return None
    wish = Wish.of(ask)
    world, shelf = matcher.world, matcher.shelf
    first = world.variants.first_sku
    counts = first[full.rows + 1] - first[full.rows]
    place = np.repeat(np.arange(len(full.rows)), counts)
    skus = np.concatenate([np.arange(first[v], first[v + 1]) for v in full.rows])
    score = full.score[place]
    level = matcher.sizes.level(wish.body)
    if level is not None:
        chance = matcher.sizes.chances(level, skus)
        best = shelf.fit_at(level)[full.rows[place]]
        score = score + np.float32(WEIGHTS["fit"]) * (chance - best)
    buyable = shelf.on_hand[skus] > 0
    if wish.most_fen is not None:
        buyable &= shelf.price_fen[skus] <= wish.most_fen
    skus, score = skus[buyable], score[buyable]
    top = skus[np.argsort(-score, kind="stable")[:TOP]]
    return float(np.isin(world.skus.variant[top], near.rows).mean())


def machine() -> dict[str, Any]:
    """Where it ran."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cores": os.cpu_count(),
        "memory_mib": memory,
        "load_average": [round(x, 1) for x in os.getloadavg()],
    }


def _told(started: float) -> Any:
    def tell(step: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stderr.write(f"{time.perf_counter() - started:7.1f} s {peak:6d} MiB  {step}\n")

    return tell


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(field))


def main() -> None:
    """Build in one process, serve in another, print what both measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rentals", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="share of the full size")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        sys.stdout.write(json.dumps(serve(given.rentals, given.serve)))
        return
    with tempfile.TemporaryDirectory() as folder:
        built = build(given.rentals, Path(folder), given.share)
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.match_scale", str(given.rentals), "--serve", folder],
            stdout=subprocess.PIPE,
            check=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},  # as `zhiyin serve` sets it
        )
        served = json.loads(child.stdout)
    total = {"build_s": round(built["learn_s"] + served["load_s"], 1)}
    line = {"bench": "match_scale", **served, **total, **built, "machine": machine()}
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
