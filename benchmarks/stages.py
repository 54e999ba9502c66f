"""Where the pipeline's time goes: CPU seconds of every stage, and the share of reading and judging rights.

Usage: python benchmarks/stages.py [WARC …] [--shared ../shared]

The map phase runs in this process over the default recipe, then rights are judged as the group phase does. Extraction
runs in processes of its own, whose time is added to its stage. By default the development pages, rich in Korean.
"""

import argparse
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.group.rights import judge_rights
from pipelines.ingest import expand_inputs, plan_splits
from pipelines.mapping import Mapper
from pipelines.recipe import DEFAULT_RECIPE, load_recipe

ROOT = Path(__file__).resolve().parent.parent
RIGHTS = ("signals", "rights")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warcs", nargs="*", type=Path)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options = parser.parse_args()
    warcs = options.warcs or [options.shared / "data" / "html" / "dev-pages.warc.gz"]
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure([str(warc) for warc in warcs], Path(folder))
    whole = sum(seconds.values())
    for stage, cost in sorted(seconds.items(), key=lambda one: -one[1]):
        print(f"{stage:14}{cost:8.2f} s{cost / whole:8.1%}")
    share = sum(seconds[stage] for stage in RIGHTS) / whole
    print(f"rights: {share:.1%} of {whole:.2f} CPU s")


def measure(warcs: list[str], folder: Path) -> Counter[str]:
    """CPU seconds by stage; what lies between stages is ``read and write``."""
    recipe = load_recipe(ROOT / DEFAULT_RECIPE)
    splits = plan_splits(expand_inputs(warcs, {}), int(recipe.engine.split_bytes))
    seconds: Counter[str] = Counter()
    parts = folder / "parts"
    parts.mkdir()
    with Mapper(recipe, parts) as mapper:
        mapper._stages = [timed(stage, seconds) for stage in mapper._stages]  # noqa: SLF001  to look inside is the point
        start = time.process_time()
        for split in splits:
            mapper.map(split, lambda _: None)
        mapped = time.process_time() - start
    seconds["read and write"] = mapped - sum(seconds.values())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds["extract"] += used.ru_utime + used.ru_stime
    start = time.process_time()
    judge_rights([parts / split.split_id for split in splits], recipe.rights, folder / "rights")
    seconds["rights"] = time.process_time() - start
    return seconds


def timed(stage: Any, seconds: Counter[str]) -> Any:
    """A stage that counts its CPU time."""

    class Timed:
        name = stage.name

        def __call__(self, batch: Any, judge: Callable[[Any], Any] = stage) -> Any:
            start = time.process_time()
            outcome = judge(batch)
            seconds[stage.name] += time.process_time() - start
            return outcome

    return Timed()


if __name__ == "__main__":
    main()
