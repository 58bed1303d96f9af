#!/usr/bin/env bash
# Fails the job when the check did not pass.
set -euo pipefail
case "$RESULT" in
  passed) echo "archlint: passed" ;;
  findings) echo "::error title=archlint::findings at or above the threshold"; exit 1 ;;
  nothing) echo "::error title=archlint::nothing was checked, or not everything could be decided"; exit 3 ;;
  *) echo "::error title=archlint::the configuration, a pack or an input is in error"; exit 2 ;;
esac
