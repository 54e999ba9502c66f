import pytest

from licenses.conditions import Purpose
from warehouse.release.identify import identify
from warehouse.release.reader import open_release


@pytest.fixture(scope="module")
def copies(shared_world):
    """Rows of three recipients' releases, by recipient."""
    found = {}
    for name in ("gamma", "delta", "epsilon"):
        recipient = shared_world.recipient(name, ("US", "US", "US"))
        released = shared_world.release(f"identify-{name}", recipient, purpose=Purpose.COMMERCIAL)
        found[name] = open_release(released.folder).documents.to_table().to_pylist()
    return found


@pytest.mark.parametrize("name", ["gamma", "delta", "epsilon"])
def test_a_copy_without_its_canaries_is_still_known(shared_world, copies, name):
    leaked = [row for row in copies[name] if not row["synthetic"]][5:40]
    first, second = identify(shared_world.warehouse, shared_world.keys, [row["doc_id"] for row in leaked])[:2]
    assert (first.recipient_id, first.canaries, first.missing, first.in_order) == (name, 0, 0, 1.0)
    assert second.score < first.score


def test_a_canary_names_the_file(shared_world, copies):
    canaries = [row["text"] for row in copies["delta"] if row["synthetic"]]
    first, *others = identify(shared_world.warehouse, shared_world.keys, [], [*canaries[:1], "다른 글"])
    assert (first.recipient_id, first.canaries, others) == ("delta", 1, [])


def test_documents_that_a_recipient_never_got_clear_it(shared_world, copies):
    ids = {name: {row["doc_id"] for row in rows if not row["synthetic"]} for name, rows in copies.items()}
    leaked = sorted(ids["gamma"])
    found = {one.recipient_id: one for one in identify(shared_world.warehouse, shared_world.keys, leaked)}
    assert found["gamma"].missing == 0
    for other in ("delta", "epsilon"):
        assert found[other].missing == len(ids["gamma"] - ids[other])


def test_what_is_not_ours_names_nobody(shared_world):
    assert identify(shared_world.warehouse, shared_world.keys, ["f" * 32], ["모르는 글 canary"]) == []
