"""Rights derived anew from stored evidence when rules or tables have changed; no page is needed.

Contents:
    reread    the present rules on the literal of a piece of evidence
    judge     every document of a run: its class as the present rules have it
    store     what judging reads: documents and evidence of a run, part by part
    write     changed documents, with the evidence and classes they need
    releases  documents of releases that would no longer pass
    report    what changed, in numbers
    rebuild   all of it, in order
"""

from pipelines.rebuild.rebuild import rebuild_rights
from pipelines.rebuild.report import RebuildReport

__all__ = ["RebuildReport", "rebuild_rights"]
