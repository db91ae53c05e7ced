package main

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"folkmoot/app/beacon"
	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// drand is the public beacon as recruitment sees it: checked offline, never
// fetched.
type drand struct{}

// At is when the round comes out.
func (drand) At(round uint64) time.Time { return beacon.TimeOf(round) }

// Randomness answers a round's randomness when its signature is the beacon's.
func (drand) Randomness(round uint64, signature string) (string, error) {
	b := sortition.Beacon{Round: round, Signature: signature}
	sig, err := hex.DecodeString(signature)
	if err == nil {
		sum := sha256.Sum256(sig)
		b.Randomness = hex.EncodeToString(sum[:])
		err = beacon.Verify(b)
	}
	if err != nil {
		return "", domain.Problems{"signature": "this is not the beacon's signature of that round; copy it from the network's page"}.Err()
	}
	return b.Randomness, nil
}
