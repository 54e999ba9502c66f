import pyarrow as pa
import pytest

from warehouse import TABLES, SchemaMismatchError, WarehouseError
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run


def test_new_warehouse_has_every_table_empty_and_documented(warehouse):
    assert warehouse.tables() == list(TABLES)
    for name, spec in TABLES.items():
        rows = warehouse.scan(name)
        assert rows.num_rows == 0
        assert rows.schema.equals(spec.schema)
        iceberg = warehouse.table(name).schema()
        assert [field.required for field in iceberg.fields] == [not field.nullable for field in spec.schema]
        assert all(field.doc for field in iceberg.fields)


def test_data_lies_under_the_warehouse(warehouse, rows, tmp_path):
    file = rows.file(warehouse, "documents", rows.documents(3), tmp_path / "a.parquet")
    commit_run(warehouse, "run-1", {"documents": [file.path]}, rows.run_row(3))
    assert (tmp_path / "창고" / "catalog.db").is_file()
    assert len(list((tmp_path / "창고" / "corpus" / "documents" / "data" / "run-1").glob("*.parquet"))) == 1


def test_warehouse_opens_again_with_its_rows(warehouse, rows, tmp_path):
    file = rows.file(warehouse, "documents", rows.documents(3), tmp_path / "a.parquet")
    commit_run(warehouse, "run-1", {"documents": [file.path]}, rows.run_row(3))
    with Warehouse.open(f"file://{warehouse.uri}", create=False) as again:
        assert again.scan("documents").equals(warehouse.scan("documents"))


def test_scan_filters_and_selects(warehouse, rows, tmp_path):
    file = rows.file(warehouse, "documents", rows.documents(20), tmp_path / "a.parquet")
    commit_run(warehouse, "run-1", {"documents": [file.path]}, rows.run_row(20))
    found = warehouse.scan("documents", "site = '누리3.kr'", ("title", "url"))
    assert sorted(found["title"].to_pylist()) == ["제목 10", "제목 17", "제목 3"]
    assert set(found.column_names) == {"title", "url"}
    assert found.schema.field("title").type == pa.string()


def test_missing_warehouse_is_not_made_unasked(tmp_path):
    with pytest.raises(WarehouseError, match="no warehouse"):
        Warehouse.open(str(tmp_path / "없음"), create=False)
    assert not (tmp_path / "없음").exists()


def test_object_storage_needs_a_catalog():
    with pytest.raises(WarehouseError, match="needs a catalog"):
        Warehouse.open("s3://corpus/warehouse")


def test_unknown_table_is_a_key_error(warehouse):
    with pytest.raises(KeyError):
        warehouse.table("모름")


def test_another_catalog_is_used_by_its_properties(tmp_path):
    properties = {"type": "sql", "uri": f"sqlite:///{tmp_path}/other.db"}
    with Warehouse.open(str(tmp_path / "data"), catalog=properties) as opened:
        assert opened.tables() == list(TABLES)
    assert (tmp_path / "other.db").is_file()
    assert not (tmp_path / "data" / "catalog.db").exists()


def test_table_of_an_older_version_says_so_and_can_be_upgraded(warehouse, rows, tmp_path):
    with warehouse.table("documents").update_schema() as update:
        update.delete_column("pii").delete_column("charset_source")
    with pytest.raises(SchemaMismatchError, match=r"lacks columns \['charset_source', 'pii'\].*upgrade=True"):
        Warehouse.open(warehouse.uri)
    with Warehouse.open(warehouse.uri, upgrade=True) as upgraded:
        file = rows.file(upgraded, "documents", rows.documents(3), tmp_path / "a.parquet")
        commit_run(upgraded, "run-1", {"documents": [file.path]}, rows.run_row(3))
        found = upgraded.scan("documents", columns=("pii",))
        assert found["pii"].to_pylist(maps_as_pydicts="strict") == [{"KR_PHONE": n} for n in range(3)]


def test_table_of_a_newer_version_says_so(warehouse):
    with warehouse.table("drops").update_schema() as update:
        update.union_by_name(pa.schema([pa.field("심급", pa.string())]))
    with pytest.raises(SchemaMismatchError, match=r"drops .*\['심급'\].*does not know"):
        Warehouse.open(warehouse.uri)


def test_table_with_another_type_says_so(warehouse):
    with warehouse.table("documents").update_schema() as update:
        update.delete_column("n_chars")
    with warehouse.table("documents").update_schema() as update:
        update.union_by_name(pa.schema([pa.field("n_chars", pa.string())]))
    with pytest.raises(SchemaMismatchError, match=r"other types: .*n_chars"):
        Warehouse.open(warehouse.uri)


OPEN = """
import sys
from warehouse.catalog import Warehouse
with Warehouse.open(sys.argv[1]) as opened:
    print(len(opened.tables()))
"""


def test_processes_that_open_a_new_warehouse_at_once_agree(tmp_path, python):
    processes = [python(OPEN, tmp_path / "창고") for _ in range(2)]
    assert [process.communicate()[0].strip() for process in processes] == [str(len(TABLES))] * 2
