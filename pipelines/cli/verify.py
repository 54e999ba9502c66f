"""malmoi verify: whether a release is what its signature says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.registry import JsonOption, opened
from pipelines.cli.release import read_pem
from pipelines.errors import ConfigError
from pipelines.recipe import DEFAULT_RECIPE
from warehouse.catalog import Warehouse
from warehouse.key_stores import open_keys
from warehouse.keys import KeyStoreError, verify_signature
from warehouse.release.verify import Report
from warehouse.release.verify import verify as check

FAULTY = 3


def verify(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The release.")],
    *,
    public_key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Public key of whoever released it (PEM).")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Private key, to read encrypted rows (PEM).")
    ] = None,
    password: Annotated[
        str | None, typer.Option(envvar="MALMOI_KEY_PASSWORD", help="What the private key is encrypted with.")
    ] = None,
    warehouse: Annotated[
        str | None, typer.Option(help="Folder of the warehouse: asks its ledger and its list of withdrawals too.")
    ] = None,
    keys: Annotated[str | None, typer.Option(help="Key store of the warehouse; by default <warehouse>/keys.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a release with the public key alone; exit code 3 with every fault named."""
    private, public = read_pem(key), read_pem(public_key)
    if public is not None:
        try:
            verify_signature(public, b"", b"")
        except KeyStoreError as error:
            raise ConfigError(f"{public_key}: {error}") from error
    with _warehouse(warehouse) as store:
        report = check(
            folder.absolute(),
            public_key=public,
            private_key=private,
            password=password.encode() if password else None,
            warehouse=store,
            keys=open_keys(store.uri, keys) if store and not private else None,
        )
    if as_json:
        typer.echo(json.dumps(_answer(report), ensure_ascii=False))
    else:
        _show(report)
    raise typer.Exit(0 if report.sound and not report.withdrawn else FAULTY)


@contextmanager
def _warehouse(uri: str | None) -> Iterator[Warehouse | None]:
    if uri is None:
        yield None
        return
    with opened(uri, Path(DEFAULT_RECIPE)) as store:
        yield store


def _answer(report: Report) -> dict[str, Any]:
    return {
        "ok": report.sound and not report.withdrawn,
        "release_id": report.release_id,
        "signed_by": report.signed_by,
        "public_key_given": report.key_given,
        "rows_checked": report.rows_checked,
        "faults": [{"file": one.file, "problem": one.problem} for one in report.faults],
        "withdrawn": report.withdrawn,
    }


def _show(report: Report) -> None:
    for fault in report.faults:
        typer.echo(str(fault))
    for one in report.withdrawn:
        typer.echo(f"withdrawn since: {one['doc_id']} ({one['withdrawal_id']})")
    if not report.rows_checked and report.release_id:
        typer.echo("Rows were not read: the release is encrypted; --key reads them.")
    if not report.key_given and report.release_id:
        typer.echo("The public key came from the release itself: --public-key tells from whom it is.")
    if report.sound and not report.withdrawn:
        typer.echo(f"Release {report.release_id} is what was signed by {report.signed_by}.")
