"""datatrove's MinHash deduplication of JSON lines, start to end. Runs in the environment of the peers.

Usage: peer_dedup_datatrove.py FOLDER_OF_JSONL WORK WORKERS

14 buckets of 8 hashes over runs of five words, 64-bit hashes, the words of Korean (`kor_Hang`): datatrove's defaults
and FineWeb2's. Signatures, buckets, clusters and the filter that writes kept documents to WORK/kept. A file of the
folder is a task of its own.
"""

import sys
from pathlib import Path

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig

LANGUAGE = "kor_Hang"


def main() -> None:
    """Run the four stages."""
    given, work, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
    files = len(list(Path(given).glob("*.jsonl")))
    config = MinhashConfig(
        hash_config=HashConfig(hash_fc="xxhash", precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5
    )
    signatures = MinhashDedupSignature(f"{work}/signatures", config=config, language=LANGUAGE)
    buckets = MinhashDedupBuckets(f"{work}/signatures", f"{work}/buckets", config=config)
    clusters = MinhashDedupCluster(f"{work}/buckets", f"{work}/clusters", config=config, save_cluster_id=True)
    kept = JsonlWriter(f"{work}/kept", "${rank}.jsonl", compression=None)
    stages = (
        ("signatures", files, [JsonlReader(given), signatures]),
        ("buckets", config.num_buckets, [buckets]),
        ("clusters", 1, [clusters]),
        ("filter", files, [JsonlReader(given), MinhashDedupFilter(f"{work}/clusters"), kept]),
    )
    for name, tasks, steps in stages:
        LocalPipelineExecutor(
            steps, tasks=tasks, workers=workers, logging_dir=f"{work}/logs/{name}", skip_completed=False
        ).run()


if __name__ == "__main__":
    main()
