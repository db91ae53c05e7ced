package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that must not be shown. However it is printed, logged or
// encoded, it reads [redacted], or nothing when it is empty.
type Secret string

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// GoString redacts %#v.
func (s Secret) GoString() string { return s.String() }

// Format redacts every verb, %x and %d too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue redacts logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText redacts JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
