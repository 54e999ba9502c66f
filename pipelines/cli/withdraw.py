"""malmoi withdraw: what an owner takes back leaves, and stays out."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from licenses import Withdrawal, WithdrawalKind
from pipelines.cli.registry import DEFAULT_RECIPE_PATH, JsonOption, RecipeOption, WarehouseOption, checked, opened
from pipelines.errors import ConfigError
from pipelines.ingest import site_of
from warehouse.key_stores import open_keys
from warehouse.withdrawal.carry_out import Outcome, carry_out, preview
from warehouse.withdrawal.copies import Copy
from warehouse.withdrawal.holders import Holder
from warehouse.withdrawal.plan import Covered
from warehouse.withdrawal.register import now

_SHOWN = 20


def withdraw(
    *,
    url: Annotated[str | None, typer.Option(help="Captures of this URL.")] = None,
    host: Annotated[
        str | None, typer.Option(help="Everything on this host and below it, captures to come too.")
    ] = None,
    doc: Annotated[str | None, typer.Option(help="One capture, by doc_id.")] = None,
    owner: Annotated[
        str | None, typer.Option(help="What NAME owns by contract or notice, or NAME@HOST also wrote there.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, in the words of who asked.")],
    erase: Annotated[
        bool, typer.Option("--erase", help="Also erase older snapshots and every file that held it.")
    ] = False,
    requested_by: Annotated[str | None, typer.Option(help="Who asked.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for certificate and notices.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would leave.")] = False,
    keys: Annotated[
        str | None, typer.Option(help="Key store: file:FOLDER or aws-kms:KEY; by default <warehouse>/keys.")
    ] = None,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Take documents out: of the tables, of the next release and of runs to come. Resumes by itself."""
    given = {"url": url, "host": host, "doc": doc, "owner": owner}
    asked = _withdrawal({kind: target for kind, target in given.items() if target is not None}, reason, requested_by)
    with opened(warehouse, recipe) as store:
        if dry_run:
            answer = _preview_json(asked, *preview(store, asked))
        else:
            answer = _outcome_json(carry_out(store, asked, open_keys(store.uri, keys), erasing=erase, out=out))
    if as_json:
        typer.echo(json.dumps({"ok": True, **answer}, ensure_ascii=False, default=str))
    else:
        _show(Console(), answer)


def _withdrawal(given: dict[str, str], reason: str, requested_by: str | None) -> Withdrawal:
    if len(given) != 1:
        raise ConfigError("name one of --url, --host, --doc and --owner")
    ((kind, target),) = given.items()
    asked = checked(
        lambda: Withdrawal(
            kind=WithdrawalKind(kind), target=target, reason=reason, requested_by=requested_by, requested_at=now()
        )
    )
    if asked.kind is WithdrawalKind.HOST and _is_suffix(asked.target):
        raise ConfigError(f"{asked.target} is no host of one owner but a suffix that many share: name the host")
    return asked


def _is_suffix(host: str) -> bool:
    """Whether names are registered right below this one (by the Public Suffix List), so that it has no owner."""
    below = f"owner.{host}"
    return ":" not in host and not host.rpartition(".")[2].isdigit() and site_of(below) == below


def _preview_json(asked: Withdrawal, found: Covered, held_by: Sequence[Holder]) -> dict[str, Any]:
    return {
        "dry_run": True,
        "withdrawal": asked.model_dump(mode="json"),
        "documents": found.documents.select(["doc_id", "url", "run_id"]).to_pylist(),
        "copies": _copies(found.copies),
        "spared": _copies(found.spared),
        "captures": found.captures.num_rows,
        "held_by": _holders(held_by),
    }


def _outcome_json(done: Outcome) -> dict[str, Any]:
    columns = ["doc_id", "url", "run_id", "reason", "partner_doc_id", "jaccard"]
    return {
        "dry_run": False,
        "withdrawal": done.withdrawal.model_dump(mode="json"),
        "documents": done.documents.select(columns).to_pylist(),
        "spared": _copies(done.spared),
        "held_by": _holders(done.held_by),
        "erased": {name: len(files) for name, files in done.erased.items()} if done.erased is not None else None,
        "certificate": str(done.certificate),
        "notices": [str(path) for path in done.notices],
    }


def _copies(copies: Sequence[Copy]) -> list[dict[str, Any]]:
    return [{"doc_id": one.doc_id, "copy_of": one.partner, "jaccard": one.jaccard} for one in copies]


def _holders(found: Sequence[Holder]) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "name": one.name, "recipient_id": one.recipient_id, "documents": len(one.doc_ids)}
        for one in found
    ]


def _show(console: Console, answer: dict[str, Any]) -> None:
    asked = answer["withdrawal"]
    would = "would leave" if answer["dry_run"] else "left"
    lines = [f"{asked['withdrawal_id']}  {asked['kind']} {asked['target']}"]
    leaving = [*answer["documents"], *answer.get("copies", ())]
    lines.append(f"{len(leaving)} documents {would}")
    lines += [f"  {row['doc_id']}  {row.get('url') or 'copy of ' + row['copy_of']}" for row in leaving[:_SHOWN]]
    if len(leaving) > _SHOWN:
        lines.append(f"  and {len(leaving) - _SHOWN} more (--json names all)")
    lines += [f"spared, by the page's own permission: {row['doc_id']}" for row in answer["spared"]]
    lines += [
        f"held by {row['kind']} {row['name']} ({row['recipient_id'] or 'no recipient'}): {row['documents']} documents"
        for row in answer["held_by"]
    ]
    if answer.get("erased") is not None:
        lines.append(f"{sum(answer['erased'].values())} files erased")
    lines += [f"notice       {path}" for path in answer.get("notices", ())]
    if not answer["dry_run"]:
        lines.append(f"certificate  {answer['certificate']}")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
