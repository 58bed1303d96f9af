#!/usr/bin/env bash
# Runs the check once, writes summary, annotations, SARIF and outputs. The gate is a later step, so that all of this is
# there when it fails.
set -uo pipefail
run="$RUNNER_TEMP/archlint-run.json"
markdown="$RUNNER_TEMP/archlint-summary.md"
annotations="$RUNNER_TEMP/archlint-annotations.txt"
arguments=(check --format concise --show-unknown --output "json=$run" --output "markdown=$markdown"
  --output "github=$annotations" --output "sarif=$INPUT_SARIF" --fail-on "$INPUT_FAIL_ON")
[ "$INPUT_STRICT" = true ] && arguments+=(--strict)
[ -n "$INPUT_CONFIG" ] && arguments+=(--config "$INPUT_CONFIG")
[ -n "$INPUT_BASELINE" ] && arguments+=(--baseline "$INPUT_BASELINE")
[ -n "$INPUT_CHANGED_SINCE" ] && arguments+=(--changed-since "$INPUT_CHANGED_SINCE")
# One value per line, so that paths may hold spaces.
while IFS= read -r line; do [ -n "$line" ] && arguments+=(--pack "$line"); done <<< "$INPUT_PACKS"
while IFS= read -r line; do [ -n "$line" ] && arguments+=(--parameters "$line"); done <<< "$INPUT_PARAMETERS"
while IFS= read -r line; do [ -n "$line" ] && arguments+=("$line"); done <<< "$INPUT_PATHS"
rm -f "$run" "$markdown" "$annotations"
archlint "${arguments[@]}"
code=$?
case $code in
  0) result=passed ;;
  1) result=findings ;;
  3) result=nothing ;;
  *) result=wrong ;;
esac
count() {
  if [ -f "$run" ]; then sed -n "s/^    \"$1\": \([0-9]*\),\{0,1\}$/\1/p" "$run" | head -n 1; else echo 0; fi
}
{
  echo "result=$result"
  echo "errors=$(count errors)"
  echo "warnings=$(count warnings)"
  echo "notes=$(count notes)"
  echo "unknown=$(count unknown)"
  echo "not-checked=$(count couldNotBeChecked)"
  echo "sarif-file=$INPUT_SARIF"
  echo "run-file=$run"
} >> "$GITHUB_OUTPUT"
if [ "$INPUT_SUMMARY" = true ] && [ -f "$markdown" ]; then cat "$markdown" >> "$GITHUB_STEP_SUMMARY"; fi
if [ "$INPUT_ANNOTATE" = true ] && [ -f "$annotations" ]; then cat "$annotations"; fi
exit 0
