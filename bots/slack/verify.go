package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"folkmoot/domain"
)

// Window is how far a request's timestamp may be off.
const Window = 5 * time.Minute

// Verify checks Slack's signature over the raw body. Two secrets are tried
// while one replaces the other; an empty secret never fits.
func Verify(secrets []string, timestamp, signature string, body []byte, now time.Time) error {
	denied := domain.E(domain.Forbidden, "the request does not carry Slack's signature")
	sec, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return denied
	}
	if off := now.Sub(time.Unix(sec, 0)); off > Window || off < -Window {
		return domain.E(domain.Forbidden, "the request's timestamp is more than five minutes off; check the clock of this machine")
	}
	for _, secret := range secrets {
		if secret != "" && hmac.Equal([]byte(signature), []byte(Sign(secret, timestamp, body))) {
			return nil
		}
	}
	return denied
}

// Sign makes the signature Slack would send.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", timestamp, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
