#!/usr/bin/env bash
# on_ranks.sh PROGRAM: runs it on 1, 2, 3 and 5 ranks (or $RANKS), each under a
# timeout, and reports one TAP line for each.
n=0
read -ra counts <<< "${RANKS:-1 2 3 5}"
echo "1..${#counts[@]}"
for ranks in "${counts[@]}"; do
  n=$((n + 1))
  # shellcheck disable=SC2086
  if out=$(CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 300 $MPIRUN -n "$ranks" "$1" 2>&1); then
    echo "ok $n - $(basename "$1") on $ranks ranks"
  else
    echo "not ok $n - $(basename "$1") on $ranks ranks"
    printf '%s\n' "$out" | tail -n 30 | sed 's/^/# /'
  fi
done
