"""Near-duplicate removal: pure functions over Arrow, without I/O.

    settings    what a near-duplicate is and how it is looked for
    shingles    canonical text -> shingle set -> exact Jaccard index
    minhash     texts -> sketches (digest, signature, number of shingles)
    lsh         signatures -> band keys -> candidate pairs, one partition of keys at a time
    verify      candidate pairs -> verified pairs
    compiled    the compiled way through all texts of a process that sees many (`kernels`, `code_points`)
    keep        what is preferred -> order keys that sort outside memory
    choose      digests, verified pairs, order of preference -> which documents are kept
    fingerprints  sketch, URL and name -> keys to know a document again by
    across      newcomers against a list of sketches
    lines       lines that the documents of a host have in common
    repeats     passages that stand in one document twice
    urls        one key for the variants of a page's URL
    benchmarks  what of a benchmark's item is evidence of it
    decontaminate  items of benchmarks in texts, by runs of letters (`letters`, `runs`)
    table       all of it for a table in memory

An engine sketches in its map phase, shuffles band keys by `partition`, and calls the others with look-ups into wherever
it holds sketches and texts; `dedup_table` shows the order of calls.
"""

from dedup.across import MATCH_SCHEMA, across, alike, sure_enough
from dedup.choose import CHOICE_SCHEMA, choose, fold_exact, keep_order, keep_rank
from dedup.compiled import expect
from dedup.fingerprints import FINGERPRINT_SCHEMA, band_scheme, fingerprints
from dedup.keep import Direction, order_keys
from dedup.lines import BoilerplateSettings
from dedup.lsh import BAND_SCHEMA, PAIR_SCHEMA, Candidates, band_keys, candidates, partition
from dedup.minhash import SKETCH_SCHEMA, sketch, sketch_schema
from dedup.repeats import RepeatSettings, Unrepeated, remove_repeats
from dedup.settings import DEFAULTS, KEEP, DedupSettings, KeepKey
from dedup.shingles import canonical, jaccard, shingle_set
from dedup.table import dedup_table
from dedup.urls import url_keys
from dedup.verify import VERIFIED_SCHEMA, jaccard_pairs, screen, verify

__all__ = [
    "BAND_SCHEMA",
    "CHOICE_SCHEMA",
    "DEFAULTS",
    "FINGERPRINT_SCHEMA",
    "KEEP",
    "MATCH_SCHEMA",
    "PAIR_SCHEMA",
    "SKETCH_SCHEMA",
    "VERIFIED_SCHEMA",
    "BoilerplateSettings",
    "Candidates",
    "DedupSettings",
    "Direction",
    "KeepKey",
    "RepeatSettings",
    "Unrepeated",
    "across",
    "alike",
    "band_keys",
    "band_scheme",
    "candidates",
    "canonical",
    "choose",
    "dedup_table",
    "expect",
    "fingerprints",
    "fold_exact",
    "jaccard",
    "jaccard_pairs",
    "keep_order",
    "keep_rank",
    "order_keys",
    "partition",
    "remove_repeats",
    "screen",
    "shingle_set",
    "sketch",
    "sketch_schema",
    "sure_enough",
    "url_keys",
    "verify",
]
