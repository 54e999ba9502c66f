"""Recipients, rights and requests that tests of the gate begin with."""

from licenses import Axis, Rights, Value
from licenses.gate import DocumentFacts, Mode, Purpose, ReleasePlan, Request
from licenses.recipients import Recipient

SEOUL = Recipient(
    recipient_id="kr-lab", name="한국연구소", established_in="KR", controlled_from="KR", processed_in=("KR",)
)
ABROAD = SEOUL.model_copy(update={"recipient_id": "kr-gpu-abroad", "processed_in": ("KR", "US")})
TOKYO = Recipient(recipient_id="jp-lab", name="東京", established_in="JP", controlled_from="JP", processed_in=("JP",))
NOBODY = Recipient(recipient_id="nobody", name="모름")
SHIPPED = ReleasePlan(attribution=True, sold=False)
CLEAN = DocumentFacts(evidence=True, pii_clean=True)
FREE = Rights(
    axes=dict.fromkeys(Axis, Value.ALLOW),
    conditions=dict.fromkeys(Axis, ()),
    confidence=dict.fromkeys(Axis, 0.95),
    licence="CC0-1.0",
    conflict=False,
    review="none",
)


def rights(licence="CC-BY-4.0", confidence=None, conditions=None, **axes):
    conditions = conditions or {}
    return Rights(
        axes={axis: Value(axes.get(axis, "allow")) for axis in Axis},
        conditions={axis: tuple(sorted(conditions.get(axis, ()))) for axis in Axis},
        confidence={axis: (confidence or {}).get(axis, 0.95) for axis in Axis},
        licence=licence,
        conflict=False,
        review="none",
    )


def asked(recipient=SEOUL, purpose=Purpose.COMMERCIAL, mode=Mode.COPY, plan=SHIPPED):
    return Request(recipient, purpose, mode, plan)
