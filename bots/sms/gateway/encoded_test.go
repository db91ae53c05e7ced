package gateway_test

import (
	"encoding/base64"
	"testing"

	"folkmoot/bots/sms/gateway"
)

func TestMaybeEncoded(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"eWVzIHBsZWFzZQ==": true,
		base64.StdEncoding.EncodeToString([]byte("Tak, chętnie. Dziękuję!")):         true,
		base64.StdEncoding.EncodeToString([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 200}): false, // not a text
		"yes":                  false,
		"STOP":                 false,
		"interestedinthisjury": false,
		"Rhindfleischetikette": false,
		"GL16 7QD please":      false,
		"1234567890123456":     false,
		"":                     false,
	} {
		if got := gateway.MaybeEncoded(body); got != want {
			t.Errorf("%q: %t, want %t", body, got, want)
		}
	}
}
