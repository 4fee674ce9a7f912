#!/usr/bin/env python3
"""Makes src/phys/outline_table.h from the US Census outline of Alaska.

    make_outline.py alaska.geojson > src/phys/outline_table.h

Input: one MultiPolygon feature in degrees (longitude, latitude).  The table in
the sources was made from the state with id 02 in `states-10m.json` of the npm
package us-atlas 3.0.1 (2017 edition of the Census Bureau's cartographic
boundary files, public domain), converted to GeoJSON by topojson.

Rings smaller than MIN_AREA are left out.  The others are simplified on the
plane of Alaska Albers by the method of Douglas and Peucker (1973): no vertex
left out lies farther than TOLERANCE from the line kept.  Longitudes are made
continuous, so that the western Aleutians lie below -180; coordinates are
rounded to 0.01 degree.
"""
import json
import math
import sys

MIN_AREA = 300.0  # km2
TOLERANCE = 6.0  # km
EARTH = 6371.0  # km


def albers(lon, lat):
    """Alaska Albers (55, 65, 50 N, 154 W) on a sphere, km."""
    s1, s2, s0, s = (math.sin(math.radians(a)) for a in (55, 65, 50, lat))
    n = (s1 + s2) / 2
    c = 1 - s1 * s1 + 2 * n * s1
    rho, rho0 = (EARTH * math.sqrt(c - 2 * n * t) / n for t in (s, s0))
    theta = n * math.radians(lon + 154)
    return rho * math.sin(theta), rho0 - rho * math.cos(theta)


def area(points):
    return abs(sum(a[0] * b[1] - b[0] * a[1]
                   for a, b in zip(points, points[1:] + points[:1]))) / 2


def distance(p, a, b):
    dx, dy = b[0] - a[0], b[1] - a[1]
    d2 = dx * dx + dy * dy
    t = 0.0
    if d2 > 0:
        t = min(1, max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / d2))
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def simplify(xy):
    """Indices that are kept of a closed ring (first point not repeated)."""
    far = max(range(len(xy)), key=lambda i: math.dist(xy[0], xy[i]))
    keep, work = {0, far}, [(0, far), (far, len(xy))]
    while work:
        a, b = work.pop()
        inner = range(a + 1, b)
        if not inner:
            continue
        pa, pb = xy[a], xy[b % len(xy)]
        worst = max(inner, key=lambda i: distance(xy[i], pa, pb))
        if distance(xy[worst], pa, pb) > TOLERANCE:
            keep.add(worst)
            work += [(a, worst), (worst, b)]
    return sorted(keep)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        geometry = json.load(f)["features"][0]["geometry"]
    rings = []
    for polygon in geometry["coordinates"]:
        ring = [(lon - 360 if lon > 0 else lon, lat)
                for lon, lat in polygon[0][:-1]]
        xy = [albers(*p) for p in ring]
        if area(xy) < MIN_AREA:
            continue
        kept = [ring[i] for i in simplify(xy)]
        if len(kept) >= 4:
            rings.append((area(xy), kept))
    rings.sort(key=lambda r: -r[0])
    total = sum(len(r) for _, r in rings)
    print(f"""\
/* outline_table.h -- Alaska's outline, {len(rings)} rings, {total} vertices.
 *
 * From the US Census Bureau's cartographic boundary file of 2017 (public
 * domain), as in us-atlas 3.0.1, states-10m; made by
 * tests/tools/make_outline.py: rings of {MIN_AREA:.0f} km2 and more, simplified to
 * {TOLERANCE:.0f} km, the largest first.
 * Units: 0.01 degree; {{longitude, latitude}}; rings are not closed.
 */
#define NRING {len(rings)}
#define NVERTEX {total}

/* clang-format off */
static const short ring_length[NRING] = {{""")
    print_numbers([str(len(r)) for _, r in rings])
    print("};\n\nstatic const short "
          "vertex[NVERTEX][2] = {")
    for _, ring in rings:
        print_numbers([f"{{{round(lon * 100)},{round(lat * 100)}}}"
                       for lon, lat in ring])
    print("};\n/* clang-format on */")


def print_numbers(words):
    line = "   "
    for w in words:
        if len(line) + len(w) + 2 > 80:
            print(line)
            line = "   "
        line += f" {w},"
    print(line)


main()
