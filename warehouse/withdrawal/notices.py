"""Notices to those who got withdrawn documents, in Korean and English: one file for each release and token set."""

from pathlib import Path

from licenses import Withdrawal
from warehouse.withdrawal.certificate import write_whole
from warehouse.withdrawal.holders import Holder

_TEXT = """\
# 철회 통지 / Withdrawal notice

- 철회 번호 / withdrawal: {withdrawal_id}
- 받는 곳 / recipient: {recipient}
- {what}: {name}
- 날짜 / date: {date}
- 문서 수 / documents: {count}

## 한국어

아래 문서의 권리자 또는 정보주체가 이용 철회를 요구하였습니다. 위 배포본을 받은 곳은 다음을 지체 없이 하여 주십시오.

1. 아래 문서를 배포본의 모든 사본과 백업에서 지웁니다.
2. 이 문서로 만든 토큰 자료, 색인, 파생 데이터에서도 지웁니다.
3. 지금부터 이 문서를 학습, 평가, 재배포에 쓰지 않습니다.
4. 이미 이 문서로 학습한 모델이 있으면 그 모델과 학습 날짜를 알려 주십시오.
5. 지운 날짜와 범위를 이 통지의 철회 번호와 함께 회신하여 주십시오.

## English

The rights holder or data subject of the documents below has withdrawn them. As you hold the release named above, please
do the following without delay.

1. Delete these documents from every copy and backup of the release.
2. Delete what was made of them: tokens, indexes and other derived data.
3. From now on do not use them for training, evaluation or redistribution.
4. If a model was already trained on them, name the model and the date of training.
5. Reply with the date and extent of the deletion, quoting the withdrawal number.

## 문서 / Documents

| doc_id | URL |
|---|---|
{rows}
"""
_WHAT = {"release": "배포본 / release", "tokens": "토큰 자료 / token set"}


def write_notices(
    out: Path, withdrawal: Withdrawal, held_by: list[Holder], urls: dict[str, str | None], date: str
) -> list[Path]:
    """Write a notice for each holder; returns the files.

    Args:
        out: Folder of the notices.
        withdrawal: What was asked. Who asked and why is not told.
        held_by: Who holds which documents.
        urls: URL of each document.
        date: Day of the notice (ISO 8601).
    """
    paths = []
    for holder in held_by:
        rows = "\n".join(f"| {doc_id} | {_cell(urls.get(doc_id))} |" for doc_id in holder.doc_ids)
        text = _TEXT.format(
            withdrawal_id=withdrawal.withdrawal_id,
            recipient=holder.recipient_id or "-",
            what=_WHAT[holder.kind],
            name=holder.name,
            date=date,
            count=len(holder.doc_ids),
            rows=rows,
        )
        path = out / f"notice-{holder.kind}-{_file_name(holder.name)}.md"
        write_whole(path, text)
        paths.append(path)
    return paths


def _cell(url: str | None) -> str:
    return (url or "").replace("|", "%7C")


def _file_name(name: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "_" for character in name)
