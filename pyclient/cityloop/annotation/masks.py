"""Masks as run lengths in COCO's compressed form.

The format is that of the COCO API (https://github.com/cocodataset/cocoapi, common/maskApi.h): the
image is read column by column; the lengths of its runs of 0 and 1 in turn, from the third on less
the length two before, are written in groups of five bits, least significant first, as the
characters from "0" on, a sixth bit telling that more follow.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BITS = 5
_MORE = 1 << _BITS
_SIGN = 1 << (_BITS - 1)
_ZERO = ord("0")
_MOST_GROUPS = 7  # of a length below 2^31 and its sign


def encode(
    corners: NDArray[np.int64], masks: Sequence[NDArray[np.bool_]], height: int, width: int
) -> list[str]:
    """Return the compressed counts of N masks in an image of `height` x `width` pixels.

    Args:
        corners: (N, 2) first column and row of each mask in the image.
        masks: N arrays (h, w), cut out of the image.
        height: of the image, pixels.
        width: of the image, pixels.
    """
    if not masks:
        return []
    # Column by column, with a 0 below each column that keeps the runs of two columns apart.
    padded = [np.zeros((m.shape[1], m.shape[0] + 1), dtype=np.bool_) for m in masks]
    for column, mask in zip(padded, masks, strict=True):
        column[:, :-1] = mask.T
    size = np.array([p.size for p in padded])
    offset = np.cumsum(size) - size
    flat = np.concatenate([p.ravel() for p in padded])
    change = np.flatnonzero(np.diff(flat, prepend=False))  # every mask ends with a 0
    start, end = change[0::2], change[1::2]
    owner = np.searchsorted(offset, start, side="right") - 1
    rows = np.array([m.shape[0] + 1 for m in masks])[owner]
    column, first_row = np.divmod(start - offset[owner], rows)
    begin = (corners[owner, 0] + column) * height + corners[owner, 1] + first_row
    stop = begin + (end - start)
    # Runs that touch, from the foot of a column to the head of the next, are one.
    follows = np.zeros(len(begin), dtype=np.bool_)
    follows[1:] = (begin[1:] == stop[:-1]) & (owner[1:] == owner[:-1])
    last = np.append(~follows[1:], True)[: len(follows)]
    return _compress(owner[~follows], begin[~follows], stop[last], len(masks), height * width)


def decode(counts: str, height: int, width: int) -> NDArray[np.bool_]:
    """Return the (height, width) mask of compressed counts.

    Raises:
        ValueError: if they are damaged or of another size.
    """
    lengths = _lengths(counts, height, width)
    ones = np.arange(len(lengths)) % 2 == 1
    return np.repeat(ones, lengths).reshape(width, height).T


def pixels(counts: str, height: int, width: int) -> NDArray[np.intp]:
    """Return (n,) the pixels v * width + u of the mask of compressed counts, column by column.

    Raises:
        ValueError: if they are damaged or of another size.
    """
    ends = np.cumsum(_lengths(counts, height, width))
    starts, ends = ends[0::2][: len(ends) // 2], ends[1::2]
    sizes = ends - starts
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    u, v = np.divmod(np.repeat(starts, sizes) + within, height)
    return np.asarray(v * width + u, np.intp)


def _lengths(counts: str, height: int, width: int) -> list[int]:
    """Return the lengths of runs of 0 and 1 in turn; see `decode`."""
    lengths: list[int] = []
    value = shift = 0
    for character in counts.encode():
        group = character - _ZERO
        if not 0 <= group < 2 * _MORE:
            raise ValueError(f"{chr(character)!r} is no character of a compressed mask")
        value |= (group & (_MORE - 1)) << shift
        shift += _BITS
        if group & _MORE:
            continue
        if group & _SIGN:
            value -= 1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value = shift = 0
    if shift or sum(lengths) != height * width or min(lengths, default=0) < 0:
        raise ValueError(f"the compressed mask does not fill {height} x {width} pixels")
    return lengths


def _compress(
    owner: NDArray[np.int64],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    count: int,
    pixels: int,
) -> list[str]:
    """Return the characters of `count` masks whose runs (R,) of 1 go from `start` to `stop`."""
    before = np.append(0, stop[:-1])
    first = np.append(True, owner[1:] != owner[:-1])[: len(owner)]
    before[first] = 0
    runs = np.bincount(owner, minlength=count)
    last_stop = np.zeros(count, dtype=np.int64)
    last_stop[owner] = stop  # of several the last one stays
    tail = pixels - last_stop
    numbers = 2 * runs + (tail > 0)
    offset = np.cumsum(numbers) - numbers
    lengths = np.empty(int(numbers.sum()), dtype=np.int64)
    place = offset[owner] + 2 * (np.arange(len(owner)) - (np.cumsum(runs) - runs)[owner])
    lengths[place], lengths[place + 1] = start - before, stop - start
    lengths[(offset + numbers - 1)[tail > 0]] = tail[tail > 0]

    position = np.arange(len(lengths)) - np.repeat(offset, numbers)
    later = np.flatnonzero(position > 2)
    rest = lengths.copy()
    rest[later] -= lengths[later - 2]
    characters = np.zeros((len(lengths), _MOST_GROUPS), dtype=np.uint8)
    used = np.zeros((len(lengths), _MOST_GROUPS), dtype=np.bool_)
    going = np.ones(len(lengths), dtype=np.bool_)
    for k in range(_MOST_GROUPS):
        used[:, k] = going
        group = rest & (_MORE - 1)
        rest >>= _BITS
        done = rest == np.where(group & _SIGN, -1, 0)
        characters[:, k] = (group | np.where(done, 0, _MORE)) + _ZERO
        going = going & ~done
        if not going.any():
            break
    text = characters[used].tobytes().decode("ascii")
    ends = np.cumsum(np.add.reduceat(used.sum(axis=1), offset)).tolist()
    return [text[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
