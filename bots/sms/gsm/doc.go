// Package gsm counts what a text message costs: its alphabet, its units and
// its segments, exactly as networks bill them (3GPP TS 23.038 and 23.040).
//
// Invariants: a text of only GSM-7 letters is counted in septets, 160 in one
// segment or 153 in each of several, the extension table's letters counting
// two that are never split; any other letter makes the whole text UCS-2, 70
// units or 67 each, a surrogate pair never split.
//
// What it deliberately does not do: change a text. Fix offers typographic
// replacements only (quotes, dashes, spaces), never letters: a name's accents
// are worth a segment.
package gsm
