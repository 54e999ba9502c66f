"""Probing the Bloom filters of Parquet files, which pyarrow writes but does not read.

A split block Bloom filter (Parquet format, BloomFilter.md) is an array of 32-byte blocks. A value sets one bit in each
of the eight words of one block, so that 32 bytes tell whether a row group can hold it.
"""

from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_MASK = (1 << 64) - 1
_PRIME_1 = 0x9E3779B185EBCA87
_PRIME_2 = 0xC2B2AE3D27D4EB4F
_PRIME_3 = 0x165667B19E3779F9
_PRIME_4 = 0x85EBCA77C2B2AE63
_PRIME_5 = 0x27D4EB2F165667C5

_SEEDS = ((_PRIME_1 + _PRIME_2) & _MASK, _PRIME_2, 0, -_PRIME_1 & _MASK)

_BLOCK_BYTES = 32
_DISK_BYTES = 4096
"""What a disk reads at the least."""
_HEADER_BYTES = 32
_SALT = (0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31)


def may_hold(file: BinaryIO, offset: int, length: int, value: bytes) -> bool:
    """Whether the Bloom filter at ``offset`` of a Parquet file admits that ``value`` is in its column chunk.

    Args:
        file: The file, opened for reading bytes.
        offset: ``bloom_filter_offset`` of the column chunk.
        length: ``bloom_filter_length`` of the column chunk: header and bits.
        value: The value as plain encoding has it, without a length: the UTF-8 of a string.
    """
    file.seek(offset)
    size = _bitset_bytes(file.read(min(length, _HEADER_BYTES)))
    digest = xxh64(value)
    block = (digest >> 32) * (size // _BLOCK_BYTES) >> 32
    file.seek(offset + length - size + block * _BLOCK_BYTES)
    bits = file.read(_BLOCK_BYTES)
    words = (int.from_bytes(bits[start : start + 4], "little") for start in range(0, _BLOCK_BYTES, 4))
    key = digest & 0xFFFFFFFF
    return all(word >> ((key * salt & 0xFFFFFFFF) >> 27) & 1 for word, salt in zip(words, _SALT, strict=True))


def _bitset_bytes(header: bytes) -> int:
    """Bytes of the bit set: the first field of the header (Thrift compact protocol, a zigzag varint)."""
    if header[:1] != b"\x15":
        raise ValueError("this is not the header of a Bloom filter")
    number = shift = 0
    for byte in header[1:]:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the high bit says that more bytes follow
            break
    return number >> 1


def xxh64(data: bytes) -> int:
    """XXH64 of ``data`` with seed 0 (Y. Collet, xxHash specification, sections "XXH64")."""
    start = len(data) // 32 * 32
    if start:
        lanes = list(_SEEDS)
        for at in range(0, start, 32):
            lanes = [_round(lane, _word(data, at + 8 * i, 8)) for i, lane in enumerate(lanes)]
        value = sum(_rotate(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True))
        for lane in lanes:
            value = ((value ^ _round(0, lane)) * _PRIME_1 + _PRIME_4) & _MASK
    else:
        value = _PRIME_5
    return _avalanche(_tail((value + len(data)) & _MASK, data, start))


def _tail(value: int, data: bytes, at: int) -> int:
    """Take in the bytes that fill no stripe of 32."""
    while at + 8 <= len(data):
        value = (_rotate(value ^ _round(0, _word(data, at, 8)), 27) * _PRIME_1 + _PRIME_4) & _MASK
        at += 8
    if at + 4 <= len(data):
        value = (_rotate(value ^ _word(data, at, 4) * _PRIME_1 & _MASK, 23) * _PRIME_2 + _PRIME_3) & _MASK
        at += 4
    for byte in data[at:]:
        value = _rotate(value ^ byte * _PRIME_5 & _MASK, 11) * _PRIME_1 & _MASK
    return value


def _avalanche(value: int) -> int:
    value = (value ^ value >> 33) * _PRIME_2 & _MASK
    value = (value ^ value >> 29) * _PRIME_3 & _MASK
    return value ^ value >> 32


def _round(lane: int, word: int) -> int:
    return _rotate((lane + word * _PRIME_2) & _MASK, 31) * _PRIME_1 & _MASK


def _rotate(value: int, turn: int) -> int:
    return (value << turn | value >> (64 - turn)) & _MASK


def _word(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def hash_words(words: Hashes) -> Hashes:
    """XXH64 of many values of equal length, each in a row of little-endian 64-bit words; shape (values, words)."""
    count, width = words.shape
    value = np.full(count, _PRIME_5, dtype=np.uint64)
    whole = width // 4 * 4
    if whole:
        lanes = [np.full(count, seed, dtype=np.uint64) for seed in _SEEDS]
        for at in range(0, whole, 4):
            lanes = [_rounds(lane, words[:, at + i]) for i, lane in enumerate(lanes)]
        value = sum(
            (_turn(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True)),
            start=np.zeros(count, dtype=np.uint64),
        )
        for lane in lanes:
            value = (value ^ _rounds(np.zeros_like(lane), lane)) * np.uint64(_PRIME_1) + np.uint64(_PRIME_4)
    value = value + np.uint64(8 * width)
    for at in range(whole, width):
        word = _rounds(np.zeros(count, dtype=np.uint64), words[:, at])
        value = _turn(value ^ word, 27) * np.uint64(_PRIME_1) + np.uint64(_PRIME_4)
    value = (value ^ value >> np.uint64(33)) * np.uint64(_PRIME_2)
    value = (value ^ value >> np.uint64(29)) * np.uint64(_PRIME_3)
    return value ^ value >> np.uint64(32)


def may_hold_each(file: BinaryIO, offset: int, length: int, hashes: Hashes) -> Flags:
    """Which of many values the Bloom filter at ``offset`` admits; as ``may_hold``, by the hashes of the values.

    Reads a block of 32 bytes for each, or the whole filter where that is not much more.
    """
    file.seek(offset)
    size = _bitset_bytes(file.read(min(length, _HEADER_BYTES)))
    first = offset + length - size
    block = ((hashes >> np.uint64(32)) * np.uint64(size // _BLOCK_BYTES)) >> np.uint64(32)
    if len(hashes) * _DISK_BYTES >= size:
        file.seek(first)
        words = np.frombuffer(file.read(size), dtype="<u4").reshape(-1, 8)[block]
    else:
        words = np.empty((len(hashes), 8), dtype=np.uint32)
        for row, number in enumerate(block.tolist()):
            file.seek(first + number * _BLOCK_BYTES)
            words[row] = np.frombuffer(file.read(_BLOCK_BYTES), dtype="<u4")
    bits = (hashes.astype(np.uint32)[:, None] * np.array(_SALT, dtype=np.uint32)) >> np.uint32(27)
    return np.asarray((words >> bits & np.uint32(1)).all(axis=1))


def _rounds(lanes: Hashes, words: Hashes) -> Hashes:
    return _turn(lanes + words * np.uint64(_PRIME_2), 31) * np.uint64(_PRIME_1)


def _turn(values: Hashes, turn: int) -> Hashes:
    return values << np.uint64(turn) | values >> np.uint64(64 - turn)
