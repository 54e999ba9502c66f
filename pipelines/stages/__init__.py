"""What happens to a batch of captures, in this order, one file per stage.

Contents:
    base      the shape of a stage: rows that go on, rows that stop with a reason
    capture   is it a page? site files leave here as evidence
    hangul    can these bytes hold Korean? cheap, before anything is parsed
    decode    bytes to text
    language  is the visible text Korean?
    rights    what the page says of its own use, read before anything is cleaned away
    extract   main text, title, author, date
    quality   is it worth reading?
    decontaminate  does it hold items of benchmarks?
    sketch    fingerprints for the duplicate search
"""

from pipelines.stages.base import DROP_SCHEMA, DROPPED, ORIGIN, QUARANTINED, Outcome, Stage, Verdict, divide

__all__ = ["DROPPED", "DROP_SCHEMA", "ORIGIN", "QUARANTINED", "Outcome", "Stage", "Verdict", "divide"]
