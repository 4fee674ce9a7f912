#!/usr/bin/env bash
# Reads every case that gfortran and talik are to agree on with both, by the
# same declarations, and compares all values.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

command -v gfortran > /dev/null || {
  echo "1..0 # SKIP gfortran is not installed"
  exit 0
}
for tool in nml_cases nml_values; do
  [ -x "$OUT/tests/tools/$tool" ] || {
    echo "1..0 # SKIP $OUT/tests/tools/$tool is not built"
    exit 0
  }
done

cat > "$tmp/read.f90" << 'END'
program read_deck
  implicit none
  type site_type
    integer :: id = -99
    real :: lat = -99
    character(12) :: nm = '~'
  end type
  integer :: i = -99, j = -99, arr(6) = -99, m(2,3) = -99, status, k
  real :: x = -99, r(4) = -99
  double precision :: d = -99
  logical :: l = .false., la(4) = .false.
  character(12) :: s = '~', names(3) = '~'
  character(4) :: sh = '~'
  complex :: z = (-99, -99)
  type(site_type) :: site, ta(2)
  character(512) :: path, message
  namelist /cfg/ i, j, x, d, l, la, s, sh, names, arr, m, r, z, site, ta

  call get_command_argument(1, path)
  open(10, file=path, status='old', action='read')
  read(10, nml=cfg, iostat=status, iomsg=message)
  if (status /= 0) then
    print '(2a)', 'error ', trim(message)
    stop 1
  end if
  print '(a,1x,i0)', 'i', i, 'j', j
  print '(a,1x,i0)', ('arr', arr(k), k = 1, 6)
  print '(a,1x,i0)', ('m', m(mod(k - 1, 2) + 1, (k + 1)/2), k = 1, 6)
  print '(a,1x,es24.16e3)', 'x', dble(x), 'd', d
  print '(a,1x,es24.16e3)', ('r', dble(r(k)), k = 1, 4)
  print '(a,1x,es24.16e3)', 'z', dble(real(z)), 'z', dble(aimag(z))
  print '(a,1x,l1)', 'l', l
  print '(a,1x,l1)', ('la', la(k), k = 1, 4)
  print '(a)', 's ['//trim(s)//']', 'sh ['//trim(sh)//']'
  print '(a)', ('names ['//trim(names(k))//']', k = 1, 3)
  call print_site('site', site)
  call print_site('ta', ta(1))
  call print_site('ta', ta(2))
contains
  subroutine print_site(name, it)
    character(*), intent(in) :: name
    type(site_type), intent(in) :: it
    print '(a,1x,i0)', name, it%id
    print '(a,1x,es24.16e3)', name, dble(it%lat)
    print '(a)', name//' ['//trim(it%nm)//']'
  end subroutine
end program
END

# Numbers of both in one form, to the nine digits that tell singles apart.
same_form() {
  awk '
    $2 ~ /^[-+]?[0-9.]+[Ee]?[-+0-9]*$/ { printf "%s %.9g\n", $1, $2; next }
    tolower($2) ~ /^[-+]?(nan|inf)/ {
      sign = $2 ~ /^-/ ? "-" : ""
      print $1, sign (tolower($2) ~ /nan/ ? "nan" : "inf")
      next
    }
    { print }'
}

if ! gfortran -O0 -o "$tmp/read" "$tmp/read.f90" 2> "$tmp/log"; then
  echo "1..1"
  echo "not ok 1 - gfortran compiles the reader"
  sed 's/^/# /' "$tmp/log"
  exit 1
fi
"$OUT/tests/tools/nml_cases" "$tmp" > "$tmp/list" || {
  echo "Bail out! the cases cannot be written"
  exit 1
}

n=0
while read -r number _ _ gfortran; do
  [ "$gfortran" = same ] || continue
  n=$((n + 1))
  "$tmp/read" "$tmp/$number.nml" 2>&1 | same_form > "$tmp/theirs"
  "$OUT/tests/tools/nml_values" "$tmp/$number.nml" 2> "$tmp/log" |
    same_form > "$tmp/ours"
  if diff "$tmp/theirs" "$tmp/ours" > "$tmp/diff"; then
    echo "ok $n - case $number"
  else
    echo "not ok $n - case $number"
    sed 's/^/# /' "$tmp/log" "$tmp/$number.nml" "$tmp/diff"
  fi
done < "$tmp/list"
echo "1..$n"
