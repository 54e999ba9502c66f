"""How well the quality filter tells good documents from bad ones, on labelled documents."""

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from filters import QualitySettings, judge_quality
from filters.quality import QualityBatch
from filters.quality.figures import auc, balanced

GOOD, BAD = "good", "bad"
_AD_WORDS = {"ad", "ads", "advertisement", "advertising", "advertorial", "advertorials", "sponsored", "광고", "협찬"}
_ORDINARY_WORDS = {"ordinary", "일반"}
_WORD = re.compile(r"\w+")
_REASONS = 3

Mask = npt.NDArray[np.bool_]


def evaluate(docs: Sequence[Mapping[str, Any]], settings: QualitySettings | None = None) -> dict[str, Any]:
    """Judge labelled documents.

    Args:
        docs: Rows with `text`, `label` and `kind`. Labels other than good and bad are shown by kind and not scored.
            Posts are advertising where their kind or label says so (advertisement, sponsored, 광고 ...), and are held
            against kinds that call themselves ordinary, or against all good documents where there are none.
        settings: Limits; the defaults without.

    Returns:
        Shares of good and bad documents kept and their balanced accuracy; AUC of the score, and of `ad` for
        advertising against ordinary documents; documents judged per CPU second of one process; the same by label and
        kind, and keep rates of good documents by genre. AUC and shares are NaN where there is nothing to measure.
    """
    settings = settings or QualitySettings()
    judge_quality(["모형과 자료 파일을 먼저 읽는다."], settings)
    start = time.process_time()
    found = judge_quality([str(row["text"]) for row in docs], settings)
    seconds = time.process_time() - start

    labels = np.array([str(row["label"]) for row in docs], object)
    kept = found.decisions.column("keep").to_numpy(zero_copy_only=False).astype(np.bool_)
    score = found.score.to_numpy()
    ad = found.signals.column("ad").to_numpy()
    good, bad = labels == GOOD, labels == BAD
    named = np.array([set(_WORD.findall(f"{row['label']} {row.get('kind', '')}".lower())) for row in docs], object)
    is_ad = np.array([bool(words & _AD_WORDS) for words in named], np.bool_)
    ordinary = np.array([bool(words & _ORDINARY_WORDS) for words in named], np.bool_) & ~is_ad
    plain = ordinary if ordinary.any() else good & ~is_ad
    return {
        "documents": len(docs),
        "good_kept": _share(kept, good),
        "bad_kept": _share(kept, bad),
        "balanced": balanced(good[good | bad], kept[good | bad]) if len(docs) else float("nan"),
        "auc": auc(score[good], score[bad]),
        "auc_advertising": auc(ad[is_ad], ad[plain]),
        "auc_score_of_advertising": auc(score[plain], score[is_ad]),
        "documents_per_cpu_s": round(len(docs) / max(seconds, 1e-9), 1),
        "kinds": _by_kind(docs, found, kept, score),
        "genres": _by_genre(found, kept, good),
    }


def _by_kind(
    docs: Sequence[Mapping[str, Any]], found: QualityBatch, kept: Mask, score: npt.NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Documents of each label and kind, how many were kept, and why the others were not."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(docs):
        groups.setdefault((str(row["label"]), str(row.get("kind", ""))), []).append(number)
    reasons = found.decisions.column("reason").to_pylist()
    return [
        {
            "label": label,
            "kind": kind,
            "documents": len(rows),
            "kept": int(kept[rows].sum()),
            "share": float(kept[rows].mean()),
            "score": float(np.median(score[rows])),
            "dropped_as": ", ".join(
                f"{reason} {count}"
                for reason, count in Counter(reasons[row] for row in rows if reasons[row]).most_common(_REASONS)
            ),
        }
        for (label, kind), rows in sorted(groups.items())
    ]


def _by_genre(found: QualityBatch, kept: Mask, good: Mask) -> dict[str, dict[str, Any]]:
    """Good documents of each genre that was recognised, and the share kept."""
    genre = np.array(found.genre.to_pylist(), object)
    return {
        name: {"documents": int(rows.sum()), "kept": float(kept[rows].mean())}
        for name in sorted(set(genre[good].tolist()))
        for rows in [good & (genre == name)]
    }


def _share(kept: Mask, rows: Mask) -> float:
    return float(kept[rows].mean()) if rows.any() else float("nan")
