#!/usr/bin/env bash
# Formatting and vet always; golangci-lint where it is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

unformatted="$(git ls-files -z '*.go' | xargs -0 gofmt -l)"
if [ -n "$unformatted" ]; then
  echo "not formatted (run gofmt -w):" >&2
  echo "$unformatted" >&2
  exit 1
fi
go vet ./...
if command -v golangci-lint >/dev/null; then
  golangci-lint run
else
  echo "SKIPPED: golangci-lint is not installed; gofmt and go vet passed"
fi
