// Package locales carries the texts residents get, one file per language in
// go-i18n's message format. English is the source; a language is added by
// adding its file. Package flows reads and checks them.
package locales

import "embed"

// FS holds the message files at its root.
//
//go:embed *.toml
var FS embed.FS
