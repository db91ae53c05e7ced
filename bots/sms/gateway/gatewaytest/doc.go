// Package gatewaytest holds what every gateway must pass: one conformance
// suite, and a fake provider that speaks Twilio's real protocol over loopback
// with its magic numbers, limits and faults.
//
// It is for tests only. The fake provider counts what it accepted, so that a
// test can tell a message sent twice from one sent once.
package gatewaytest
