#!/usr/bin/env python3
"""Makes src/phys/rcp_table.h from the tables of the RCP release.

    make_rcp.py FOLDER > src/phys/rcp_table.h

FOLDER holds {RCP3PD,RCP45,RCP6,RCP85}_MIDYEAR_RADFORCING.csv as in
github.com/OMS-NetZero/FAIR, fair/RCPs/data (commit 1d89c23096ae, Apache-2.0):
58 header lines, names in line 59, lines ending in CR, LF or both.
"""
import sys

PATHS = ("RCP3PD", "RCP45", "RCP6", "RCP85")
KINDS = (("anthro", "TOTAL_ANTHRO_RF"), ("total", "TOTAL_INCLVOLCANIC_RF"))
FIRST, SPLIT, LAST = 1765, 2005, 2100


def read(path):
    with open(path, encoding="latin-1", newline="") as f:
        lines = f.read().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    names = [n.strip() for n in lines[58].split(",")]
    rows = {}
    for line in lines[59:]:
        words = [w.strip() for w in line.split(",")]
        if words[0]:
            rows[int(float(words[0]))] = dict(zip(names, words))
    return rows


def numbers(rows, column, first, end, indent):
    out, line = "", indent
    for year in range(first, end):
        word = f"{float(rows[year][column]):.4f}".replace("-0.0000", "0.0000")
        if len(line) + len(word) + 2 > 80:
            out += line.rstrip() + "\n"
            line = indent
        line += word + ", "
    return out + line.rstrip() + "\n"


def main():
    tables = [read(f"{sys.argv[1]}/{p}_MIDYEAR_RADFORCING.csv") for p in PATHS]
    print("""\
/* rcp_table.h -- annual global mean radiative forcing of the RCPs, W m-2.
 *
 * M. Meinshausen et al., The RCP greenhouse gas concentrations and their
 * extensions from 1765 to 2300, Climatic Change 109 (2011),
 * doi:10.1007/s10584-011-0156-z.  Columns TOTAL_ANTHRO_RF and
 * TOTAL_INCLVOLCANIC_RF of the *_MIDYEAR_RADFORCING files, as distributed with
 * FaIR (github.com/OMS-NetZero/FAIR, Apache-2.0); made by
 * tests/tools/make_rcp.py.  The four paths are equal up to 2004.
 */
/* clang-format off */""")
    print(f"#define RCP_FIRST {FIRST}\n#define RCP_SPLIT {SPLIT}\n"
          f"#define RCP_LAST {LAST}\n")
    for name, column in KINDS:
        past = [numbers(t, column, FIRST, SPLIT, "    ") for t in tables]
        assert all(p == past[0] for p in past)
        print(f"static const double past_{name}[RCP_SPLIT - RCP_FIRST] = {{")
        print(past[0] + "};\n")
    for name, column in KINDS:
        print(f"static const double path_{name}[4][RCP_LAST - RCP_SPLIT + 1] "
              "= {")
        for p, t in zip(PATHS, tables):
            print("    {   /* " + p + " */\n"
                  + numbers(t, column, SPLIT, LAST + 1, "        ") + "    },")
        print("};\n")
    print("/* clang-format on */")


main()
