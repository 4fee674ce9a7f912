#!/usr/bin/env bash
# Faults put in at every site that the sources name, on either of two ranks and
# at more than the first visit: an error status, one message, no hang, no output.
# A new site needs a line in `reached_by`.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc

in=$tmp/in
out=$tmp/out
mkdir -p "$out"
make_inputs
write_world "$in/cw" 1990 2004 2006 || bail_out "no world was written" "$tmp/log"
# The world itself is the climate model, its history the reanalysis.
cat > "$in/correct.nml" << END
&forcing files = '$in/cw/historical_1990-2003.nc' /
&correct
  files = '$in/cw/*.nc'
  variables = 't2m=t2m', 'tp=tp'
  scenarios = 'rcp85'
/
END

# Commands that reach the site.
reached_by() {
  case $1 in
    io.mask) echo masked ;;
    io.lanes | store.read) echo project ;;
    store.write | train.*) echo train ;;
    textfile.write) echo train evaluate explain correct divergence ;;
    tensors.write) echo export ;;
    explain.memory) echo explain ;;
    table.write) echo evaluate explain ;;
    archive.* | correct.*) echo correct ;;
    mem.new)
      echo column project train world views evaluate explain correct divergence ;;
    io.read) echo column project correct divergence ;;
    out.write) echo column project views correct ;;
    io.units) echo column correct ;;
    io.*) echo column ;;
    out.*) echo column ;;
  esac
}

go() { # go COMMAND: a small run; all outputs below $out
  local set=(--set "output%dir=$out" --set run%quiet=.true.)
  case $1 in
    column) ranks 2 project "$in/column.nml" "${set[@]}" ;;
    masked)
      ranks 2 project "$in/column.nml" "${set[@]}" \
        --set "grid%mask_file=$in/w/static.nc" \
        --set grid%mask_variable=organic_depth --set grid%mask_min=0 ;;
    project) ranks 2 project "$in/project.nml" "${set[@]}" ;;
    train)
      ranks 2 train "$in/train.nml" --set "model%file=$out/gru.nc" "${set[@]}" ;;
    evaluate)
      ranks 2 evaluate "$in/train.nml" --set "evaluate%csv=$out/s.csv" \
        --set "evaluate%markdown=$out/s.md" --set "evaluate%file=$out/s.nc" \
        --set "evaluate%map=$out/map.nc" "${set[@]}" ;;
    explain)
      ranks 2 explain "$in/train.nml" --set "explain%file=$out/e.nc" \
        --set "explain%csv=$out/e.csv" --set explain%samples=2 \
        --set explain%background=4 "${set[@]}" ;;
    divergence) # the column's soil against itself
      ranks 2 divergence "$in/train.nml" --set "divergence%files=$in/soil.nc" \
        --set "divergence%truth=$in/soil.nc" \
        --set "divergence%fitted=$in/soil.nc" \
        --set divergence%base_first=2000-01 --set divergence%base_last=2001-12 \
        --set divergence%first=2002-01 --set divergence%last=2003-12 \
        --set "divergence%csv=$out/r.csv" \
        --set "divergence%details=$out/d.csv" "${set[@]}" ;;
    correct) ranks 2 correct "$in/correct.nml" --set "correct%dir=$out" "${set[@]}" ;;
    export) ranks 2 export "$in/gru.nc" "$out/gru.safetensors" ;;
    world)
      ranks 2 world "$tmp/world.nml" --set "world%dir=$out" \
        --set world%first_year=2004 --set world%last_year=2006 \
        --set world%resolution=2 --set world%scenarios=rcp85 "${set[@]}" ;;
    views)
      ranks 2 world "$tmp/world.nml" --set "world%dir=$out" \
        --set world%first_year=2004 --set world%last_year=2006 \
        --set world%scenario_year=2005 --set world%resolution=2 \
        --set world%scenarios=rcp85 --set world%climate_models=1 \
        --set world%reanalysis_first_year=2004 \
        --set world%reanalysis_last_year=2004 --set column%spinup_years=1 \
        --set "world%views='models', 'truth', 'reanalysis'" "${set[@]}" ;;
  esac
}

# fault SITE:RANK[:VISIT] COMMAND: 0 if the fault came through as an error should,
# 2 if it was not reached, 1 otherwise, with reasons in $tmp/log.
fault() {
  local status bad=0
  rm -rf "$out"
  mkdir "$out"
  TK_INJECT=$1 go "$2" > "$tmp/log" 2>&1
  status=$?
  [ $status = 0 ] && return 2
  echo "TK_INJECT=$1 talik $2: status $status" >> "$tmp/log"
  case $status in
    1 | 2 | 3 | 4) ;;
    *) bad=1 ;;
  esac
  if [ "$(grep '^talik: ' "$tmp/log" | grep -vc '^talik: warning: ')" != 1 ]; then
    echo "not one message" >> "$tmp/log"
    bad=1
  fi
  # These write several files; those before the fault are whole.
  case $1/$2 in
    */world | */views | */correct | textfile.*/explain) ;;
    *)
      if find "$out" -type f ! -name '*.csv' ! -name '*.md' ! -name '*.ckpt' \
        | tee -a "$tmp/log" | grep -q .; then
        bad=1
      fi ;;
  esac
  if [ -n "$(find "$out" -name '*.tmp*')" ]; then
    echo "a temporary file is left" >> "$tmp/log"
    bad=1
  fi
  return $bad
}

for c in column masked project train evaluate explain export world views correct \
  divergence; do
  rm -rf "$out"
  mkdir "$out"
  go $c > "$tmp/log" 2>&1
  report $? "without a fault: $c" "$tmp/log"
done

mapfile -t sites < <(
  grep -rhoE '[a-z_]*inject(ed)?\([^"()]*"[a-z]+\.[a-z_]+"' src \
    | sed 's/.*"\(.*\)"/\1/' | sort -u
)
[ ${#sites[@]} -gt 10 ]
report $? "the sources name sites: ${sites[*]}"

for site in "${sites[@]}"; do
  commands=$(reached_by "$site")
  if [ -z "$commands" ]; then
    report 1 "$site: no command here reaches it"
    continue
  fi
  for c in $commands; do
    places=(0 1 1:3) # rank and visit
    [ "$site" = mem.new ] && places=(0:7 1 1:4 1:25 1:60)
    reached=0
    for place in "${places[@]}"; do
      fault "$site:$place" "$c"
      case $? in
        0) reached=1 ;;
        1) report 1 "$site:$place in $c" "$tmp/log" ;;
      esac
    done
    echo "no rank reached it" > "$tmp/log"
    [ $reached = 1 ]
    report $? "$site in $c ends as it should" "$tmp/log"
  done
done
done_testing
