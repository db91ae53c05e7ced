package main

import (
	"math/rand/v2"
	"time"

	"folkmoot/app/highs"
	"folkmoot/app/store"
	"folkmoot/bots/slack/workspace"
	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
)

// parts are what a house is built on. What is left out the house opens and
// ends itself; what is given stays open when the house closes, as the world
// outside stays when a program dies.
type parts struct {
	engine, ring store.Engine
	solver       *highs.Engine
	network      *gateway.Network // given together with gateways
	gateways     []gateway.Gateway
	post         *gateway.Post        // simulated email
	workspace    *workspace.Workspace // served at workspaceURL
	workspaceURL string

	machine func() time.Time                      // the machine's clock
	seals   func(domain.Vault) domain.Vault       // what stands between the services and the vault
	jitter  func(max time.Duration) time.Duration // between nought and max
}

func (p parts) filled() parts {
	if p.machine == nil {
		p.machine = time.Now
	}
	if p.seals == nil {
		p.seals = func(v domain.Vault) domain.Vault { return v }
	}
	if p.jitter == nil {
		p.jitter = func(max time.Duration) time.Duration { return time.Duration(rand.Int64N(int64(max) + 1)) }
	}
	return p
}

// ending is a function that ends something.
type ending func() error

// Close implements io.Closer.
func (f ending) Close() error { return f() }
