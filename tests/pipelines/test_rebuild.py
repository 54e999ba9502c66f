"""Rules change, pages are gone: classes are derived anew from what is stored."""

import dataclasses
import html
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

import licenses.origins
import licenses.robots
import pipelines.rebuild.rebuild as rebuilding
import pipelines.rebuild.reread as rereading
from licenses import (
    Axis,
    RightsSettings,
    Source,
    Value,
    evidence_from_table,
    page_signals,
    policy_class,
    resolve,
)
from licenses.agents import Agent, agents
from licenses.catalogue import terms_of
from licenses.licence_url import licence_of_url
from licenses.recipients import Recipient
from pipelines.rebuild import rebuild_rights
from pipelines.rebuild.reread import Reader
from pipelines.rebuild.write import Writer
from tests.pipelines._archive import Archive
from tests.pipelines._rows import malmoi
from warehouse import TABLES, registry, write_file
from warehouse.catalog import Warehouse
from warehouse.ledger import Ledger
from warehouse.lookup import find_document
from warehouse.verify import damaged_files, verify_tables
from warehouse.withdrawal.lock import lock

DATA = Path(__file__).parents[1] / "data"
MODU = json.loads((DATA / "datasets" / "modu-news.json").read_text("utf-8"))
GARDEN = "".join(f"<p>{part['form']}</p>" for part in MODU["document"][0]["paragraph"])
CLOCK = "".join(f"<p>{part['form']}</p>" for part in MODU["document"][1]["utterance"])
PAGE = "<html><body><article>{}</article><footer>{}</footer></body></html>"
LICENCE = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'
RECIPE = """
[sources]
inputs = ["{folder}/in.warc.gz"]

[[sources.datasets]]
name = "portal"
kind = "jsonl"
paths = ["{data}/datasets/portal.jsonl"]
origin = "data.go.kr"
terms = "저작자표시"
text_field = "글.본문"
"""
CLOSED = "https://a.example.kr/1"
OPEN = "https://b.example.or.kr/2"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two pages and a data set, run by the command; the folder holds the warehouse twice."""
    folder = tmp_path_factory.mktemp("rebuild")
    pages = Archive(folder / "in.warc.gz")
    pages.add("https://a.example.kr/robots.txt", b"User-agent: NovelBot\nDisallow: /\n", kind="text/plain")
    pages.add(CLOSED, PAGE.format(GARDEN, "").encode())
    pages.add(OPEN, PAGE.format(CLOCK, LICENCE).encode())
    (folder / "recipe.toml").write_text(RECIPE.format(folder=folder, data=DATA), "utf-8")
    done = malmoi("run", folder / "recipe.toml", "--warehouse", folder / "w", "--json", "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["totals"]["kept"] == 4
    shutil.copytree(folder / "w", folder / "as-made")
    return folder / "w"


@pytest.fixture
def store(made):
    """The warehouse as the run made it."""
    shutil.rmtree(made)
    shutil.copytree(made.parent / "as-made", made)
    with Warehouse.open(str(made), create=False) as opened:
        yield opened


@pytest.fixture
def newer(monkeypatch):
    """Says that the rules are of another version than they were."""

    def change(version="newer"):
        monkeypatch.setattr(rebuilding, "rights_version", lambda: version)

    return change


@pytest.fixture
def novel(monkeypatch, newer):
    """Rules that know NovelBot for a foreign crawler that trains."""
    known = agents() | {"novelbot": Agent("NovelBot", "Novel", "US", "train")}
    monkeypatch.setattr(licenses.robots, "agents", lambda: known)
    newer()


def rights_of(store, url):
    [finding] = find_document(store, url)
    return finding.policy_class


def snapshots(store):
    return {name: len(store.table(name).metadata.snapshots) for name in store.tables()}


def check(store):
    """Every document has the class that its stored evidence comes to, and the tables are whole."""
    verify_tables(store)
    assert not damaged_files(store)
    evidence = store.plan("evidence").to_arrow()
    by_id = {one.evidence_id: one for one in evidence_from_table(evidence)}
    classes = set(store.scan("policy_classes", columns=("policy_class_id",))["policy_class_id"].to_pylist())
    for row in store.scan("documents").to_pylist():
        said = [by_id[one] for one in row["evidence_ids"]]
        assert policy_class(resolve(said)).policy_class_id == row["policy_class_id"]
        assert row["policy_class_id"] in classes


def test_unchanged_rules_read_and_write_nothing(store):
    before = snapshots(store)
    report = rebuild_rights(store)
    assert report.unchanged_rules
    assert (report.documents, report.classes, report.releases) == (0, [], [])
    assert snapshots(store) == before


def test_rules_of_another_version_that_say_the_same_write_nothing(store, newer):
    newer()
    before = snapshots(store)
    report = rebuild_rights(store)
    assert not report.unchanged_rules
    assert (report.documents, report.changed, report.renamed) == (4, 0, 0)
    assert snapshots(store) == before


def test_site_files_are_read_by_the_present_rules(store, novel):
    assert rights_of(store, CLOSED)["train_for"] == "unknown"
    before = snapshots(store)
    report = rebuild_rights(store)
    assert report.changed == 1
    assert report.axes == {"train_for": {"unknown to denied": 1}}
    assert rights_of(store, CLOSED)["train_for"] == "deny"
    assert rights_of(store, OPEN)["train_for"] == "cond"
    after = snapshots(store)
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed.pop("documents") in {1, 2}  # an overwrite is one commit, of one or two snapshots
    assert changed == {"evidence": 1, "policy_classes": 1}
    check(store)
    [entry] = [one for one in Ledger.of(store.uri).entries() if one.kind == "rights_rebuilt"]
    assert entry.body == {"rules": "newer", "changed": 1, "renamed": 0, "axes": report.axes}
    assert rebuild_rights(store).unchanged_rules


def test_a_rebuild_waits_for_withdrawals(store, novel):
    with ThreadPoolExecutor(1) as pool:
        with lock(store):
            waiting = pool.submit(rebuild_rights, store)
            assert rebuild_rights(store, dry_run=True).changed
            assert not waiting.done()
        assert waiting.result().changed
    assert rebuild_rights(store).unchanged_rules


def test_a_dry_run_reports_the_same_and_writes_nothing(store, novel):
    before = snapshots(store)
    planned = rebuild_rights(store, dry_run=True)
    assert snapshots(store) == before
    done = rebuild_rights(store)
    assert dataclasses.replace(planned, dry_run=False) == done


def test_literals_of_pages_are_read_by_the_present_rules(store, newer, monkeypatch):
    def no_derivatives(url):
        named = licence_of_url(url)
        return dataclasses.replace(named, terms=terms_of(frozenset({"nd"}))) if named else None

    newer()
    monkeypatch.setattr(rereading, "licence_of_url", no_derivatives)
    report = rebuild_rights(store)
    assert report.axes["train_dom"] == {"conditional to denied": 1}
    assert rights_of(store, OPEN)["train_dom"] == "deny"
    check(store)
    monkeypatch.undo()
    report = rebuild_rights(store)
    assert report.axes["train_dom"] == {"denied to conditional": 1}
    assert rights_of(store, OPEN)["train_dom"] == "cond"
    check(store)


def test_origins_are_read_by_the_present_table(store, newer, monkeypatch):
    known = [one for one in licenses.origins.origins() if one.id != "data_go_kr"]
    monkeypatch.setattr(licenses.origins, "origins", lambda: tuple(known))
    newer()
    report = rebuild_rights(store)
    assert report.changed == 2
    assert report.axes["redist"] == {"conditional to unknown": 2}
    check(store)


def test_what_stops_in_the_middle_is_finished(store, novel, monkeypatch):
    class StoppedError(Exception):
        pass

    def stop(*_):
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "documents", stop)
        with pytest.raises(StoppedError):
            rebuild_rights(store)
    assert rights_of(store, CLOSED)["train_for"] == "unknown"
    verify_tables(store)
    rows = {name: store.scan(name).num_rows for name in ("evidence", "policy_classes")}
    report = rebuild_rights(store)
    assert report.changed == 1
    assert {name: store.scan(name).num_rows for name in rows} == rows
    assert rights_of(store, CLOSED)["train_for"] == "deny"
    check(store)


def test_an_allowance_never_revives_a_denied_fetch(store, newer, monkeypatch):
    ours = RightsSettings(product_token="NovelBot")
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_settings", lambda _: dict.fromkeys(store.runs(), ours))
        newer()
        assert rebuild_rights(store).axes["crawl"] == {"granted to denied": 1}
    assert rights_of(store, CLOSED)["redist"] == "deny"
    check(store)
    newer("newest")
    report = rebuild_rights(store)
    assert (report.not_revived, report.changed) == (1, 0)
    assert rights_of(store, CLOSED)["crawl"] == "deny"


def test_documents_whose_evidence_is_gone_stay_as_they_are(store, novel):
    table = store.table("evidence")
    table.delete("doc_id is not null")
    report = rebuild_rights(store)
    assert report.without_evidence == 1
    assert report.changed == 1
    assert rights_of(store, OPEN)["train_dom"] == "cond"


def test_releases_that_would_no_longer_pass_are_listed(store, newer, monkeypatch, tmp_path):
    who = Recipient(recipient_id="school", name="학교", established_in="KR", controlled_from="KR", processed_in=("KR",))
    registry.insert(store, "recipients", who.row())
    release = {"release_id": "r1", "recipient_id": "school", "purpose": "commercial_training", "mode": "copy"}
    registry.insert(store, "releases", release)
    held = [find_document(store, url)[0].row["doc_id"] for url in (OPEN, CLOSED)]
    rows = pa.Table.from_pylist([{"release_id": "r1", "doc_id": one, "shard": "a", "position": 0} for one in held])
    write_file(rows, tmp_path / "r.parquet", TABLES["release_documents"], store.file_schema("release_documents"))
    store.table("release_documents").add_files([str(tmp_path / "r.parquet")])

    def non_commercial(url):
        named = licence_of_url(url)
        return dataclasses.replace(named, terms=terms_of(frozenset({"nc"}))) if named else None

    newer()
    monkeypatch.setattr(rereading, "licence_of_url", non_commercial)
    [found] = rebuild_rights(store, dry_run=True).releases
    assert found == {
        "release_id": "r1",
        "recipient_id": "school",
        "documents": 1,
        "codes": {"BLOCK_CONDITION:non_commercial": 1},
        "doc_ids": [held[0]],
    }


def test_the_command(store, made):
    done = malmoi("rights", "rebuild", "--warehouse", made, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["unchanged_rules"]
    assert "nothing to do" in malmoi("rights", "rebuild", "--warehouse", made, "--dry-run").stdout
    nowhere = malmoi("rights", "rebuild", "--warehouse", made.parent / "none")
    assert nowhere.returncode == 2
    assert "there is no warehouse" in nowhere.stderr


def pages_of_vectors():
    for line in (DATA / "consent_vectors.jsonl").read_text("utf-8").splitlines():
        vector = json.loads(line)
        given = vector["input"]
        if "html" in given or "text" in given or "headers" in given:
            markup = given.get("html") or f"<footer>{html.escape(given.get('text', ''))}</footer>"
            yield markup, list(given.get("headers", {}).items())
    for path in sorted((DATA / "templates").glob("*.html")):
        yield path.read_text("utf-8"), []


def test_present_rules_on_a_literal_say_what_they_said_on_the_page():
    settings = RightsSettings()
    reader = Reader(settings)
    seen = set()
    for markup, headers in pages_of_vectors():
        found = page_signals(
            "https://example.kr/1",
            headers,
            markup,
            fetched_at=None,
            body_sha256="0",
            http_status=200,
            settings=settings,
        )
        seen |= {one.signal for one in found}
        assert [reader.reread(one) for one in found] == found
    assert {"html_licence", "kogl", "notice", "robots_meta", "tdmrep", "aipref", "ccl_text"} <= seen


def test_a_literal_that_was_cut_keeps_its_axes():
    source = Source("https://example.kr/1", None, 200, "0")
    said = {"locator": "text", "confidence": 0.9, "axes": ((Axis.REDIST, Value.DENY),)}
    long = source.evidence("notice", "notice.repro_ban", "무단 전재 금지 " * 200, **said)
    odd = source.evidence("notice", "notice.no_longer_a_rule", "무단 전재 금지", **said)
    reader = Reader(RightsSettings())
    assert reader.reread(long) is long
    assert reader.reread(odd) is odd
