#!/usr/bin/env bash
# Tests under the race detector: the packages with goroutines of their own and
# the domain services. The pure engines are left out; they start none and take
# long. So is the MongoDB engine, whose concurrency is the driver's own.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/tools.sh

if ! command -v gcc >/dev/null; then
  skip "race detector: no gcc was found (apt-get install gcc libc6-dev)"
  say_skipped
  exit 0
fi
mapfile -t packages < <(go list ./... |
  grep -E '^folkmoot/(app/(store|vault|httpx|api)|bots|jobs|domain)(/|$)' |
  grep -vE '^folkmoot/(domain/(sortition|seating)|app/store/mongostore)(/|$)')
if ((${#packages[@]} < 10)); then
  echo "FAIL: found ${#packages[@]} packages to race; go list failed or the layout changed" >&2
  exit 1
fi
echo "== go test -race, ${#packages[@]} packages"
export CGO_ENABLED=1
gotest -race -shuffle=on -count=1 -timeout 15m "${packages[@]}"
say_skipped
