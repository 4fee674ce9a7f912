#!/usr/bin/env bash
# talik check --syntax on every case, and on real namelists of other models: each
# must be read, and what is written read again to the same text, or be refused
# for a reason that is known.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

report() { # report STATUS TITLE: one line of TAP
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    echo "not ok $n - $2"
    head -n 5 "$tmp/err" | sed 's/^/# /'
  fi
}

reads_again() {
  "$TALIK" check --syntax "$1" > "$tmp/once.nml" 2> "$tmp/err" &&
    "$TALIK" check --syntax "$tmp/once.nml" > "$tmp/twice.nml" 2>> "$tmp/err" &&
    cmp "$tmp/once.nml" "$tmp/twice.nml" 2>> "$tmp/err"
}

refuses() { # refuses FILE PATTERN: status 2, and a message with its place
  "$TALIK" check --syntax "$1" > "$tmp/once.nml" 2> "$tmp/err"
  [ $? = 2 ] && [ ! -s "$tmp/once.nml" ] && grep -Eq "$2" "$tmp/err"
}

cases=$OUT/tests/tools/nml_cases
if [ -x "$cases" ]; then
  mkdir "$tmp/cases"
  while read -r number untyped _; do
    file=$tmp/cases/$number.nml
    if [ "$untyped" = error ]; then
      refuses "$file" ':[0-9]+:[0-9]+: error: '
    else
      reads_again "$file"
    fi
    report $? "case $number is $untyped"
  done < <("$cases" "$tmp/cases")
fi

# What real files have that no reader should take: placeholders of templates,
# '#' inside a group, a group whose name is glued to its first key.
reason() {
  case $1 in
    */tests_comment_alt.nml) echo "error: '#' begins no comment" ;;
    */*WW3_PreProc_namelists_Global.nml) echo "a blank must follow the group" ;;
    */models_cam-se_work_input.nml) echo "unquoted text 'BOGUS_YEAR'" ;;
    */namelist_ecland_* | */namelists_namelist_ecland_* | */tutorials_namelists_namelist_ecland_*)
      grep -q '{nstart}' "$2" && echo "unquoted text '\{nstart\}'" ;;
  esac
}

dir=${TALIK_TEST_DATA:-}/namelists
if [ -z "${TALIK_TEST_DATA:-}" ] || [ ! -f "$dir/INDEX.csv" ]; then
  [ $n -gt 0 ] || { echo "1..0 # SKIP TALIK_TEST_DATA has no namelists"; exit 0; }
  echo "# TALIK_TEST_DATA has no namelists: real files are not tried"
  echo "1..$n"
  exit 0
fi
while IFS= read -r line; do
  file=${line%%,*}
  why=$(reason "/$file" "$dir/$file")
  case $line in
    *,'fragment (no group)',*)
      refuses "$dir/$file" "error: no group: 'name = value'"
      report $? "fragment $file" ;;
    *,'invalid input (must be rejected)',*)
      refuses "$dir/$file" ':[0-9]+:[0-9]+: error: '
      report $? "invalid $file" ;;
    *)
      if [ -n "$why" ]; then
        refuses "$dir/$file" "$why"
        report $? "refuses $file"
      else
        reads_again "$dir/$file"
        report $? "reads $file"
      fi ;;
  esac
done < <(tail -n +2 "$dir/INDEX.csv")
echo "1..$n"
