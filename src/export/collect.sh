set -u
umask 077
out=${1:-azure-export}
work=$out/.collect
mkdir -p "$work" || exit 2
: >"$work/failed"

# The name that stands behind a word in an id.
part() {
  printf '%s\n' "$1" | awk -F/ -v word="$2" \
    '{ for (i = 1; i < NF; i++) if (tolower($i) == tolower(word)) { print $(i + 1); exit } }'
}

# A file name for an id: its last name as far as it is plain, and a checksum of the whole.
label() {
  printf '%s\n' "$1" | awk -F/ '{ name = $NF; gsub(/[^A-Za-z0-9_-]/, "_", name); printf "%s", substr(name, 1, 60) }'
  printf '%s\n' "$1" | cksum | awk '{ printf ".%s", $1 }'
}

# A text inside a JSON string.
json() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

failed() {
  printf '%s: %s\n' "$*" "$(head -n 1 "$work/errors")" >>"$work/failed"
}

# save NAME ID COMMAND...: keeps what a command prints, unless it is there. With an id the file says what it shows.
save() {
  target=$out/$1.json
  shows=$2
  shift 2
  if [ -e "$target" ]; then return 0; fi
  printf '%s\n' "$*" >&2
  if "$@" >"$work/part" 2>"$work/errors" </dev/null && [ -s "$work/part" ]; then
    if [ -n "$shows" ]; then
      {
        printf '{ "attach": "%s", "output":\n' "$(json "$shows")"
        cat "$work/part"
        printf '}\n'
      } >"$work/whole" && mv -f "$work/whole" "$target"
    else
      mv -f "$work/part" "$target"
    fi
  else
    failed "$@"
  fi
}

# names FILE COMMAND...: keeps the lines that a command prints, unless they are there, and prints them.
names() {
  lines=$work/$1
  shift
  if [ ! -e "$lines" ]; then
    if "$@" >"$work/part" 2>"$work/errors" </dev/null; then
      tr -d '\r' <"$work/part" >"$work/whole" && mv -f "$work/whole" "$lines"
    else
      failed "$@"
      return 0
    fi
  fi
  cat "$lines"
}

# of_type TYPE KIND SKU NOT_SKU: the ids of the resources of a type, with patterns on their kind and sku.
of_type() {
  awk -F '\t' -v type="$1" -v kind="$2" -v sku="$3" -v other="$4" \
    'tolower($1) == type && tolower($2) ~ kind && tolower($3) ~ sku && (other == "" || tolower($3) !~ other) { print $4 }' \
    "$work/resources"
}

# holding TYPE: the ids of the resource groups that hold resources of a type.
holding() {
  while IFS= read -r group <&4; do
    if of_type "$1" '' '' '' | awk -v group="$group/" \
      'index(tolower($0), tolower(group)) == 1 { found = 1 } END { exit !found }'; then
      printf '%s\n' "$group"
    fi
  done 4<"$work/groups"
}
