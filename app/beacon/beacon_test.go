package beacon_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"folkmoot/app/beacon"
	"folkmoot/domain/sortition"
)

// round1000 is a recorded round of the public network.
var round1000 = sortition.Beacon{
	Round:      1000,
	Signature:  "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
	Randomness: "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
}

func TestVerify(t *testing.T) {
	t.Parallel()
	if err := beacon.Verify(round1000); err != nil {
		t.Errorf("a genuine round: %v", err)
	}
	for name, change := range map[string]func(*sortition.Beacon){
		"round":      func(b *sortition.Beacon) { b.Round++ },
		"signature":  func(b *sortition.Beacon) { b.Signature = "a" + b.Signature[1:] },
		"short":      func(b *sortition.Beacon) { b.Signature = b.Signature[:10] },
		"not hex":    func(b *sortition.Beacon) { b.Signature = "zz" },
		"randomness": func(b *sortition.Beacon) { b.Randomness = strings.Repeat("0", 64) },
	} {
		changed := round1000
		change(&changed)
		if err := beacon.Verify(changed); err == nil {
			t.Errorf("%s: a changed round was accepted", name)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	one := `{"round":1000,"signature":"` + round1000.Signature + `","randomness":"` + round1000.Randomness + `"}`
	for _, file := range []string{one, `{"network":"quicknet","rounds":[` + one + `]}`} {
		if got, err := beacon.Read(strings.NewReader(file), 1000); err != nil || got != round1000 {
			t.Errorf("got %v, %v", got, err)
		}
		if _, err := beacon.Read(strings.NewReader(file), 1001); !errors.Is(err, beacon.ErrNoRound) {
			t.Errorf("another round: %v", err)
		}
	}
	if _, err := beacon.Read(strings.NewReader("no"), 1); err == nil {
		t.Error("a broken file was read")
	}
}

func TestRoundTimes(t *testing.T) {
	t.Parallel()
	for _, round := range []uint64{1, 2, 1000, 33_000_000} {
		if got := beacon.RoundAt(beacon.TimeOf(round)); got != round {
			t.Errorf("round %d: got %d", round, got)
		}
		if got := beacon.RoundAt(beacon.TimeOf(round).Add(time.Millisecond)); got != round+1 {
			t.Errorf("just after round %d: got %d", round, got)
		}
	}
	if got := beacon.RoundAt(time.Unix(0, 0)); got != 1 {
		t.Errorf("before the network: round %d", got)
	}
}
