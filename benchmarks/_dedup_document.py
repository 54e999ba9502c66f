"""benchmarks/DEDUP.md: goals, and for each set the libraries and the whole programs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]

_HEAD = """\
# Near-duplicate removal beside its peers

Made by `make bench-dedup` (`python benchmarks/dedup_peers.py`) on {day}, {machine}.
{versions}.

The truth is exact: the Jaccard index of the sets of shingles of every two documents, without any index of hashes
(`pipelines/evaluate/all_pairs.py`). char5 is five characters of the lower-cased NFC text without whitespace, word5 five
words of it. Rates are documents per CPU second of user and system time; a busy machine lowers them, and the busiest
moment that a run began at had a load average of {load:.1f}. Malmoi is the median of three runs, a peer is one run.

"""
_LIBRARIES = """\
One process, one core, documents in memory. *Signatures* are text to signature; the libraries have no shingles for
Korean, so theirs are made for them by Python, and *hashing alone* leaves that time out; Malmoi's rates hold all of it.
The column *Malmoi* is its rate over theirs. *Search* goes on to the pairs:
Malmoi's are verified by their exact index; of the libraries' pairs that share a band (14 bands of 8 hashes, 112 hashes;
Malmoi takes 128) those count that the library itself estimates at 0.75 and more, and in brackets all. gaoya signs and
searches in one; rensa's matrix signs all documents in one call.

"""
_PROGRAMS = """\
Whole programs from the start of the process to its end: read JSON lines, sign, search, verify, write what is kept.
Memory is the sum over all processes. text-dedup runs with 14 bands of 8 hashes, at which it is fastest, datatrove with
its defaults for Korean and two files on two cores. *Resolved* is the share of true pairs of which at most one document
is kept; *rightly dropped* the share of dropped documents that have a kept one at 0.8 (at 0.7 in brackets: the bands of
both peers aim between the two, and neither verifies). In clusters, every two documents count as a pair that is claimed.

"""
_DASH = "–"


def document(figures: Figures) -> str:
    """The whole document, Markdown."""
    packages = ", ".join(f"{name} {one}" for name, one in figures["versions"].items())
    runs = [run for one in figures["sets"].values() for part in ("libraries", "programs") for run in one[part].values()]
    load = max(run.get("load", 0.0) for run in runs)
    parts = [_HEAD.format(day=figures["day"], machine=figures["machine"], versions=packages, load=load)]
    parts += ["## Goals\n\n", _table(("goal", "set", "least", "measured", ""), _goals(figures["sets"]))]
    for name, one in figures["sets"].items():
        true = ", ".join(f"{count:,} by {key.replace(' ', ' at ')}" for key, count in one["true"].items())
        parts.append(
            f"## {name}: {one['title']}\n\n{one['n']:,} documents, {one['characters']:,} characters; "
            f"true pairs: {true}.\n\n### Libraries\n\n"
        )
        parts += [_LIBRARIES, _libraries(one), _not_run(one["libraries"])]
        parts += ["### Programs\n\n", _PROGRAMS, _programs(one), _not_run(one["programs"])]
    return "".join(parts).rstrip() + "\n"


def _libraries(one: Figures) -> str:
    own = one["libraries"]["malmoi"]["rates"]
    rows = []
    for name, run in _done(one["libraries"]):
        rates = run["rates"]
        rows.append(
            (
                *(name.split(", ") if ", " in name else (name, "5 characters")),
                _rate(rates.get("signature")),
                _rate(_hashing(rates)),
                _times(own["signature"], rates.get("signature")),
                _rate(rates.get("search")),
                _times(own["search"], rates.get("search")),
                *(_both(run, key) for key in ("char5_recall", "char5_precision", "word5_recall", "word5_precision")),
                f"{run['peak_rss_mb']:,}",
            )
        )
    head = ("tool", "shingle", "signatures", "hashing alone", "Malmoi", "search", "Malmoi")
    return _table((*head, "char5 recall", "char5 precision", "word5 recall", "word5 precision", "peak MB"), rows)


def _programs(one: Figures) -> str:
    rows = []
    for name, run in _done(one["programs"]):
        program, cores = name.split(", ")
        own = one["programs"][f"malmoi, {cores}"]
        rows.append(
            (
                program,
                cores,
                f"{run['wall_s']:.1f}",
                f"{run['cpu_s']:.1f}",
                _rate(run["rate"]),
                _times(own["rate"], run["rate"]),
                f"{run['peak_rss_mb']:,}",
                f"{run['dropped']:,}",
                *(_share(run[f"{kind}_resolved"]) for kind in ("char5", "word5")),
                *(f"{_share(run[f'{kind}_right'])} ({_share(run[f'{kind}_near'])})" for kind in ("char5", "word5")),
                f"{_share(run['cluster_char5_recall'])} / {_share(run['cluster_char5_precision'])}",
            )
        )
    head = ("program", "cores", "wall s", "CPU s", "documents per CPU s", "Malmoi", "peak MB", "dropped")
    right = ("rightly dropped, char5", "rightly dropped, word5", "clusters, char5 recall / precision")
    return _table((*head, "resolved, char5", "resolved, word5", *right), rows)


def _goals(sets: Figures) -> Iterable[Sequence[str]]:
    for name, one in sets.items():
        found = one["libraries"]
        own = found["malmoi"]
        for key, least in (("char5_recall", 0.995), ("char5_precision", 0.999)):
            yield f"{key.split('_')[1]} at 0.8", name, str(least), _share(own[key]), _met(own[key] >= least)
        for peer, least in (("datasketch", 30.0), ("rensa", 1.0), ("rensa matrix", 1.0)):
            rate = found[f"{peer}, 5 characters"].get("rates", {}).get("signature")
            yield _ratio(f"signatures / {peer}", name, least, own["rates"]["signature"], rate)
        for cores in (1, 2):
            if f"malmoi, {cores}" not in one["programs"]:
                continue
            rate = one["programs"][f"malmoi, {cores}"]["rate"]
            for peer, least in (("text-dedup", 10.0), ("datatrove", 40.0)):
                goal = f"whole program / {peer}, cores: {cores}"
                yield _ratio(goal, name, least, rate, one["programs"][f"{peer}, {cores}"].get("rate"))


def _ratio(goal: str, name: str, least: float, own: float, other: float | None) -> Sequence[str]:
    if other is None:
        return goal, name, f"{least:g}x", _DASH, "peer not run"
    return goal, name, f"{least:g}x", f"{own / other:.1f}x", _met(own / other >= least)


def _done(runs: Figures) -> Iterable[tuple[str, Figures]]:
    return ((name, run) for name, run in runs.items() if "reason" not in run)


def _not_run(runs: Figures) -> str:
    told = [f"{name}: {run['reason']}" for name, run in runs.items() if "reason" in run]
    return f"Not run: {'; '.join(told)}.\n\n" if told else ""


def _met(met: bool) -> str:  # noqa: FBT001
    return "met" if met else "**not met**"


def _hashing(rates: Mapping[str, float]) -> float | None:
    """Rate of what is left of the signatures without the shingles."""
    if "signature" not in rates or "shingle" not in rates:
        return None
    rest = 1 / rates["signature"] - 1 / rates["shingle"]
    return 1 / rest if rest > 0 else None


def _both(run: Figures, key: str) -> str:
    told = _share(run.get(key))
    return f"{told} ({_share(run[f'sharing_{key}'])})" if f"sharing_{key}" in run else told


def _share(value: float | None) -> str:
    return _DASH if value is None else f"{value:.4f}"


def _rate(value: float | None) -> str:
    return _DASH if value is None else f"{value:,.0f}"


def _times(own: float, other: float | None) -> str:
    return _DASH if other is None else f"{own / other:.1f}x"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"
