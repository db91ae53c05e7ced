# Sourced by the other scripts: finds the optional tools and keeps the list of
# what was skipped for want of one. Under CI=true a missing tool is a failure.
skipped=()

skip() {
  if [ "${CI:-}" = true ]; then
    echo "FAIL: $1; under CI=true nothing is skipped" >&2
    exit 1
  fi
  skipped+=("$1")
}

find_chromium() {
  local name
  for name in "${FOLKMOOT_CHROMIUM:-chromium}" chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then
      command -v "$name"
      return
    fi
  done
}

say_skipped() {
  local s
  for s in "${skipped[@]}"; do echo "SKIPPED: $s"; done
}

# Runs go test with its output intact and the reasons of skipped tests listed
# at the end.
gotest() {
  go test -json "$@" | go run ./scripts/gotest
}
