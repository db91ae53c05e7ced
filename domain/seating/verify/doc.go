// Package verify checks the export of a table plan with code of its own: it
// reads the request and the seats, and shares nothing with the search but the
// shape of the data. It does not ask whether a better plan exists; it says
// which of the plan's counts are the best that tables of these sizes allow.
package verify
