#!/usr/bin/env bash
# Puts `archlint` on the path of the later steps: a released binary by checksum, or built from this action's source.
set -euo pipefail
bin="$RUNNER_TEMP/archlint-bin"
mkdir -p "$bin"
if [ "$INPUT_VERSION" = source ]; then
  cargo build --release --locked --manifest-path "$GITHUB_ACTION_PATH/Cargo.toml" --target-dir "$RUNNER_TEMP/archlint-target"
  cp "$RUNNER_TEMP/archlint-target/release/archlint" "$bin/"
else
  if [ -z "$INPUT_SHA256" ]; then
    echo "::error title=archlint::a version needs its sha256"
    exit 2
  fi
  archive="$RUNNER_TEMP/archlint.tar.gz"
  url="https://github.com/archlint/archlint/releases/download/v$INPUT_VERSION/archlint-x86_64-unknown-linux-musl.tar.gz"
  curl --fail --location --silent --show-error --retry 3 --output "$archive" "$url"
  echo "$INPUT_SHA256  $archive" | sha256sum --check --quiet
  tar -xzf "$archive" -C "$bin" archlint
fi
echo "$bin" >> "$GITHUB_PATH"
