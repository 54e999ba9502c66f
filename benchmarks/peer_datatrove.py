"""datatrove with FineWeb2's published settings for Korean, end to end; runs in the environment of the peers.

Usage: peer_datatrove.py WARC_FOLDER WORK_FOLDER WORKERS LID_MODEL

Reader, trafilatura (precision, 1 s), language (fastText 176, 0.65), Gopher repetition, FineWeb quality, Gopher quality,
MinHash 14 x 8 in four steps, Parquet. Thresholds are those of configs/kor_Hang.yml. The model is given as a file, since
datatrove would download one. Writes kept.json: addresses of the kept documents, and how the reader read each page.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
)
from datatrove.pipeline.readers import JsonlReader, WarcReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.lid import FT176LID
from datatrove.utils.word_tokenizers import load_word_tokenizer

LANGUAGE = "kor_Hang"
STOP_WORDS = ["의", "다", "이", "는", "에", "을", "한", "년", "하", "은", "를"]
STOP_WORDS += ["했", "고", "에서", "가", "있", "으로", "인", "월", "로", "되"]


class FileLID(FT176LID):
    """datatrove's fastText language identification over a model file that lies here."""

    def __init__(self, path: str) -> None:
        super().__init__(["ko"], -1)
        self.path = path

    @property
    def model(self) -> object:
        """The fastText model, opened when first asked for."""
        if self._model is None:
            from fasttext.FastText import _FastText  # noqa: PLC0415

            self._model = _FastText(self.path)
        return self._model


def filters(model: str) -> list[object]:
    """The filters of the published recipe."""
    language = LanguageFilter(languages=["ko"], language_threshold=0.65)
    language.model = FileLID(model)
    return [
        language,
        GopherRepetitionFilter(
            language=LANGUAGE,
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
            dup_line_frac=0.374,
            top_n_grams=((2, 0.282), (3, 0.228), (4, 0.185)),
            dup_n_grams=((5, 0.201), (6, 0.184), (7, 0.168), (8, 0.154), (9, 0.14), (10, 0.127)),
        ),
        FineWebQualityFilter(
            language=LANGUAGE, short_line_thr=999, char_duplicates_ratio=0.1, line_punct_thr=0.062, new_line_ratio=0.196
        ),
        GopherQualityFilter(
            language=LANGUAGE,
            max_avg_word_length=6,
            min_avg_word_length=1,
            stop_words=STOP_WORDS,
            max_non_alpha_words_ratio=0.791,
            min_stop_words=2,
        ),
    ]


def run(steps: list[object], tasks: int, workers: int, logs: str) -> None:
    """Run one job of the recipe."""
    # A Kiwi object left in the cache by an earlier job cannot be copied by the next executor.
    load_word_tokenizer.cache_clear()
    for step in steps:
        if getattr(step, "word_tokenizer", None) is not None:
            step.word_tokenizer = load_word_tokenizer(LANGUAGE)
    LocalPipelineExecutor(pipeline=steps, tasks=tasks, workers=workers, logging_dir=logs, skip_completed=False).run()


def kept_urls(parquet: Path) -> Iterable[str]:
    """Addresses of the documents that were written."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    for file in sorted(parquet.glob("*.parquet")):
        for metadata in pq.read_table(file)["metadata"].to_pylist():
            yield metadata["url"]


def main() -> None:
    """Run all jobs."""
    warcs, work, workers, model = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    tasks = len(list(Path(warcs).glob("*.warc.gz")))
    config = MinhashConfig(
        hash_config=HashConfig(hash_fc="xxhash", precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5
    )
    reader = WarcReader(warcs, glob_pattern="*.warc.gz")
    run(
        [reader, Trafilatura(favour_precision=True), *filters(model), JsonlWriter(f"{work}/clean")],
        tasks,
        workers,
        f"{work}/logs/1",
    )
    clean = JsonlReader(f"{work}/clean", glob_pattern="*.jsonl.gz")
    signatures = MinhashDedupSignature(output_folder=f"{work}/sig", config=config, language=LANGUAGE)
    run([clean, signatures], tasks, workers, f"{work}/logs/2")
    buckets = MinhashDedupBuckets(input_folder=f"{work}/sig", output_folder=f"{work}/buckets", config=config)
    run([buckets], config.num_buckets, workers, f"{work}/logs/3")
    run([MinhashDedupCluster(f"{work}/buckets", f"{work}/remove", config=config)], 1, 1, f"{work}/logs/4")
    finish = [
        JsonlReader(f"{work}/clean", glob_pattern="*.jsonl.gz"),
        MinhashDedupFilter(f"{work}/remove"),
        ParquetWriter(f"{work}/parquet"),
    ]
    run(finish, tasks, workers, f"{work}/logs/5")
    (work / "kept.json").write_text(json.dumps(sorted(kept_urls(work / "parquet"))), encoding="utf-8")


if __name__ == "__main__":
    main()
