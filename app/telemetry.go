package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.26.0"
	oteltrace "go.opentelemetry.io/otel/trace"

	"folkmoot/app/httpx"
	"folkmoot/config"
)

// metrics counts what the program does. Labels are routes, jobs and outcomes,
// never paths, ids or numbers.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.CounterVec
	jobItems *prometheus.CounterVec
	jobTime  *prometheus.HistogramVec
	events   *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "folkmoot_http_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route", "status"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "folkmoot_job_runs_total", Help: "Runs of jobs, by outcome.",
		}, []string{"job", "outcome"}),
		jobItems: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "folkmoot_job_items_total", Help: "Things that jobs did.",
		}, []string{"job"}),
		jobTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "folkmoot_job_seconds", Help: "Time of a job's run.", Buckets: prometheus.ExponentialBuckets(.001, 4, 9),
		}, []string{"job"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "folkmoot_events_total", Help: "Events of the bots, by kind.",
		}, []string{"kind"}),
	}
	m.registry.MustRegister(m.requests, m.jobs, m.jobItems, m.jobTime, m.events,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Served counts an answered request.
func (m *metrics) Served(s httpx.Served) {
	m.requests.WithLabelValues(s.Method, s.Route, strconv.Itoa(s.Status)).Observe(s.Duration.Seconds())
	span(s.Method+" "+s.Route, s.Duration, attribute.Int("http.response.status_code", s.Status))
}

// span records a piece of work that has just ended as a trace of its own.
// Without an endpoint nothing is kept.
func span(name string, took time.Duration, attrs ...attribute.KeyValue) {
	end := time.Now()
	_, s := otel.Tracer("folkmoot").Start(context.Background(), name,
		oteltrace.WithTimestamp(end.Add(-took)), oteltrace.WithAttributes(attrs...))
	s.End(oteltrace.WithTimestamp(end))
}

// JobRan implements jobs.Metrics.
func (m *metrics) JobRan(job, outcome string, count int, took time.Duration) {
	m.jobs.WithLabelValues(job, outcome).Inc()
	m.jobItems.WithLabelValues(job).Add(float64(count))
	if outcome != "elsewhere" {
		m.jobTime.WithLabelValues(job).Observe(took.Seconds())
		span("job "+job, took, attribute.String("outcome", outcome), attribute.Int("count", count))
	}
}

// Count counts an event of a bot.
func (m *metrics) Count(kind string) { m.events.WithLabelValues(kind).Inc() }

// newLog makes the log: json or text, one line an event.
func newLog(w io.Writer, t config.Telemetry) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(t.LogLevel)) // checked when it was read
	o := &slog.HandlerOptions{Level: level}
	if t.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// startTraces sends traces to an OTLP collector; without an endpoint nothing
// is traced. stop flushes what is left.
func startTraces(ctx context.Context, endpoint, version string) (stop func(context.Context) error, err error) {
	if endpoint == "" {
		return func(context.Context) error { return nil }, nil
	}
	exp, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, fmt.Errorf("opening the trace endpoint: %w", err)
	}
	res := resource.NewSchemaless(semconv.ServiceName("folkmoot"), semconv.ServiceVersion(version))
	tp := trace.NewTracerProvider(trace.WithBatcher(exp), trace.WithResource(res))
	otel.SetTracerProvider(tp)
	return tp.Shutdown, nil
}
