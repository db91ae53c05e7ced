//go:build !race

package storetest

// racing is set under the race detector, which makes SQLite some twenty times
// slower.
const racing = false
