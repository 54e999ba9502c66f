"""What the owner of a page permits on the page itself: the only thing that frees a copy from what another one refuses.

A page that is a near-duplicate of a refused one may be the original, or a lawful copy of the same source. It is taken
for that only where its own owner says so of this document: ``scope=document``, declared by the owner (or by the
government of its own work), with a confidence of at least 0.7. What a site, a platform or an element says does not do.
"""

from collections.abc import Iterable

from licenses.axes import GRANTS, TRAIN, Axis
from licenses.evidence import Evidence

LEAST_CONFIDENCE = 0.7
_OWNERS = frozenset({"owner", "government"})


def own_grants(evidence: Iterable[Evidence]) -> frozenset[Axis]:
    """The training axes that a page's own owner grants for this document."""
    return frozenset(
        axis
        for one in evidence
        if one.scope == "document" and one.declarer in _OWNERS and one.confidence >= LEAST_CONFIDENCE
        for axis, value in one.axes
        if axis in TRAIN and value in GRANTS
    )
