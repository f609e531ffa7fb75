"""Hostile inputs without a fuzzer: seeds cut, doubled, spliced and spoilt, the same ones for the same number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

TOKENS: tuple[bytes, ...] = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"'", b'"', b"\\", b"\n", b"\r", b",", b";", b"=", b"[[", b"]",
    b"{", b"(", b"NaN", b"-1", b"0", b"1e999", b"99999999999999999999", b"9" * 5000, b"0001-01-01",
    b"9999-12-31T23:59:59Z",
    b"null", b"=1+1", "\u202e".encode(), "\u0301".encode(), "٣".encode(), b"<!DOCTYPE x>",
    b"&#0;", b" " * 300, b"(" * 300, b"NOT " * 200, b"[" * 5000, b'{"a":' * 5000,
)  # fmt: skip


def mutations(seeds: Sequence[bytes], number: int = 0) -> Iterator[bytes]:
    """Mutated seeds without end."""
    random = Random(number)  # noqa: S311  # no secrets
    while True:
        data = random.choice(seeds)
        for _ in range(random.randint(1, 4)):
            data = random.choice(_WAYS)(random, data, random.choice(seeds))
        yield data


def _spoil(random: Random, data: bytes, _: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + bytes([random.randrange(256)]) + data[place + 1 :]


def _insert(random: Random, data: bytes, _: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(TOKENS) + data[place:]


def _overwrite(random: Random, data: bytes, _: bytes) -> bytes:
    begin, end = _span(random, data)
    return data[:begin] + random.choice(TOKENS) + data[end:]


def _cut(random: Random, data: bytes, _: bytes) -> bytes:
    begin, end = _span(random, data)
    return data[:begin] + data[end:]


def _double(random: Random, data: bytes, _: bytes) -> bytes:
    begin, end = _span(random, data)
    return data[:end] + data[begin:]


def _splice(random: Random, data: bytes, other: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


def _span(random: Random, data: bytes) -> tuple[int, int]:
    begin = random.randrange(len(data) + 1)
    return begin, min(len(data), begin + random.randint(1, 40))


_WAYS: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (_spoil, _insert, _overwrite, _cut, _double, _splice)
