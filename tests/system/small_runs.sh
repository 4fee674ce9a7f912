# shellcheck shell=bash
# small_runs.sh -- sourced after tap.sh: a world of two tiles and a few years, the
# namelists that run on it, and what they need (column's soil, a model).  Expects
# $in, a folder; fills it by make_inputs.

# Namelists in $in: column, train (also for evaluate), project.  Outputs go to
# $in unless --set says otherwise.
write_namelists() {
  cat > "$in/column.nml" << END
&forcing
  files = '$in/w/historical_2000-2004.nc'
  static_files = '$in/w/static.nc'
/
&model architecture = 'column' /
&column
  spinup_years = 2
  organic_depth_map = 'organic_depth'
/
&output dir = '$in', file = 'soil.nc' /
END
  cat > "$in/train.nml" << END
&forcing
  files = '$in/w/historical_2000-2004.nc'
  static_files = '$in/w/static.nc'
/
&features
  dynamic = 't2m', 'tp'
  static = 'organic_depth'
  classes = 'texture'
/
&targets files = '$in/soil.nc' /
&model
  file = '$in/gru.nc'
  window = 6
  hidden = 8
  layers = 1
/
&train
  last = '2002-12'
  valid_last = '2003-06'
  epochs = 2
  steps_per_epoch = 8
/
END
  cat > "$in/project.nml" << END
&forcing
  files = '$in/w/historical_2000-2004.nc', '$in/w/rcp85_2005-2006.nc'
  static_files = '$in/w/static.nc'
/
&model file = '$in/gru.nc' /
&project first = '2004-06', block = 5 /
&output dir = '$in', file = 'gru_soil.nc' /
END
}

make_inputs() {
  mkdir -p "$in"
  write_world "$in/w" 2000 2005 2006 || bail_out "no world was written" "$tmp/log"
  write_namelists
  ranks 1 project "$in/column.nml" > "$tmp/log" 2>&1 \
    || bail_out "the column made no soil" "$tmp/log"
  ranks 1 train "$in/train.nml" > "$tmp/log" 2>&1 \
    || bail_out "no model was trained" "$tmp/log"
}
