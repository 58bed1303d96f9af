#!/usr/bin/env bash
# Runs the check once, writes summary, annotations, SARIF and outputs. The gate is a later step, so that all of this is
# there when it fails.
set -uo pipefail
run="$RUNNER_TEMP/archlint-run.json"
markdown="$RUNNER_TEMP/archlint-summary.md"
annotations="$RUNNER_TEMP/archlint-annotations.txt"
report="$RUNNER_TEMP/archlint-report.html"
arguments=(check --format concise --show-unknown --output "json=$run" --output "markdown=$markdown"
  --output "github=$annotations" --output "sarif=$INPUT_SARIF" --output "html=$report" --fail-on "$INPUT_FAIL_ON")
[ "$INPUT_STRICT" = true ] && arguments+=(--strict)
[ -n "$INPUT_CONFIG" ] && arguments+=(--config "$INPUT_CONFIG")
[ -n "$INPUT_BASELINE" ] && arguments+=(--baseline "$INPUT_BASELINE")
if [ -z "$INPUT_CHANGED_SINCE" ] && [ "$INPUT_CHANGED_ONLY" = true ]; then
  if [ -n "${GITHUB_BASE_REF:-}" ]; then
    INPUT_CHANGED_SINCE="origin/$GITHUB_BASE_REF"
  else
    echo "::notice title=archlint::changed-only holds in pull requests; everything is reported"
  fi
fi
[ -n "$INPUT_CHANGED_SINCE" ] && arguments+=(--changed-since "$INPUT_CHANGED_SINCE")
# One value per line, so that paths may hold spaces.
while IFS= read -r line; do [ -n "$line" ] && arguments+=(--pack "$line"); done <<< "$INPUT_PACKS"
while IFS= read -r line; do [ -n "$line" ] && arguments+=(--parameters "$line"); done <<< "$INPUT_PARAMS"
while IFS= read -r line; do [ -n "$line" ] && arguments+=("$line"); done <<< "$INPUT_ARGS"
while IFS= read -r line; do [ -n "$line" ] && arguments+=("$line"); done <<< "$INPUT_PATHS"
rm -f "$run" "$markdown" "$annotations" "$report" "$INPUT_SARIF"
archlint "${arguments[@]}"
code=$?
case $code in
  0) result=passed ;;
  1) result=findings ;;
  3) result=nothing ;;
  *) result=wrong ;;
esac
count() {
  local found=""
  if [ -f "$run" ]; then found=$(sed -n "s/^    \"$1\": \([0-9]*\),\{0,1\}$/\1/p" "$run" | head -n 1); fi
  echo "${found:-0}"
}
# A file that was not written is not named, so that no later step looks for it.
written() { if [ -f "$1" ]; then echo "$1"; fi; }
new=$(($(count errors) + $(count warnings) + $(count notes)))
{
  echo "result=$result"
  echo "total=$((new + $(count known)))"
  echo "new=$new"
  echo "errors=$(count errors)"
  echo "warnings=$(count warnings)"
  echo "notes=$(count notes)"
  echo "unknown=$(count unknown)"
  echo "not-checked=$(count couldNotBeChecked)"
  echo "sarif-file=$(written "$INPUT_SARIF")"
  echo "report-file=$(written "$report")"
  echo "run-file=$(written "$run")"
} >> "$GITHUB_OUTPUT"
if [ "$INPUT_SUMMARY" = true ]; then
  if [ -f "$markdown" ]; then cat "$markdown"; else printf '# archlint\n\nThe check could not run: the log of this step says why.\n'; fi >> "$GITHUB_STEP_SUMMARY"
fi
if [ "$INPUT_ANNOTATE" = true ] && [ -f "$annotations" ]; then cat "$annotations"; fi
exit 0
