package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/app/httpx"
)

// TestTracesReachTheCollector is not parallel: the tracer is the program's.
func TestTracesReachTheCollector(t *testing.T) {
	var got atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Add(int64(len(body)))
	}))
	defer collector.Close()
	stop, err := startTraces(t.Context(), collector.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	m := newMetrics()
	m.Served(httpx.Served{Method: "GET", Route: "/healthz", Status: 200, Duration: time.Millisecond})
	m.JobRan("relay", "ok", 3, time.Millisecond)
	if err := stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.Load() == 0 {
		t.Error("the collector heard nothing")
	}
}
