"""What rests: the corpus as Apache Iceberg tables of Parquet files, local by default.

| module | holds |
|---|---|
| `schemas` | the tables: columns with their documentation, order, keys |
| `catalog` | `Warehouse`: opening, checking and reading them |
| `parts` | crash-safe part directories of the map phase |
| `shards` | parts and a choice into sorted shards, in bounded memory |
| `files` | one Parquet file: layout, checks, atomic appearance |
| `commit` | all of a run, once, whatever crashes |
| `lookup` | everything known of one record, with few bytes read |
| `registry`, `contract_records` | recipients, contracts: added once, never replaced, signed |
| `gate_report` | what the gate would let go, and what each missing permission holds back |
| `withdrawal` | what was withdrawn: found, taken out, erased, certified |
| `known` | documents of earlier runs, found again by fingerprints |
| `bloom` | Bloom filters of Parquet files |
| `verify` | rows against what runs counted, files against their digests |
| `settings`, `errors` | what they are called |

What needs Iceberg (`catalog`, `commit`, `lookup`, `verify`) is imported from its module and not from here: workers that
only write parts would load it in vain.
"""

from warehouse.errors import ConflictError, DamagedFileError, SchemaMismatchError, UnbalancedError, WarehouseError
from warehouse.files import ShardFile, check_file, conform, write_file
from warehouse.parts import Part, PartTable, PartWriter, clean_temp, read_part, write_part
from warehouse.schemas import NAMESPACE, TABLES, TableSpec
from warehouse.settings import FileSettings
from warehouse.shards import write_shards

__all__ = [
    "NAMESPACE",
    "TABLES",
    "ConflictError",
    "DamagedFileError",
    "FileSettings",
    "Part",
    "PartTable",
    "PartWriter",
    "SchemaMismatchError",
    "ShardFile",
    "TableSpec",
    "UnbalancedError",
    "WarehouseError",
    "check_file",
    "clean_temp",
    "conform",
    "read_part",
    "write_file",
    "write_part",
    "write_shards",
]
