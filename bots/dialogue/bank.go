package dialogue

import "regexp"

// bankShapes are what account and card numbers look like: a sort code with
// dashes or beside an account number, an IBAN, a long card number.
var bankShapes = regexp.MustCompile(`(?i)\b\d{2}-\d{2}-\d{2}\b.{0,30}\b\d{8}\b|\bsort ?code\b.{0,20}\d{2}[- ]?\d{2}[- ]?\d{2}|\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?\b|\b\d{4} \d{4} \d{4} \d{4}\b`)

// bankNumbers reports whether a text holds bank or card numbers. They are
// never taken by text, not even as an answer in own words.
func bankNumbers(raw string) bool { return bankShapes.MatchString(raw) }
