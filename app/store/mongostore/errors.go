package mongostore

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"

	"folkmoot/domain"
)

// Codes of the server, by what they mean to us. Source: MongoDB's
// error_codes.yml.
var (
	codesAway = []int{ // the server says: not now, or not here
		6, 7, 50, 64, 89, 91, 100, 112, 133, 134, 189, 216, 262, 279, 317, 318, 358, 384,
		9001, 10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031, 20, 43,
	}
	codesAccess = []int{8000, 13, 18, 33, 334, 391}
	codesFull   = []int{14031}
	codesLarge  = []int{10334, 17280, 17419, 17420}
)

// translate turns what the driver answers into the program's codes.
func translate(err error) error {
	var ours *domain.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), mongo.IsTimeout(err):
		return domain.E(domain.Unavailable, "the time for this ran out; try again").Because(err)
	case errors.Is(err, mongo.ErrClientDisconnected):
		return domain.E(domain.Unavailable, "the store was closed").Because(err)
	case has(err, codesAccess):
		return domain.E(domain.Unavailable, "the database refuses this program's user; check the connection string and the user's roles").Because(err)
	case has(err, codesFull):
		return domain.E(domain.Unavailable, "the database's disk is full; nothing was changed; make room on it").Because(err)
	case has(err, codesLarge), errors.Is(err, driver.ErrDocumentTooLarge):
		return domain.E(domain.Conflict, "this record is full; nothing more can be added to it").Because(err)
	case away(err):
		return domain.E(domain.Unavailable, "the database cannot be reached or is changing its primary; try again").Because(err)
	}
	return domain.E(domain.Internal, "the database did not understand a command").Because(err)
}

// has reports whether the server answered one of the codes.
func has(err error, codes []int) bool {
	var se mongo.ServerError
	if !errors.As(err, &se) {
		return false
	}
	return slices.ContainsFunc(codes, se.HasErrorCode)
}

// away reports whether another attempt later may well succeed. An error that
// is not the server's answer is one of the way there.
func away(err error) bool {
	var se mongo.ServerError
	if !errors.As(err, &se) {
		return !errors.Is(err, mongo.ErrNilDocument)
	}
	for _, label := range []string{"RetryableWriteError", "RetryableError", "TransientTransactionError", "NetworkError", "SystemOverloadedError"} {
		if se.HasErrorLabel(label) {
			return true
		}
	}
	return mongo.IsNetworkError(err) || has(err, codesAway)
}
