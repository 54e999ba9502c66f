import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse import TABLES, DamagedFileError, FileSettings, SchemaMismatchError, check_file, conform

DOCUMENTS = TABLES["documents"]


def test_every_column_of_every_table_is_documented_and_keys_are_columns():
    for spec in TABLES.values():
        assert spec.meaning
        for field in spec.schema:
            assert field.metadata[b"doc"], f"{spec.name}.{field.name}"
        assert {*spec.sort_by, *spec.blooms, *spec.bounds} <= set(spec.schema.names)


def test_text_of_a_page_is_in_no_bound(warehouse, rows, tmp_path):
    file = rows.file(warehouse, "documents", rows.documents(50), tmp_path / "a.parquet")
    group = pq.read_metadata(file.path).row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    assert {each.path_in_schema for each in columns if each.statistics} == set(DOCUMENTS.bounds)
    assert not {"text", "title", "author", "url"} & set(DOCUMENTS.bounds)


def test_file_has_bloom_filters_page_index_checksums_and_small_row_groups(warehouse, rows, tmp_path):
    settings = FileSettings(row_group_bytes="16 KiB")
    file = rows.file(warehouse, "documents", rows.documents(1000), tmp_path / "a.parquet", settings=settings)
    metadata = pq.read_metadata(file.path)
    assert metadata.num_row_groups > 5
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        by_name = {group.column(leaf).path_in_schema: group.column(leaf) for leaf in range(group.num_columns)}
        assert by_name["doc_id"].bloom_filter_length
        assert by_name["url"].bloom_filter_length
        assert by_name["site"].has_column_index
        assert by_name["text"].has_offset_index
        assert by_name["text"].compression == "ZSTD"


def test_flipped_bit_in_a_page_is_found(warehouse, rows, tmp_path):
    file = rows.file(warehouse, "documents", rows.documents(200), tmp_path / "a.parquet")
    group = pq.read_metadata(file.path).row_group(0)
    text = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == "text")
    check_file(file.path, 200)
    content = bytearray(file.path.read_bytes())
    content[text.dictionary_page_offset + text.total_compressed_size // 2] ^= 1
    file.path.write_bytes(content)
    with pytest.raises(DamagedFileError, match="damaged"):
        check_file(file.path, 200)


def test_wrong_row_count_is_found(warehouse, rows, tmp_path):
    file = rows.file(warehouse, "documents", rows.documents(5), tmp_path / "a.parquet")
    with pytest.raises(DamagedFileError, match="5 rows where 6"):
        check_file(file.path, 6)


def test_failed_write_leaves_nothing(warehouse, rows, tmp_path):
    folder = tmp_path / "out"
    with pytest.raises(SchemaMismatchError):
        rows.file(warehouse, "documents", pa.table({"모름": [1]}), folder / "a.parquet")
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["text"]), "required column text is missing"),
        (lambda table: table.append_column("조회수", table["offset"]), "조회수"),
        (lambda table: table.set_column(0, "doc_id", pa.array([None, "a"])), "doc_id has 1 nulls"),
        (lambda table: table.set_column(0, "doc_id", pa.array([{"a": 1}, {"a": 1}])), "column doc_id is struct"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows, change, message):
    with pytest.raises(SchemaMismatchError, match=message):
        conform(change(rows.documents(2)), DOCUMENTS.schema)


def test_struct_becomes_a_map_row_by_row():
    schema = pa.schema([pa.field("quality", pa.map_(pa.string(), pa.float64()))])
    struct = pa.array([{"줄": 1.0, "글자": None}, {"줄": 2.0, "글자": 3.0}, {"줄": 4.0, "글자": 5.0}]).slice(1)
    found = conform(pa.table({"quality": struct}), schema)["quality"].to_pylist(maps_as_pydicts="strict")
    assert found == [{"줄": 2.0, "글자": 3.0}, {"줄": 4.0, "글자": 5.0}]


def test_null_struct_becomes_a_null_map():
    schema = pa.schema([pa.field("quality", pa.map_(pa.string(), pa.float64()))])
    struct = pa.array([{"줄": 1.0}, None])
    found = conform(pa.table({"quality": struct}), schema)["quality"].to_pylist(maps_as_pydicts="strict")
    assert found == [{"줄": 1.0}, None]
