"""malmoi release: documents to a recipient; open, identify, public-key."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.organisation import OrganisationPolicy, read_policy
from licenses.recipients import Recipient
from pipelines.cli.registry import (
    DEFAULT_RECIPE_PATH,
    JsonOption,
    RecipeOption,
    WarehouseOption,
    checked,
    opened,
    say,
)
from pipelines.errors import ConfigError
from pipelines.masking import unmasked_by_run
from warehouse.catalog import Warehouse
from warehouse.key_stores import open_keys
from warehouse.registry import find
from warehouse.release.identify import Match, identify
from warehouse.release.order import FaultyReleaseError, Order, RefusedError, Released, ReleaseError
from warehouse.release.pack import release as pack
from warehouse.release.reader import open_release
from warehouse.release.settings import Encrypt, ReleaseSettings

REFUSED = 3
release_app = typer.Typer(help="Pack documents for a recipient by the gate.", invoke_without_command=True)
KeysOption = Annotated[
    str | None, typer.Option("--keys", help="Key store: file:FOLDER or aws-kms:KEY; by default <warehouse>/keys.")
]


@release_app.callback()
def release(
    context: typer.Context,
    *,
    recipient: Annotated[str | None, typer.Option(help="Who gets it: malmoi recipient list.")] = None,
    purpose: Annotated[Purpose | None, typer.Option(help="What it is for.")] = None,
    mode: Annotated[Mode | None, typer.Option(help="copy: files leave us; in_place: training in our zone.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder that it becomes; it must not exist.")] = None,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Policy of the organisation (TOML).")
    ] = None,
    sold: Annotated[bool, typer.Option("--sold", help="It is sold.")] = False,
    agreement: Annotated[
        list[str] | None, typer.Option(help="Condition that is met otherwise, such as share_alike. Repeatable.")
    ] = None,
    encrypt: Annotated[Encrypt, typer.Option(help="When files are encrypted.")] = Encrypt.RESTRICTED,
    kek: Annotated[
        str | None, typer.Option(help="Wrap the release key for this key of the store, not for the recipient's.")
    ] = None,
    shard: Annotated[str | None, typer.Option(help="Uncompressed size that a file aims at, such as '128 MiB'.")] = None,
    keys: KeysOption = None,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Pack what the gate lets go, check it again, sign it and record it; exit code 3 where nothing may go."""
    if context.invoked_subcommand:
        return
    if recipient is None or purpose is None or mode is None or out is None:
        raise ConfigError("a release needs --recipient, --purpose, --mode and --out")
    plan = checked(lambda: ReleasePlan(attribution=True, sold=sold, agreements=frozenset(agreement or ())))
    settings = checked(lambda: ReleaseSettings.model_validate({"shard_bytes": shard} if shard else {}))
    organisation = _policy(policy)
    with opened(warehouse, recipe) as store:
        row = find(store, "recipients", recipient)
        if row is None:
            raise ConfigError(f"there is no recipient {recipient}: malmoi recipient add")
        request = Request(Recipient.from_row(row), purpose, mode, plan)
        contract_key = open_keys(store.uri).public_key_pem
        order = Order(request, out, encrypt, organisation, kek, contract_key)
        answer, code = _packed(store, order, keys, settings)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _show(answer)
    raise typer.Exit(code)


def _policy(path: Path | None) -> OrganisationPolicy:
    if path is None:
        return OrganisationPolicy()
    try:
        return read_policy(path.read_text("utf-8"))
    except (ValueError, OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _packed(store: Warehouse, order: Order, keys: str | None, settings: ReleaseSettings) -> tuple[dict[str, Any], int]:
    """What the release came to, and the exit code."""
    try:
        done = pack(store, open_keys(store.uri, keys), order, unmasked_by_run(store), settings)
    except RefusedError as error:
        counts = {"documents": sum(error.counts.values()), "released": 0, "by_code": dict(error.counts)}
        return {"ok": False, "error": str(error), "counts": counts}, REFUSED
    except FaultyReleaseError as error:
        return {"ok": False, "error": str(error)}, REFUSED
    except ReleaseError as error:
        raise ConfigError(str(error)) from error
    return _answer(done), 0


def _answer(done: Released) -> dict[str, Any]:
    manifest = done.manifest
    said = ("recipient_id", "domestic", "purpose", "mode", "counts", "restricted")
    return {
        "ok": True,
        "release_id": done.release_id,
        "folder": str(done.folder),
        **{name: manifest[name] for name in said},
        "loosened": manifest["policy"]["loosened"],
        "encrypted": manifest["encryption"] is not None,
        "files": sorted(manifest["files"]),
    }


def _show(answer: dict[str, Any]) -> None:
    console = Console()
    if "counts" in answer:
        table = Table("reason", "documents", title="Documents of the snapshot", title_justify="left")
        for code, count in answer["counts"]["by_code"].items():
            table.add_row(code, str(count))
        console.print(table)
        console.print(f"documents {answer['counts']['documents']}, released {answer['counts']['released']}")
    if not answer["ok"]:
        typer.echo(f"malmoi: {answer['error']}", err=True)
        return
    sealed = "encrypted" if answer["encrypted"] else "plain"
    console.print(f"Release {answer['release_id']} ({sealed}) is out at {answer['folder']}", soft_wrap=True)


@release_app.command("open")
def open_one(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The release.")],
    *,
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Private key (PEM).")] = None,
    password: Annotated[
        str | None, typer.Option(envvar="MALMOI_KEY_PASSWORD", help="What the private key is encrypted with.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for plain copies; it must not exist.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Open a release with the private key that it was packed for; with --out write plain Parquet."""
    found = open_release(folder, read_pem(key), password=password.encode() if password else None)
    rows = found.documents.count_rows()
    if out is not None:
        if out.exists():
            raise ConfigError(f"{out} is there already")
        out.mkdir(parents=True)
        for fragment in found.documents.get_fragments():
            with pq.ParquetWriter(out / Path(fragment.path).name, found.documents.schema, compression="zstd") as writer:
                for batch in fragment.to_batches():
                    writer.write_batch(batch)
        (out / "attribution.txt").write_text(found.sources(), "utf-8")
    columns = found.documents.schema.names
    say(
        {
            "release_id": found.manifest["release_id"],
            "rows": rows,
            "columns": columns,
            "out": str(out) if out else None,
        },
        f"Release {found.manifest['release_id']}: {rows} rows" + (f", written to {out}" if out else ""),
        as_json=as_json,
    )


def read_pem(path: Path | None) -> str | None:
    """A key file as text; None where none is given.

    Raises:
        ConfigError: The file is no text.
    """
    try:
        return path.read_text("ascii") if path else None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} holds no key in PEM: {error}") from error


@release_app.command("public-key")
def public_key(
    *, keys: KeysOption = None, warehouse: WarehouseOption = None, recipe: RecipeOption = DEFAULT_RECIPE_PATH
) -> None:
    """Print the public key that releases of a warehouse are verified with."""
    with opened(warehouse, recipe) as store:
        typer.echo(open_keys(store.uri, keys).public_key_pem, nl=False)


@release_app.command("identify")
def identify_copy(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Leaked Parquet or JSON Lines.")],
    *,
    keys: KeysOption = None,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Say whose copy leaked files are: by canaries, by documents a recipient never got, by order."""
    rows = [row for path in files for row in _leaked(path)]
    doc_ids = [str(row["doc_id"]) for row in rows if row.get("doc_id")]
    texts = (str(row["text"]) for row in rows if row.get("text"))
    with opened(warehouse, recipe) as store:
        found = identify(store, open_keys(store.uri, keys), doc_ids, texts)
    matches = [_match(one) for one in found]
    say({"rows": len(rows), "matches": matches}, "\n".join(map(_line, found)) or "no release fits", as_json=as_json)


def _leaked(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".parquet":
        with pq.ParquetFile(path) as file:
            names = [name for name in ("doc_id", "text") if name in file.schema_arrow.names]
            for batch in file.iter_batches(columns=names):
                yield from batch.to_pylist()
        return
    with path.open(encoding="utf-8") as lines:
        yield from _objects(lines, path)


def _objects(lines: Iterable[str], path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ConfigError(f"{path}, line {number}: no JSON") from error
        yield row if isinstance(row, dict) else {"text": row}


def _match(one: Match) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _line(one: Match) -> str:
    order = "no neighbours" if one.in_order is None else f"{one.in_order:.0%} in order"
    return (
        f"{one.recipient_id} (release {one.release_id}): {one.canaries} canaries, "
        f"{one.held} documents it got, {one.missing} it never got, {order}"
    )
