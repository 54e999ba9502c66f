"""Final rows as files that only need to be committed.

Documents and signatures are sorted over the whole run. Drops, evidence and site files, which are many and looked up by
key, are sorted within files of bounded size, in the order of the plan.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup import DedupSettings, fingerprints
from licenses import WithdrawalList, policy_class_table
from pipelines.group.rights import RightsFindings, site_evidence_table
from pipelines.stages.base import DROPPED, ORIGIN
from warehouse import TABLES, write_file, write_shards
from warehouse.catalog import Warehouse
from warehouse.known import write_fingerprints
from warehouse.lookup import rows_with

_FILE_BYTES = 64 << 20
_BYTES_PER_CHARACTER = 3


class TableWriter:
    """Writes the files of one run.

    Args:
        warehouse: Whose tables the files are for.
        run_id: The run.
        parts: Part folders, in order.
        out: Folder for the files.
    """

    def __init__(self, warehouse: Warehouse, run_id: str, parts: Sequence[Path], out: Path) -> None:
        self._warehouse = warehouse
        self._run_id = run_id
        self._parts = parts
        self._out = out
        out.mkdir(parents=True, exist_ok=True)

    def documents(self, choice: pl.DataFrame, rights: RightsFindings, shard_bytes: int) -> list[Path]:
        """Kept documents, sorted by site and doc_id."""
        kept = choice.filter(pl.col("reason").is_null())
        judged = pl.concat([_rights_columns(file) for file in rights.files]) if rights.files else None
        added = kept if judged is None else kept.hstack(judged[kept.get_column("row").to_numpy()])
        table = added.select(
            "part",
            pl.col("row") - pl.col("start"),
            pl.col("n_chars").mul(_BYTES_PER_CHARACTER).alias("bytes"),
            pl.col("site").cast(pl.String),
            "doc_id",
            "policy_class_id",
            "evidence_ids",
            "cluster_id",
            "cluster_size",
            pl.lit(self._run_id).alias("run_id"),
        ).to_arrow()
        return self._shards("documents", table, ("site", "doc_id"), shard_bytes)

    def signatures(self, known: pl.DataFrame, settings: DedupSettings, shard_bytes: int) -> list[Path]:
        """Signatures of documents that later runs know again (``known_again``), sorted by doc_id."""
        table = known.select(
            "part",
            pl.col("row") - pl.col("start"),
            pl.lit(600, pl.Int64).alias("bytes"),
            "doc_id",
            pl.lit(settings.scheme).alias("scheme"),
            pl.lit(settings.bands, pl.Int32).alias("bands"),
            pl.lit(settings.rows, pl.Int32).alias("band_rows"),
            "site",
            pl.col("url_key").reinterpret(signed=True),
            pl.col("denies").cast(pl.Int32).alias("refuses"),
            pl.col("rights_rank").cast(pl.Int32),
            "kept",
            pl.lit(self._run_id).alias("run_id"),
        ).to_arrow()
        return self._shards("signatures", table, ("doc_id",), shard_bytes)

    def fingerprints(self, known: pl.DataFrame, settings: DedupSettings) -> list[Path]:
        """Keys by which later runs know these documents again."""
        batches = (self._prints_of(self._parts[int(part)], mine, settings) for part, mine in _by_part(known))
        return write_fingerprints(
            batches, self._out, warehouse=self._warehouse, run_id=self._run_id, memory=int(settings.memory)
        )

    def displaced(self, leaving: pl.DataFrame) -> list[Path]:
        """Rows of ``drops`` for documents of earlier runs that leave on account of this one."""
        rows = rows_with(self._warehouse, "documents", "doc_id", leaving["doc_id"].to_list(), (*ORIGIN, "evidence_ids"))
        found = pl.DataFrame(pl.from_arrow(rows)).unique("doc_id", keep="first", maintain_order=True)
        told = found.join(leaving, on="doc_id").with_columns(
            pl.lit(DROPPED).alias("outcome"),
            pl.when(pl.col("reason") == "crawl_denied")
            .then(pl.lit("rights"))
            .otherwise(pl.lit("dedup"))
            .alias("stage"),
        )
        strings = [
            pa.field(f.name, pa.string()) if pa.types.is_large_string(f.type) else f for f in told.to_arrow().schema
        ]
        return self._files("drops", [told.to_arrow().cast(pa.schema(strings))], "displaced")[0]

    def drops(self, choice: pl.DataFrame, rights: RightsFindings) -> tuple[list[Path], int]:
        """Records that were not kept, of the map phase and of the group phase; their files and their number."""
        stopped = choice.filter(pl.col("reason").is_not_null()).partition_by("part", as_dict=True)
        tables = (
            self._drops_of(number, part, stopped.get((number,)), rights) for number, part in enumerate(self._parts)
        )
        return self._files("drops", tables)

    def evidence(self, choice: pl.DataFrame, rights: RightsFindings) -> list[Path]:
        """Evidence of pages, then that of site files. What withdrawn pages say is not kept, for it quotes them."""
        gone = choice.filter(pl.col("withdrawal_id").is_not_null()).get_column("doc_id").to_list()
        pages = (_evidence_of(part, gone, rights.withdrawals) for part in self._parts)
        sites = site_evidence_table(rights.site_evidence[key] for key in sorted(rights.site_evidence))
        return self._files("evidence", _chain(pages, sites))[0]

    def site_files(self) -> list[Path]:
        """robots.txt and the like, as served."""
        return self._files("site_files", (pq.read_table(part / "site_files.parquet") for part in self._parts))[0]

    def policy_classes(self, rights: RightsFindings) -> list[Path]:
        """Every class that a page of the run has."""
        table = policy_class_table([rights.classes[key] for key in sorted(rights.classes)])
        return self._files("policy_classes", [table])[0]

    def _prints_of(self, part: Path, mine: pl.DataFrame, settings: DedupSettings) -> pa.Table:
        """Keys of some documents of a part, with doc_id and site."""
        rows = pa.array((mine["row"] - mine["start"]).to_numpy())
        table = pq.read_table(part / "documents.parquet", columns=["text_digest", "signature"]).take(rows)
        doc_ids, sites = (pa.array(mine[name].to_list(), pa.string()) for name in ("doc_id", "site"))
        prints = fingerprints(doc_ids, table["text_digest"], mine["url_key"].to_arrow(), table["signature"], settings)
        return prints.append_column("doc_id", doc_ids.take(prints["row"])).append_column(
            "site", sites.take(prints["row"])
        )

    def _drops_of(self, number: int, part: Path, stopped: pl.DataFrame | None, rights: RightsFindings) -> pa.Table:
        mapped = pq.read_table(part / "drops.parquet")
        if stopped is None:
            return mapped
        rows = pa.array((stopped.get_column("row") - stopped.get_column("start")).to_numpy())
        late = pq.read_table(part / "documents.parquet", columns=list(ORIGIN)).take(rows)
        late = late.append_column("outcome", pa.array([DROPPED] * late.num_rows, pa.string()))
        for name in ("stage", "reason", "partner_doc_id", "withdrawal_id"):
            late = late.append_column(name, stopped.get_column(name).to_arrow().cast(pa.string()))
        late = late.append_column("jaccard", stopped.get_column("jaccard").to_arrow())
        ids: list[Any] = pq.read_table(rights.files[number], columns=["evidence_ids"]).take(rows)[0].to_pylist()
        for row, withdrawal_id in enumerate(late["withdrawal_id"].to_pylist()):
            if withdrawal_id is not None:
                ids[row] = [one for one in ids[row] if one in rights.site_evidence]
        late = late.append_column("evidence_ids", pa.array(ids, pa.list_(pa.string())))
        return pa.concat_tables([mapped, late], promote_options="default")

    def _shards(self, name: str, choice: pa.Table, sort_by: Sequence[str], target: int) -> list[Path]:
        sources = [part / "documents.parquet" for part in self._parts]
        strings = {field.name: pa.string() for field in choice.schema if pa.types.is_large_string(field.type)}
        plain = choice.cast(pa.schema([pa.field(f.name, strings.get(f.name, f.type)) for f in choice.schema]))
        shards = write_shards(
            sources,
            plain,
            self._out,
            spec=TABLES[name],
            schema=self._warehouse.file_schema(name),
            prefix=f"{name}-{self._run_id}",
            target_bytes=target,
            sort_by=sort_by,
        )
        return [shard.path for shard in shards]

    def _files(self, name: str, tables: Iterable[pa.Table], what: str = "") -> tuple[list[Path], int]:
        """Rows in files of bounded size, sorted within each."""
        spec, schema = TABLES[name], self._warehouse.file_schema(name)
        paths: list[Path] = []
        rows = 0
        for table in _gather(tables):
            ordered = table.sort_by([(key, "ascending") for key in spec.sort_by if key in table.column_names])
            owned = ordered.append_column("run_id", pa.array([self._run_id] * table.num_rows, pa.string()))
            path = self._out / f"{what or name}-{self._run_id}-{len(paths):05d}.parquet"
            write_file(owned, path, spec, schema)
            paths.append(path)
            rows += table.num_rows
        return paths, rows


def known_again(choice: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Documents that later runs must know again: the kept ones, the withdrawn, and all that refuse something.

    Returns:
        ``row``, ``start``, ``part``, ``doc_id``, ``site``, ``url_key``, ``denies``, ``rights_rank`` and ``kept``, each
        doc_id once.
    """
    refusing = (pl.col("denies") > 0) | (pl.col("reason") == "withdrawn")
    return (
        choice.join(keys.select("row", "url_key", "denies", "rights_rank"), on="row")
        .filter(pl.col("reason").is_null() | refusing)
        .with_columns(pl.col("reason").is_null().alias("kept"), pl.col("site").cast(pl.String))
        .sort("kept", "row", descending=[True, False])
        .unique("doc_id", keep="first", maintain_order=True)
        .sort("row")
    )


def _by_part(rows: pl.DataFrame) -> Iterator[tuple[Any, pl.DataFrame]]:
    for (part,), mine in rows.partition_by("part", as_dict=True).items():
        yield part, mine


def _evidence_of(part: Path, gone: Sequence[str], withdrawals: WithdrawalList) -> pa.Table:
    """Evidence of the pages of a part, but for pages that are withdrawn, wherever in the run they stopped."""
    evidence = pq.read_table(part / "evidence.parquet")
    if withdrawals or gone:
        stopped = pq.read_table(part / "drops.parquet", columns=["doc_id", "url", "host"])
        covered = stopped.filter(withdrawals.covered(stopped))["doc_id"].to_pylist()
        leaving: Any = pc.is_in(evidence["doc_id"], pa.array([*gone, *covered], pa.string()))
        evidence = evidence.filter(pc.invert(leaving))
    return evidence


def _rights_columns(file: Path) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(pq.read_table(file, columns=["policy_class_id", "evidence_ids"])))


def _chain(tables: Iterable[pa.Table], last: pa.Table) -> Iterator[pa.Table]:
    yield from tables
    yield last


def _gather(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Neighbouring tables together up to the size of a file; nothing for no rows."""
    held: list[pa.Table] = []
    for table in tables:
        if not table.num_rows:
            continue
        held.append(table)
        if sum(each.nbytes for each in held) >= _FILE_BYTES:
            yield pa.concat_tables(held, promote_options="default")
            held = []
    if held:
        yield pa.concat_tables(held, promote_options="default")
