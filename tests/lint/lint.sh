#!/usr/bin/env bash
# make lint: what a compiler does not see.  Prints each fault and ends with
# status 1 if there was one; a check whose tool is missing is skipped, and said.
# shellcheck disable=SC2317 # the checks are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
OUT=${OUT:-build/release}
talik=${TALIK:-bin/talik}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0

check() { # check TITLE COMMAND...: silence and status 0 are good
  local title=$1
  shift
  if "$@" > "$tmp/out" 2>&1 && [ ! -s "$tmp/out" ]; then
    echo "ok    $title"
    return
  fi
  echo "FAIL  $title"
  head -n 40 "$tmp/out" | sed 's/^/      /'
  bad=1
}

skip() {
  echo "skip  $1"
}

# Tracked files, or all where this is no git checkout.
files() { # files PATTERN...: as git ls-files takes them
  if git rev-parse --git-dir > /dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- "$@"
  else
    local p
    for p; do find . -path "./$p" -type f | sed 's|^\./||'; done
  fi | while IFS= read -r f; do [ -e "$f" ] && echo "$f"; done | sort -u
}

layers() {
  mapfile -t list < <(files 'src/*.[ch]' 'include/*.h')
  awk -f tests/lint/layers.awk "${list[@]}"
}

symbols() { # every external name of the library begins with tk_
  nm -gP --defined-only "$OUT/libtalik.a" > "$tmp/nm" || return 1
  grep -q ' T ' "$tmp/nm" || echo "$OUT/libtalik.a defines nothing"
  awk '/^[^ ]*\[.*\]:$/ { member = $1; next }
    NF > 2 && $2 ~ /[TDBRVCWG]/ && $1 !~ /^tk_/ && $1 !~ /^__(asan|odr_asan)/ {
      print member, $1, "does not begin with tk_"
    }' "$tmp/nm"
}

wide_names() { # clang makes an external name of each: see src/nn/act_impl.h
  awk '/^WIDE static/ { wide = 1; next }
    wide && /^[a-z_0-9]+\(/ {
      split($0, word, "(")
      if (word[1] in at)
        print FILENAME ":" FNR ": WIDE " word[1] " is in " at[word[1]] " too"
      at[word[1]] = FILENAME
      wide = 0
    }' src/*/*.c
}

format() {
  mapfile -t list < <(files 'src/*.[ch]' 'include/*.h' 'tests/*.[ch]' \
    'postproc/*.[ch]')
  "$clang_format" --dry-run -Werror "${list[@]}" 2>&1 | grep ': error: ' |
    cut -d: -f1,2 | uniq
}

scripts() {
  { files '*.sh' '*.slurm'
    files '*' '.ci/*' | while IFS= read -r f; do
      [[ $f != *.* || $f == .ci/* ]] && head -n 1 "$f" 2> /dev/null |
        tr -d '\0' | grep -q '^#!.*sh$' && echo "$f"
    done; } | sort -u
}

shell_check() {
  mapfile -t list < <(scripts)
  shellcheck -x -S warning "${list[@]}"
}

reference() { # docs/namelist.md: words, a mark, then the table as talik prints it
  local from
  [ -e docs/namelist.md ] || { echo "docs/namelist.md is missing"; return; }
  "$talik" --print-reference > "$tmp/reference" || return 1
  from=$(grep -nxFm 1 "$(head -n 1 "$tmp/reference")" docs/namelist.md | cut -d: -f1)
  tail -n "+${from:-1}" docs/namelist.md | diff - "$tmp/reference" > "$tmp/diff" ||
    { echo "docs/namelist.md is not what talik --print-reference prints:"
      head -n 8 "$tmp/diff"; }
}

namelists() {
  local f
  while IFS= read -r f; do
    "$talik" check --keys "$f" > /dev/null
  done < <(files 'namelists/*.nml')
}

left_undone() {
  mapfile -t list < <(files src include postproc jobs tests Makefile)
  grep -nE 'TO''DO|FIX''ME' "${list[@]}"
  return 0
}

whitespace() {
  mapfile -t list < <(files '*.[ch]' '*.sh' '*.md' '*.nml' '*.awk' Makefile)
  grep -nE '[[:blank:]]+$' "${list[@]}"
  return 0
}

long_files() { # a warning, not a fault
  files 'src/*.[ch]' 'include/*.h' 'postproc/*.c' | xargs wc -l |
    awk '$2 != "total" && $1 > 500 { print "note  " $2 " has " $1 " lines" }'
}

check "layers include only what is below them" layers
check "external names begin with tk_" symbols
check "WIDE functions have names of their own" wide_names
clang_format=
for c in clang-format-14 clang-format; do
  if "$c" --version 2> /dev/null | grep -q 'version 14\.'; then
    clang_format=$c
    break
  fi
done
if [ -n "$clang_format" ]; then
  check "C files are formatted (make format)" format
else
  skip "format of C files: clang-format 14 is not installed"
fi
if command -v shellcheck > /dev/null; then
  check "shell scripts pass ShellCheck" shell_check
else
  skip "shell scripts: ShellCheck is not installed"
fi
if [ -x "$talik" ]; then
  check "docs/namelist.md is in step with the keys" reference
  check "sample namelists hold known keys and values" namelists
else
  echo "FAIL  $talik is not built"
  bad=1
fi
check "nothing is left undone by its own words" left_undone
check "no blanks at the ends of lines" whitespace
long_files
exit $bad
