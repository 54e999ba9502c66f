"""Main text against texts that people wrote."""

from pathlib import Path
from statistics import fmean
from typing import Any

from _malmoi import evaluate
from _peers import failed, run_peers, speeds, versions
from _table import Details, Measure, Part, lines_of

from pipelines.evaluate.decoding import decode_page
from pipelines.evaluate.files import read_jsonl, read_pages
from pipelines.evaluate.overlap import MEASURES, compare, features

BESIDE = ("malmoi", "trafilatura", "trafilatura-fast", "resiliparse")
TOOLS = ("datatrove", "readability", "jusText", "jusText without stop words")
SHOWN = (
    Measure("eojeol", "main text, eojeol F1", chart=True),
    Measure("shingle4", "main text, shingle4 F1", chart=True),
    Measure("char5", "main text, char5 F1"),
    Measure("eojeol_by_site", "main text, eojeol F1, mean over sites"),
    Measure("shingle4_by_site", "main text, shingle4 F1, mean over sites"),
    Measure("below_half", "main text, pages below eojeol 0.5", lower_is_better=True),
    Measure("pages_per_cpu_s", "main text, pages per CPU s", "per_cpu_s"),
)
MEANING = """\
Gold texts come from the authors' Markdown or XML. *eojeol*: words between spaces as a multiset; *shingle4*: runs of
four words; *char5*: runs of five characters without spaces; each the harmonic mean of precision and recall, averaged
over pages. Every extractor gets the page as Malmoi decoded it. trafilatura and resiliparse are the installed libraries
with their plain calls, in processes that take turns with Malmoi's; datatrove is the older trafilatura that it asks for,
with FineWeb2's settings."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    warc, gold = data / "html" / "dev-pages.warc.gz", data / "pairs" / "dev-gold.jsonl.gz"
    names = [argument for name in BESIDE for argument in ("--extractor", name)]
    report = evaluate("extraction", "--warc", warc, "--gold", gold, *names)

    texts = {row["url"]: row["text"] for row in read_jsonl(gold, {"url": str, "text": str})}
    pages = {page.url: page for page in read_pages(warc) if page.url in texts}
    results = run_peers("peer_extract.py", [{"html": decode_page(page)} for page in pages.values()], work, TOOLS)
    golds = [features(texts[url]) for url in pages]
    scores: dict[str, dict[str, Any]] = {name: dict(row) for name, row in report["extractors"].items()}
    for name, speed in speeds(results).items():
        rated = [
            [one.f1 for one in compare(features(text or ""), gold)]
            for text, gold in zip(results[name]["results"], golds, strict=True)
        ]
        scores[name] = {measure: fmean(row[i] for row in rated) for i, measure in enumerate(MEASURES)}
        scores[name] |= {"below_half": fmean(row[0] < 0.5 for row in rated), "pages_per_cpu_s": speed}
    data_name = f"gold pages of {report['sites']} sites"
    lines = lines_of(SHOWN, scores, data_name, report["n"], reasons={**report["not_run"], **failed(results)})
    detail = [
        {"extractor": name, **row, **{key: scores[name][key] for key in ("empty", "hung", "failed")}}
        for name, row in report["detail"].items()
    ]
    known = {name: version for name, version in report["versions"].items() if name != "malmoi"} | versions(results)
    return Part("extraction", lines, [Details("Main text: precision, recall, median F1", detail)], MEANING, known)
