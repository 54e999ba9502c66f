"""Pages read as their true encoding says."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from _peers import HERE, peers_python
from _table import Details, Measure, Part, lines_of

from pipelines.evaluate.decoding import decode_page, true_texts
from pipelines.evaluate.files import Page, read_jsonl, read_pages

SETS = (("dev-pages", "all pages"), ("dev-encodings", "re-encoded pages"))
MEANING = """\
A page is decoded exactly when its text is what its true encoding gives, a byte order mark and invalid bytes aside. The
re-encoded pages are Korean pages with wrong, missing or contradicting declarations; twice-encoded ones are left out.
datatrove is its WARC reader, which drops what libmagic takes for something else than HTML; cchardet and resiliparse
guess from the bytes alone and from the bytes and the page's own declaration."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    lines, details = [], []
    for name, title in SETS:
        warc = data / "html" / f"{name}.warc.gz"
        labels = {row["url"]: row for row in read_jsonl(data / "html" / f"{name}.index.jsonl.gz", {"url": str})}
        rows = []
        for page in read_pages(warc):
            texts = true_texts(page, labels.get(page.url, {}))
            if texts:
                rows.append((page, texts, str(labels[page.url].get("variant") or labels[page.url]["encoding"])))
        theirs, reason = _datatrove(warc, work / name)
        readers: dict[str, Callable[[Page], str | None]] = {
            "malmoi": decode_page,
            "cchardet": _cchardet,
            "resiliparse": _resiliparse,
        }
        right = {reader: [read(page) in texts for page, texts, _ in rows] for reader, read in readers.items()}
        if theirs is not None:
            right["datatrove"] = [theirs.get(page.url) in set(map(_digest, texts)) for page, texts, _ in rows]
        scores = {reader: {"exact": sum(answers) / len(answers)} for reader, answers in right.items()}
        measure = Measure("exact", "pages decoded exactly", chart=name == "dev-encodings")
        reasons = {"datatrove": reason} if reason else {}
        lines += lines_of([measure], scores, title, len(rows), reasons=reasons)
        kinds = sorted({kind for *_, kind in rows})
        detail = [
            {"encoding": kind, "n": sum(row[2] == kind for row in rows)}
            | {
                reader: sum(ok for ok, row in zip(answers, rows, strict=True) if row[2] == kind)
                for reader, answers in right.items()
            }
            for kind in kinds
        ]
        details.append(Details(f"Decoded exactly: {title}", detail))
    return Part("decoding", lines, details, MEANING)


def _datatrove(warc: Path, work: Path) -> tuple[Mapping[str, str] | None, str]:
    folder, out = work / "warcs", work / "decoded.json"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / warc.name
    link.unlink(missing_ok=True)
    link.symlink_to(warc.resolve())
    try:
        command = [str(peers_python()), str(HERE / "peer_datatrove_decode.py"), str(folder), str(out)]
        subprocess.run(command, check=True, capture_output=True, env=os.environ)
    except (subprocess.CalledProcessError, OSError) as error:
        return None, type(error).__name__
    found: dict[str, str] = json.loads(out.read_text(encoding="utf-8"))
    return found, ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _cchardet(page: Page) -> str | None:
    import cchardet  # noqa: PLC0415

    return _read(page.body, cchardet.detect(page.body)["encoding"])


def _resiliparse(page: Page) -> str | None:
    from resiliparse.parse.encoding import detect_encoding  # noqa: PLC0415

    return _read(page.body, detect_encoding(page.body, from_html_meta=True))


def _read(body: bytes, name: Any) -> str | None:
    """The body in a detected encoding; the Korean names all mean CP949, as browsers take them."""
    korean = str(name).lower() in {"euc-kr", "euc_kr", "ks_c_5601-1987", "windows-949", "uhc"}
    try:
        return body.decode("cp949" if korean else str(name or "utf-8"), "replace").removeprefix("\ufeff")
    except LookupError:
        return None
