#!/usr/bin/env bash
# All tests: vet, unit and browser tests, then races. Prints what it skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/tools.sh

FOLKMOOT_CHROMIUM="$(find_chromium)"
if [ -n "$FOLKMOOT_CHROMIUM" ]; then
  export FOLKMOOT_CHROMIUM
else
  unset FOLKMOOT_CHROMIUM
  skip "browser tests: no Chromium was found (apt-get install chromium, or set FOLKMOOT_CHROMIUM)"
fi
if [ -z "${FOLKMOOT_TEST_DATA:-}" ]; then
  skipped+=("public test data: FOLKMOOT_TEST_DATA names no folder; generated instances ran")
fi

echo "== go vet"
go vet ./...
echo "== go test"
gotest -shuffle=on -timeout 15m ./...
scripts/ci/race.sh
say_skipped
echo "== all tests passed"
