// Package beacon checks rounds of the drand network quicknet offline, and
// reads them from the files that its operators publish.
//
// A round's signature is the network's BLS signature of the round number; its
// randomness is the SHA-256 of the signature. Nobody can know it before the
// round, and everyone can check it afterwards. Fetching a round is deliberately
// left to the operator: a draw needs no network.
package beacon

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cloudflare/circl/sign/bls"

	"folkmoot/domain/sortition"
)

// Key is the public key of quicknet.
const Key = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c" +
	"8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb" +
	"5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"

// The first round of quicknet and the time between rounds.
const (
	genesis = 1692803367 // Unix seconds
	period  = 3 * time.Second
)

// RoundAt is the first round that is published at or after the given time.
func RoundAt(t time.Time) uint64 {
	since := t.Sub(time.Unix(genesis, 0))
	if since <= 0 {
		return 1
	}
	return uint64((since+period-1)/period) + 1
}

// TimeOf is when a round is published, in UTC.
func TimeOf(round uint64) time.Time {
	return time.Unix(genesis, 0).UTC().Add(time.Duration(round-1) * period)
}

// Verify checks that a round is genuine: its signature is quicknet's for its
// number, and its randomness is the signature's hash.
func Verify(b sortition.Beacon) error {
	signature, err := hex.DecodeString(b.Signature)
	if err != nil {
		return fmt.Errorf("the signature of round %d is not hexadecimal", b.Round)
	}
	raw, err := hex.DecodeString(Key)
	if err != nil {
		return fmt.Errorf("reading the network's key: %w", err)
	}
	key := new(bls.PublicKey[bls.KeyG2SigG1])
	if err := key.UnmarshalBinary(raw); err != nil {
		return fmt.Errorf("reading the network's key: %w", err)
	}
	message := sha256.Sum256(binary.BigEndian.AppendUint64(nil, b.Round))
	if !bls.Verify(key, message[:], signature) {
		return fmt.Errorf("the signature of round %d is not the network's", b.Round)
	}
	sum := sha256.Sum256(signature)
	if hex.EncodeToString(sum[:]) != b.Randomness {
		return fmt.Errorf("the randomness of round %d is not the hash of its signature", b.Round)
	}
	return nil
}

// ErrNoRound is returned when a file does not hold the round asked for.
var ErrNoRound = errors.New("the file does not hold that round")

// Read finds a round in JSON: one round as the network's servers give it, or
// an object with a list called rounds. The round is checked.
func Read(r io.Reader, round uint64) (sortition.Beacon, error) {
	var file struct {
		sortition.Beacon
		Rounds []sortition.Beacon `json:"rounds"`
	}
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return sortition.Beacon{}, fmt.Errorf("reading the beacon file: %w", err)
	}
	for _, b := range append(file.Rounds, file.Beacon) {
		if b.Round == round {
			return b, Verify(b)
		}
	}
	return sortition.Beacon{}, fmt.Errorf("%w: %d", ErrNoRound, round)
}
