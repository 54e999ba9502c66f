"""Every vector of the consent specification whose family is here, through the public functions alone."""

import datetime as dt
import hashlib
import html
import json
import os
from pathlib import Path

import pytest

from licenses import (
    Axis,
    Evidence,
    RightsSettings,
    SiteFile,
    Source,
    page_signals,
    resolve,
    site_signals,
    terms_signals,
)

HERE = Path(__file__).parents[1] / "data" / "consent_vectors.jsonl"
SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ORIGIN = "https://example.kr"
FILES = {
    "robots_txt": ("robots", "/robots.txt"),
    "tdmrep_json": ("tdmrep", "/.well-known/tdmrep.json"),
    "ai_txt": ("ai_txt", "/ai.txt"),
    "trust_txt": ("trust_txt", "/trust.txt"),
}
VECTORS = [json.loads(line) for line in HERE.read_text(encoding="utf-8").splitlines()]


def site_evidence(name, content, path, settings, status=200):
    kind, file_path = FILES[name]
    body = content if isinstance(content, str) else json.dumps(content)
    octets = body.encode()
    digest = hashlib.sha256(octets).hexdigest()
    file = SiteFile(kind, ORIGIN + file_path, ORIGIN, NOW, status, octets, digest)
    return site_signals(file, ORIGIN + path, settings)


def page_evidence(markup, headers, path, settings):
    return page_signals(
        ORIGIN + path, headers, markup, fetched_at=NOW, body_sha256="0" * 64, http_status=200, settings=settings
    )


def signal(number, said):
    conditions = tuple(said.get("conditions", ()))
    axes = tuple((axis, said[axis]) for axis in map(str, Axis) if axis in said)
    if any(value == "cond" for _, value in axes):
        conditions = conditions or ("agreement",)
    return Evidence(
        signal="vector",
        scope=said["scope"],
        locator=str(number),
        literal="",
        source_url=ORIGIN,
        fetched_at=NOW,
        http_status=200,
        body_sha256="0" * 64,
        rule_id="vector",
        spec_version="1",
        axes=axes,
        conditions=conditions,
        licence=said.get("licence"),
        confidence=said["confidence"],
        declarer="owner",
    )


def evidence_of(vector):
    kind, given = vector["kind"], vector["input"]
    if kind == "resolve":
        return [signal(number, said) for number, said in enumerate(given["signals"])]
    settings = RightsSettings(product_token=given["token"]) if "token" in given else RightsSettings()
    path = given.get("path", "/")
    if kind == "terms":
        return terms_signals(given["text"], Source(ORIGIN, NOW, 200, "0" * 64))
    found = []
    for name in ("robots_txt", "tdmrep_json"):
        if name in given:
            found += site_evidence(name, given[name], path, settings, given.get("status", 200))
    if kind in ("ai_txt", "trust_txt"):
        return site_evidence(kind, given["text"], path, settings)
    markup = given.get("html") or f"<pre>{html.escape(given.get('text', ''))}</pre>"
    return found + page_evidence(markup, list(given.get("headers", {}).items()), path, settings)


def answer(vector):
    evidence = evidence_of(vector)
    rights = resolve(evidence)
    licences = {one.licence for one in evidence if one.licence and one.scope != "element"} - {"all-rights-reserved"}
    found = {str(axis): str(value) for axis, value in rights.axes.items()}
    found["licence"] = rights.licence if licences else None
    found["conflict"] = rights.conflict
    found["conditions"] = sorted({one for those in rights.conditions.values() for one in those})
    found["train_conditions"] = list(rights.conditions[Axis.TRAIN_DOM])
    scopes = {one.scope for one in evidence if one.signal in ("html_licence", "kogl")}
    found["scope"] = "document" if "document" in scopes else min(scopes, default=None)
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=[one["id"] for one in VECTORS])
def test_vector(vector):
    found = answer(vector)
    assert {key: found[key] for key in vector["expected"]} == vector["expected"]


def test_the_copied_vectors_are_those_of_the_specification():
    original = SHARED / "consent_vectors.jsonl"
    if not original.exists():
        pytest.skip("shared/consent_vectors.jsonl is not here")
    wanted = {one["kind"] for one in VECTORS}
    rows = [json.loads(line) for line in original.read_text(encoding="utf-8").splitlines()]
    assert [row for row in rows if row["kind"] in wanted and "policy" not in row["input"]] == VECTORS
