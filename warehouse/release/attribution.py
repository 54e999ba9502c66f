"""The list of sources that licences ask for: who wrote what, where, under which licence."""

import re
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse._durable import fsync
from warehouse.release.encryption import ReleaseKey
from warehouse.release.settings import ReleaseSettings

TABLE, TEXT = "attribution.parquet", "attribution.txt"
COLUMNS = ("doc_id", "title", "author", "url", "published_at", "licence")
_CONDITION = "attribution"
_HEAD = (
    "출처 표시: 이 자료에 담긴 글의 제목, 지은이, 주소, 이용 허락입니다. Sources: title, author, address and licence.\n"
)
_SPACE = re.compile(r"\s+")
_CC = re.compile(r"(?:LicenseRef-)?CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z]{2,3}))?")


class Attribution:
    """Writes both forms of the list while shards are made. A context manager.

    Args:
        folder: The release.
        schema: Columns of the shards.
        key: What ``attribution.parquet`` is encrypted with. Then there is no text: titles and names are part of what is
            sealed, and the text can be made from the table by whoever may open it.
        settings: Layout.
    """

    def __init__(self, folder: Path, schema: pa.Schema, key: ReleaseKey | None, settings: ReleaseSettings) -> None:
        self._schema = pa.schema([schema.field(name) for name in COLUMNS])
        self._table = folder / TABLE
        options: dict[str, Any] = {"encryption_properties": key.encrypt(self._schema)} if key else {}
        self._writer = pq.ParquetWriter(
            self._table,
            self._schema,
            compression="zstd",
            compression_level=settings.compression_level,
            write_statistics=False,
            **options,
        )
        self._text = None if key else (folder / TEXT).open("w", encoding="utf-8", newline="\n")
        if self._text:
            self._text.write(_HEAD)
        self.documents = 0

    def add(self, rows: pa.Table) -> None:
        """Take the rows of a shard that ask for attribution."""
        asking = rows.filter(asks_for_attribution(rows["conditions"])).select(list(COLUMNS))
        if not asking.num_rows:
            return
        self.documents += asking.num_rows
        self._writer.write_table(asking.cast(self._schema))
        if self._text:
            self._text.writelines(line_of(row) + "\n" for row in asking.to_pylist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        fsync(self._table)
        if self._text:
            self._text.close()
            fsync(Path(self._text.name))


def asks_for_attribution(conditions: Any) -> Any:
    """Which of some lists of conditions name attribution, a boolean array."""
    flat: Any = pc
    column = conditions.combine_chunks() if isinstance(conditions, pa.ChunkedArray) else conditions
    hits = flat.equal(flat.list_flatten(column), _CONDITION)
    rows = flat.list_parent_indices(column).filter(hits)
    return flat.is_in(pa.array(range(len(column)), pa.int64()), value_set=rows)


def line_of(row: dict[str, Any]) -> str:
    """One source in words, on one line."""
    title = _plain(row["title"]) or "(제목 없음)"
    author = _plain(row["author"]) or "(지은이 미상)"
    day = f", {row['published_at']}" if row["published_at"] else ""
    return f"{title} / {author}{day}. {row['url']}. {row['licence']} {licence_url(row['licence'])}".rstrip()


def licence_url(licence: str) -> str:
    """Where a licence can be read; the empty string for one without an address of its own."""
    if licence == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if licence == "LicenseRef-CC-PDM-1.0":
        return "https://creativecommons.org/publicdomain/mark/1.0/"
    if found := _CC.fullmatch(licence):
        port = f"{found[3].lower()}/" if found[3] else ""
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/{port}"
    if "KOGL" in licence:
        return "https://www.kogl.or.kr/info/license.do"
    if licence.startswith("LicenseRef-") or not re.fullmatch(r"[A-Za-z0-9.+-]+", licence) or licence.islower():
        return ""
    return f"https://spdx.org/licenses/{licence}.html"


def _plain(text: str | None) -> str:
    return _SPACE.sub(" ", text or "").strip()
