#!/usr/bin/env bash
# run_one.sh TEST: its TAP as prove wants it; cmocka marks a skipped test "not ok".
set -o pipefail
"$@" | sed 's/^not ok \([0-9]*\) # SKIP/ok \1 # SKIP/'
