package outreach

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// ServiceTimes say how soon people's messages were seen to: of the last items
// answered or closed, how long the middle one and nine in ten of them waited,
// and how long the oldest that is open waits already.
type ServiceTimes struct {
	Open       int64 `json:"open"`
	OldestOpen int64 `json:"oldest_open_seconds"`
	Counted    int   `json:"counted"`        // items the rest is of
	Taken      int64 `json:"taken_seconds"`  // median from coming in to being taken
	Median     int64 `json:"median_seconds"` // from coming in to being answered or closed
	Ninth      int64 `json:"ninth_seconds"`  // nine in ten were done by then
}

// countedItems bounds what one look at the times reads.
const countedItems = 200

// QueueTimes answers the service times of a process's queue.
func (s *Service) QueueTimes(ctx context.Context, a domain.Actor, process string) (ServiceTimes, error) {
	if err := s.mayQueue(ctx, a, process); err != nil {
		return ServiceTimes{}, err
	}
	var out ServiceTimes
	var err error
	if out.Open, err = s.QueueCount(ctx, process); err != nil {
		return out, err
	}
	now := s.Clock.Now()
	for i, err := range s.Queue.Find(ctx, domain.Query{Index: "process", Equal: []any{process, ItemOpen}, Limit: countedItems}) {
		if err != nil {
			return out, err
		}
		out.OldestOpen = max(out.OldestOpen, seconds(now.Sub(i.At)))
	}
	var taken, done []int64
	for _, state := range []string{ItemAnswered, ItemClosed} {
		for i, err := range s.Queue.Find(ctx, domain.Query{Index: "process", Equal: []any{process, state}, Reverse: true, Limit: countedItems}) {
			if err != nil {
				return out, err
			}
			if !i.Claimed.IsZero() {
				taken = append(taken, seconds(i.Claimed.Sub(i.At)))
			}
			done = append(done, seconds(i.done().Sub(i.At)))
		}
	}
	out.Counted, out.Taken, out.Median, out.Ninth = len(done), at(taken, 50), at(done, 50), at(done, 90)
	return out, nil
}

// done is when the item was seen to.
func (i Item) done() time.Time {
	if !i.Answered.IsZero() {
		return i.Answered
	}
	return i.Closed
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// at is the value below which so many in a hundred lie, 0 of none.
func at(list []int64, percent int) int64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)-1)*percent/100]
}
