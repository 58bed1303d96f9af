#!/usr/bin/env bash
# Puts `archlint` on the path of the later steps: a released binary by checksum, or built from this action's source.
set -euo pipefail
fail() {
  echo "::error title=archlint::$1"
  exit 2
}
bin="$RUNNER_TEMP/archlint-bin"
mkdir -p "$bin"
if [ "$INPUT_VERSION" = source ]; then
  cargo build --release --locked --manifest-path "$GITHUB_ACTION_PATH/Cargo.toml" --target-dir "$RUNNER_TEMP/archlint-target"
  cp "$RUNNER_TEMP/archlint-target/release/archlint" "$bin/"
else
  [ -n "$INPUT_SHA256" ] || fail "a version needs its sha256"
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    *) fail "no binary is released for $(uname -s) on $(uname -m): use version: source" ;;
  esac
  archive="$RUNNER_TEMP/archlint.tar.gz"
  url="https://github.com/archlint/archlint/releases/download/v$INPUT_VERSION/archlint-$target.tar.gz"
  curl --fail --location --silent --show-error --retry 3 --output "$archive" "$url" || fail "cannot download $url"
  if command -v sha256sum >/dev/null; then sum=$(sha256sum < "$archive"); else sum=$(shasum -a 256 < "$archive"); fi
  [ "${sum%% *}" = "$INPUT_SHA256" ] || fail "the checksum of $url is ${sum%% *}, not $INPUT_SHA256"
  tar -xzf "$archive" -C "$bin" archlint
fi
echo "$bin" >> "$GITHUB_PATH"
