"""The reader of one split of a data set, whatever its format."""

from collections.abc import Iterator

from pipelines.ingest.captures import IngestBatch
from pipelines.ingest.datasets.files import Member, ZipArchive, file_chunks, in_utf8
from pipelines.ingest.datasets.layouts import layout_of
from pipelines.ingest.datasets.rows import Placed, RecordBatcher, checked
from pipelines.ingest.datasets.settings import DatasetSource
from pipelines.ingest.datasets.tables import table_records
from pipelines.ingest.datasets.units import Found, Units, Unread
from pipelines.ingest.faults import BadRecord, FaultError
from pipelines.ingest.inputs import Format
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split
from pipelines.ingest.storage import ByteSource, StorageOptions, StoredFile

Items = Iterator[Placed | BadRecord]


class DatasetReader:
    """Iterates over the batches of a split, rows of ``RECORD_SCHEMA``, as ``SplitReader`` does over captures.

    A zip archive is cut between its files; a JSON file is one split. What cannot be read is quarantined: a record alone
    where reading can go on behind it, else one row for all that follows in its file.

    Args:
        split: What to read.
        dataset: The data set it is of.
        settings: Limits and batch sizes.
        storage_options: For fsspec.
        source: The bytes, if not those at ``split.uri``.

    Raises:
        BadInputError: The file is missing or not what its name says (while iterating, as the following).
        SplitError: The file cannot be read on.
        RetryableError: Storage failed on every attempt.
    """

    def __init__(
        self,
        split: Split,
        dataset: DatasetSource,
        settings: IngestSettings,
        storage_options: StorageOptions | None = None,
        *,
        source: ByteSource | None = None,
    ) -> None:
        self.first = split.start
        self.next = split.end
        self._position = split.start
        self._split = split
        self._dataset = dataset
        self._layout = layout_of(dataset)
        self._settings = settings
        self._source = source or StoredFile(split.uri, split.size, settings, storage_options)

    def __iter__(self) -> Iterator[IngestBatch]:
        batcher = RecordBatcher(self._split.uri, self._dataset, self._settings)
        for item in self._items():
            if batcher.add(item):
                yield batcher.take(self._progress())
        if batcher:
            yield batcher.take(self._progress())

    def _items(self) -> Items:
        if self._split.format is Format.ZIP:
            return self._zip()
        return self._json() if self._split.format is Format.JSON else self._table()

    def _table(self) -> Items:
        rows = table_records(self._source, self._split, self._dataset, self._settings)
        for row in rows:
            self._position = rows.position
            yield row
        self.first, self.next = rows.first, rows.next

    def _json(self) -> Items:
        """Records of a JSON file, by their number."""
        for number, found in enumerate(self._units(self._file())):
            yield self._placed(found, number, 0)

    def _file(self) -> Iterator[bytes]:
        for chunk in file_chunks(self._source, self._settings.read_bytes):
            self._position += len(chunk)
            yield chunk

    def _zip(self) -> Items:
        """Records of the files of an archive that begin in the split."""
        split = self._split
        archive = ZipArchive(self._source, split.uri, self._dataset.members, self._settings.read_bytes)
        offsets = [member.offset for member in archive.members]
        self.first = next((offset for offset in offsets if offset >= split.start), split.size)
        self.next = next((offset for offset in offsets if offset >= split.end), split.size)
        for member in archive.members:
            if split.start <= member.offset < split.end:
                self._position = member.offset
                yield from self._member(archive, member)
        self._position = split.end

    def _member(self, archive: ZipArchive, member: Member) -> Items:
        for number, found in enumerate(self._units(archive.chunks(member))):
            yield self._placed(found, member.offset, number)

    def _units(self, chunks: Iterator[bytes]) -> Iterator[Found]:
        units = Units(self._layout, int(self._settings.max_record_bytes))
        try:
            for chunk in in_utf8(chunks):
                yield from units.feed(chunk)
            yield from units.end()
        except FaultError as fault:
            yield Unread(fault.reason, f"{fault.error}; what follows in the file is lost")

    def _placed(self, found: Found, offset: int, inner: int) -> Placed | BadRecord:
        if isinstance(found, Unread):
            return BadRecord(offset, found.reason, found.error, inner=inner)
        return checked(Placed(found, offset), int(self._settings.max_record_bytes), inner)

    def _progress(self) -> int:
        """Bytes of the split up to where it is read."""
        return min(max(self._position - self._split.start, 0), self._split.end - self._split.start)
