package httpx

import (
	"context"

	"folkmoot/domain"
)

type contextKey int

const (
	actorKey contextKey = iota
	requestIDKey
	clientIPKey
)

// WithActor puts who asks into the context.
func WithActor(ctx context.Context, a domain.Actor) context.Context {
	return context.WithValue(ctx, actorKey, a)
}

// Actor is who asks; the public through no known door when nobody was put
// there.
func Actor(ctx context.Context) domain.Actor {
	if a, ok := ctx.Value(actorKey).(domain.Actor); ok {
		return a
	}
	return domain.PublicActor("")
}

// RequestID names the request in answers and logs, "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// ClientIP is the address of the client, behind trusted proxies too.
func ClientIP(ctx context.Context) string {
	ip, _ := ctx.Value(clientIPKey).(string)
	return ip
}
