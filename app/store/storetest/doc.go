// Package storetest is the suite that every store engine must pass. What an
// engine may be relied on for is what is asked here: documents, races,
// queries against a model, index changes, large documents, files, and
// processes that are killed while they write.
//
// An engine's own tests call [Run], [Crash] and [Processes]. The model of
// queries is [domaintest.Memory], so what unit tests of services stand on and
// what serves in production are held to the same answers.
package storetest
