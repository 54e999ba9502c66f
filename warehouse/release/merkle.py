"""Merkle tree hashes (RFC 6962, section 2.1) of sequences too long to hold: memory is the height of the tree."""

import hashlib


class MerkleTree:
    """Takes leaves one by one; ``root`` is the tree hash of those taken so far."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf: any bytes."""
        self._push(0, hashlib.sha256(b"\x00" + leaf).digest())

    def _push(self, height: int, node: bytes) -> None:
        while self._peaks and self._peaks[-1][0] == height:
            node = _join(self._peaks.pop()[1], node)
            height += 1
        self._peaks.append((height, node))

    def root(self) -> str:
        """The tree hash (hex); that of nothing is the SHA-256 of nothing."""
        if not self._peaks:
            return hashlib.sha256().hexdigest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = _join(left, node)
        return node.hex()


def merkle_root(leaves: list[bytes]) -> str:
    """The tree hash (hex) of leaves that are all at hand."""
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
