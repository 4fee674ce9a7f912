# shellcheck shell=bash
# python.sh -- sourced by tests that compare with PyTorch.

# Prints the first Python that has it: $PYTHON, the one in PATH, the system's
# (Debian's python3-torch is seen by the system's alone).
python_with_torch() {
  local p
  for p in ${PYTHON:-} python3 /usr/bin/python3; do
    if "$p" -c 'import torch' 2>/dev/null; then
      echo "$p"
      return 0
    fi
  done
  return 1
}
