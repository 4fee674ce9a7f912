#!/usr/bin/env bash
# The command line: what answers before MPI starts, what is refused and how.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc

# gives STATUS STREAM PATTERN TITLE ARGUMENT...: talik's status, and a line of its
# output (out or err) that fits; the other stream is empty.
gives() {
  local want=$1 stream=$2 pattern=$3 title=$4 status other=err
  shift 4
  [ "$stream" = err ] && other=out
  "$TALIK" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
  status=$?
  echo "status $status, wanted $want and /$pattern/ on std$stream" > "$tmp/why"
  cat "$tmp/out" "$tmp/err" >> "$tmp/why"
  [ $status = "$want" ] && grep -Eq -- "$pattern" "$tmp/$stream" \
    && [ ! -s "$tmp/$other" ]
  report $? "$title" "$tmp/why"
}

gives 0 out '^usage: talik <command>' "--help" --help
for c in check train evaluate project world; do
  grep -q "^  $c " "$tmp/out"
  report $? "--help names $c" "$tmp/out"
done
gives 0 out '^talik [0-9]+\.[0-9]+\.[0-9]+ \(.+\)$' "--version" --version

gives 0 out '^&world' "--print-namelist" --print-namelist
cp "$tmp/out" "$tmp/all.nml"
gives 0 out '^&run' "what it prints parses" check --syntax "$tmp/all.nml"
gives 0 out 'are known' "its keys and values are known" check --keys \
  "$tmp/all.nml"
sed -n 's/^&\([a-z]*\).*/\1/p' "$tmp/all.nml" > "$tmp/groups"
while read -r group; do
  "$TALIK" --print-namelist "$group" > "$tmp/$group.nml"
  gives 0 out "^&$group" "--print-namelist $group parses again" check --syntax \
    "$tmp/$group.nml"
done < "$tmp/groups"
gives 2 err "no group 'modl'; there are: run " "--print-namelist of no group" \
  --print-namelist modl
gives 0 out '^\| .seed. \| integer ' "--print-reference" --print-reference

gives 2 err '^talik: no command' "no command"
gives 2 err "^talik: unknown command 'projct'; did you mean 'project'" \
  "unknown command" projct "$tmp/all.nml"
gives 2 err "^talik: unknown option '--st'" "unknown option" project \
  "$tmp/all.nml" --st x
gives 2 err '^talik: project: which namelist' "no namelist" project
gives 2 err '^talik: two namelists' "two namelists" project a.nml b.nml
gives 2 err '^talik: --set needs' "--set of nothing" project a.nml --set
gives 2 err "^talik: --set 'run':" "--set without a key" project \
  "$tmp/all.nml" --set run
gives 2 err '^talik: .*absent.nml: No such file' "a namelist that is not there" \
  project "$tmp/absent.nml"

cat > "$tmp/bad.nml" << 'END'
&project
  frist = '2006-01'
  block = 0
/
&modle
  hidden = 3
/
&model
  window = 1.5
  architecture = 'gur'
/
END
gives 2 err "bad.nml:2:3: error: unknown key 'frist' .*did you mean 'first'" \
  "unknown key: place and nearest" project "$tmp/bad.nml"
gives 2 err "bad.nml:3:11: error: .*from 1 to 1200" "and in the same report: range" \
  project "$tmp/bad.nml"
gives 2 err "bad.nml:5:1: error: unknown group &modle; did you mean &model" \
  "and the group" project "$tmp/bad.nml"
gives 2 err "bad.nml:9:12: error: window: integer expected" "and the type" \
  project "$tmp/bad.nml"
gives 2 err "bad.nml:10:[0-9]+: error: .*gur.*did you mean .gru" "and the word" project \
  "$tmp/bad.nml"
[ "$(grep -c '^talik: ' "$tmp/err")" = 1 ] && [ "$(grep -c error: "$tmp/err")" = 5 ]
report $? "five problems, one message" "$tmp/err"
gives 2 err "--set 'model%hidn=3':[0-9]+: error: .*did you mean 'hidden'" \
  "--set of an unknown key" check "$tmp/model.nml" --set model%hidn=3
gives 2 err "--set 'model%hidden=x'" "--set of a wrong value" check \
  "$tmp/model.nml" --set model%hidden=x
printf '&model\n  hidden = 3\n' > "$tmp/open.nml"
gives 2 err 'open.nml:[0-9]+:[0-9]+: error: ' "a group without an end" project \
  "$tmp/open.nml"

# --set wins over the file, and both reach the run.
echo "&world dir = '$tmp/from_file' first_year = 2004 last_year = 2006
resolution = 2 scenarios = 'rcp26' /" > "$tmp/world.nml"
"$TALIK" world "$tmp/world.nml" --set "world%dir=$tmp/from_set" \
  --set=run%seed=7 > "$tmp/out" 2>&1 \
  && [ -e "$tmp/from_set/historical_2004-2005.nc" ] && [ ! -e "$tmp/from_file" ] \
  && grep -aq 'seed = 7' "$tmp/from_set/static.nc"
report $? "--set wins over the file" "$tmp/out"
done_testing
