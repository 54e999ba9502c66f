"""Tables and paths on a terminal."""

from rich.console import Console
from rich.table import Table

from pipelines.accounting import Accounts, StageAccount
from pipelines.group.alarms import in_words
from pipelines.run import RunReport


def show_run(report: RunReport) -> None:
    """Print what a run did: its accounts, then where everything lies."""
    console = Console()
    console.print(accounts_table(report.accounts))
    totals = report.accounts.totals()
    console.print(
        "in {in} = kept {kept} + dropped {dropped} + quarantined {quarantined}".format_map(totals),
        highlight=False,
    )
    if report.accounts.auxiliary:
        others = ", ".join(f"{count} {kind}" for kind, count in sorted(report.accounts.auxiliary.items()))
        console.print(f"besides captures: {others}", highlight=False)
    for alarm in report.accounts.alarms:
        console.print(f"look at this: {in_words(alarm)}", highlight=False)
    if report.nothing_to_do:
        console.print(f"Run {report.run_id} is committed already: nothing is left to do.", highlight=False)
    else:
        how = " (resumed)" if report.resumed else ""
        console.print(f"Run {report.run_id} is committed{how} after {report.seconds} s.", highlight=False)
    for table, what in (
        ("documents", "kept documents (Parquet)"),
        ("drops", "report of drops: every record not kept, with stage and reason"),
        ("evidence", "evidence: every rights signal found, literally"),
        ("policy_classes", "policy classes: what the evidence adds up to"),
    ):
        console.print(f"  {what}\n    {report.tables[table]}", highlight=False, soft_wrap=True)


def accounts_table(accounts: Accounts) -> Table:
    """One row for each stage."""
    table = Table(title="Accounts")
    table.add_column("stage")
    for name in ("in", "kept", "dropped", "quarantined"):
        table.add_column(name, justify="right")
    table.add_column("reasons")
    for name, account in accounts.stages.items():
        counts = (account.taken, account.kept, sum(account.dropped.values()), sum(account.quarantined.values()))
        table.add_row(name, *map(str, counts), _reasons(account))
    return table


def _reasons(account: StageAccount) -> str:
    reasons = sorted({**account.dropped, **account.quarantined}.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason} {count}" for reason, count in reasons)
