#!/usr/bin/env bash
# Installs what talik needs, or prints how: jobs/deps.sh [build] [post] [test]
#
#   build  compiler, MPI and libraries of bin/talik
#   post   libraries of the programs in postproc/: maps, GeoTIFF
#   test   what the tests call; a test without its tool is skipped
#
# Without an argument: all three.  Says nothing and does nothing when all is
# there.  Exit status 1 if something needed is missing and cannot be installed:
# `build`, and any part that was asked for by name.
set -u

packages() {
  case $1 in
    build) echo gcc libc6-dev make pkg-config openmpi-bin libopenmpi-dev \
      libpnetcdf-dev libopenblas-dev liblapacke-dev libgsl-dev \
      libudunits2-dev libjansson-dev libcmocka-dev ;;
    post) echo libgdal-dev gdal-bin gmt libgmt-dev ghostscript libnetcdf-dev ;;
    test) echo perl gfortran clang libclang-rt-14-dev clang-format-14 \
      shellcheck netcdf-bin cdo nco python3-numpy python3-scipy \
      python3-netcdf4 python3-xarray python3-torch git ;;
  esac
}

help_text() {
  cat >&2 << 'TEXT'

With the right to install:
  Debian, Ubuntu
    apt-get install gcc make pkg-config openmpi-bin libopenmpi-dev \
      libpnetcdf-dev libopenblas-dev liblapacke-dev libgsl-dev \
      libudunits2-dev libjansson-dev libcmocka-dev
    apt-get install libgdal-dev gdal-bin gmt libgmt-dev ghostscript \
      libnetcdf-dev                                          # for postproc/
  Fedora, RHEL and its kin (there: with EPEL and CRB enabled)
    dnf install gcc make pkgconf openmpi-devel pnetcdf-openmpi-devel \
      openblas-devel lapack-devel gsl-devel udunits2-devel jansson-devel \
      libcmocka-devel perl-Test-Harness
    dnf install gdal-devel gdal GMT GMT-devel ghostscript netcdf-devel
Without it:
  Spack
    spack install openmpi parallel-netcdf openblas gsl udunits jansson gdal \
      gmt cmocka
    spack load openmpi parallel-netcdf openblas gsl udunits jansson cmocka
  Modules of a cluster, names vary (module avail, module spider)
    module load gcc openmpi parallel-netcdf openblas gsl udunits jansson
  then see that pkg-config finds them:
    pkg-config --print-errors --exists pnetcdf openblas lapacke gsl udunits \
      jansson
TEXT
}

# Whether a part is there by whatever way it came: modules, Spack, a prefix.
found() {
  case $1 in
    build)
      command -v mpicc > /dev/null && command -v make > /dev/null \
        && pkg-config --exists pnetcdf openblas lapacke gsl udunits jansson \
          cmocka 2> /dev/null ;;
    post)
      command -v gmt-config > /dev/null && command -v gs > /dev/null \
        && pkg-config --exists gdal netcdf 2> /dev/null ;;
    test) command -v prove > /dev/null ;;
  esac
}

# Those of the packages that dpkg does not have.
missing() {
  local have
  have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2> /dev/null \
    | sed -n 's/^installed //p')
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<< "$have")
}

known_to_apt() {
  apt-cache show --no-all-versions "$1" > /dev/null 2>&1
}

named=" $* "
for part; do
  case $part in
    build | post | test) ;;
    *)
      echo "usage: jobs/deps.sh [build] [post] [test]" >&2
      exit 2 ;;
  esac
done
[ $# -gt 0 ] || set -- build post test

debian=0
command -v dpkg-query > /dev/null && command -v apt-get > /dev/null && debian=1

want=()   # packages to install
lacking=() # parts that are not complete
for part; do
  if [ $debian = 1 ]; then
    # shellcheck disable=SC2046
    mapfile -t lack < <(missing $(packages "$part"))
    [ ${#lack[@]} = 0 ] && continue
    [ "$part" != test ] && found "$part" && continue
    want+=("${lack[@]}")
  else
    found "$part" && continue
  fi
  lacking+=("$part")
done
[ ${#lacking[@]} = 0 ] && exit 0

give_up() { # 1 if a part that is needed is missing
  local part status=0
  echo "talik: missing for ${lacking[*]}: ${want[*]:-libraries or tools}" >&2
  for part in "${lacking[@]}"; do
    [ "$part" = build ] && status=1
    [[ $named == *" $part "* ]] && status=1
  done
  [ $status = 0 ] || help_text
  [ $status = 1 ] || echo "talik: what needs them is left out" >&2
  exit $status
}

[ $debian = 1 ] || give_up
as_root=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2> /dev/null || give_up
  as_root=(sudo -n)
fi
export DEBIAN_FRONTEND=noninteractive

# Package lists may never have been fetched (a fresh container).
known_to_apt libgsl-dev \
  || "${as_root[@]}" apt-get -qq update >&2 || give_up
install=()
for p in "${want[@]}"; do
  if known_to_apt "$p"; then
    install+=("$p")
  elif [[ " $(packages test) " == *" $p "* ]]; then
    echo "talik: apt knows no $p here; tests that need it are skipped" >&2
  else
    echo "talik: apt knows no $p here" >&2
    give_up
  fi
done
[ ${#install[@]} = 0 ] && exit 0
echo "talik: installing ${install[*]}" >&2
get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o Dpkg::Use-Pty=0 --no-install-recommends -y install "${install[@]}" >&2
}
# Lists that are too old name files that are gone: fetch them and try again.
get || { "${as_root[@]}" apt-get -qq update >&2 && get; } || give_up
