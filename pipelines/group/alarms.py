"""What a person should look at after the search for copies: families too large, sites that lost nearly everything.

Both are most often a template or a notice that drowns the text of the pages, not copying: a sign of an extraction that
failed, which no threshold can tell from a copy. Nothing is changed by an alarm.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from dedup import DedupSettings

COPIES = ("exact_duplicate", "near_duplicate", "url_variant", "copy_of_refused")
"""Reasons for which a document goes because of another one."""
_NAMED = 20


def find_alarms(choice: pl.DataFrame, settings: DedupSettings) -> list[Mapping[str, Any]]:
    """The worst clusters and sites of a run, at most 20 of each.

    Args:
        choice: As ``choose_documents`` made it.
        settings: For ``cluster_alarm``, ``site_alarm`` and ``site_alarm_least``.

    Returns:
        JSON objects: ``alarm`` (``cluster`` or ``site``), what it is about, ``documents`` and for a site ``removed``.
    """
    gone = choice.filter(pl.col("reason").is_in(COPIES))
    clusters = (
        gone.group_by("partner_doc_id")
        .agg(pl.len().add(1).alias("documents"))
        .filter(pl.col("documents") > settings.cluster_alarm)
        .sort("documents", "partner_doc_id", descending=[True, False])
        .head(_NAMED)
        .select(pl.lit("cluster").alias("alarm"), pl.col("partner_doc_id").alias("cluster_id"), "documents")
    )
    judged = choice.filter(pl.col("reason").is_null() | pl.col("reason").is_in(COPIES))
    sites = (
        judged.group_by(pl.col("site").cast(pl.String))
        .agg(pl.len().alias("documents"), pl.col("reason").is_not_null().sum().alias("removed"))
        .filter(pl.col("documents") >= settings.site_alarm_least)
        .filter(pl.col("removed") > settings.site_alarm * pl.col("documents"))
        .sort("removed", "site", descending=[True, False])
        .head(_NAMED)
        .select(pl.lit("site").alias("alarm"), "site", "documents", "removed")
    )
    return [*clusters.to_dicts(), *sites.to_dicts()]


def displacement_alarm(leaving: pl.DataFrame) -> list[Mapping[str, Any]]:
    """That documents of earlier runs leave, if any do (``search.DISPLACED``)."""
    return [{"alarm": "leaving", "documents": leaving.height}] if leaving.height else []


def in_words(alarm: Mapping[str, Any]) -> str:
    """An alarm as a line for people."""
    if alarm["alarm"] == "cluster":
        return f"{alarm['documents']} documents are one cluster, {alarm['cluster_id']}: is it a template?"
    if alarm["alarm"] == "leaving":
        return f"{alarm['documents']} documents of earlier runs left: pages of this run refuse what they copy"
    return f"{alarm['removed']} of {alarm['documents']} documents of {alarm['site']} are copies: is it a template?"
