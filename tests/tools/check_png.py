#!/usr/bin/env python3
"""Fails unless a file is a PNG of sensible size that shows something.

    check_png.py FILE COLOURS [R/G/B[@PERCENT]...] [-R/G/B...]

COLOURS: how many different colours it must hold at least, each on 0.02 %
of its pixels or more; R/G/B must be there, on so many % of
them if that is said; -R/G/B must not.  Reads 8-bit RGB, RGBA, grey and palette pictures; needs
nothing but the standard library.
"""
import struct
import sys
import zlib
from collections import Counter

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunks(data):
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += 12 + size


def unfilter(raw, width, height, step):
    stride = width * step
    above = bytearray(stride)
    for y in range(height):
        at = y * (stride + 1)
        kind, row = raw[at], bytearray(raw[at + 1:at + 1 + stride])
        for i in range(stride if kind else 0):
            a = row[i - step] if i >= step else 0
            b = above[i]
            c = above[i - step] if i >= step else 0
            if kind == 4:
                p = a + b - c
                near = min((abs(p - a), 0, a), (abs(p - b), 1, b),
                           (abs(p - c), 2, c))[2]
            else:
                near = (0, a, b, (a + b) // 2)[kind]
            row[i] = (row[i] + near) & 255
        above = row
        yield row


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG signature"
    assert len(data) > 5000, f"only {len(data)} bytes"
    parts, palette, head = [], None, None
    for kind, body in chunks(data):
        if kind == b"IHDR":
            head = struct.unpack(">IIBB", body[:10])
        elif kind == b"PLTE":
            palette = body
        elif kind == b"IDAT":
            parts.append(body)
    width, height, depth, colour = head
    assert depth == 8, f"{depth} bits"
    assert 600 < width < 4000 and 400 < height < 4000, f"{width} x {height}"
    step = CHANNELS[colour]
    seen = Counter()
    for row in unfilter(zlib.decompress(b"".join(parts)), width, height, step):
        for i in range(0, len(row), 4 * step):
            p = tuple(row[i:i + min(step, 3)])
            seen[tuple(palette[3 * p[0]:3 * p[0] + 3]) if palette else p] += 1
    least = 0.0002 * sum(seen.values())
    vivid = [c for c, n in seen.items()
             if n >= least and max(c) - min(c) > 12]
    assert len(vivid) >= int(sys.argv[2]), f"only the colours {vivid}"
    for word in sys.argv[3:]:
        colour, _, percent = word.lstrip("-").partition("@")
        found = seen[tuple(int(x) for x in colour.split("/"))]
        share = 100 * found / sum(seen.values())
        good = found == 0 if word[0] == "-" else share >= float(percent or 0)
        assert good and (found or word[0] == "-"), f"{word}: {share:.3f} %"


main()
