package rounds

import "time"

// day is how far the EHR's clock may be from the host's before its Date is taken for a mistake, and
// how far ahead a record may be dated where there is no Date.
const day = 24 * time.Hour

// GoOnFrom is the time from which to ask next: the latest of those seen on this page, or since, from
// which was asked, where none is later.
//
// A time that is ahead of the EHR's clock does not count: what changes until then would never be
// told. That clock is the answer's Date, unless it is more than a day from the host's; and since
// itself is put back to it where it is ahead. Without such a Date, what is dated more than a day
// ahead of the host's clock does not count. So what this answers is the EHR's own word or since, and
// never the host's clock.
//
// What does not count is told all the same: it is only not asked from. Where since is more than a
// day ahead and no Date says from when, the error is a [CursorLost].
func GoOnFrom(context Context, answer Response, since time.Time, seen ...time.Time) (time.Time, error) {
	now, err := ParseTime(context.Now)
	if err != nil {
		return time.Time{}, err
	}
	date, _ := answer.Header("date")
	clock, hasClock := ParseHTTPTime(date)
	hasClock = hasClock && clock.Sub(now).Abs() <= day
	isAhead := func(instant time.Time) bool {
		if hasClock {
			// Date is cut to the second.
			return instant.Truncate(time.Second).After(clock)
		}
		return instant.Add(-day).After(now)
	}
	from := since
	switch {
	case isAhead(since) && !hasClock:
		return time.Time{}, CursorLost("a cursor of the future")
	case isAhead(since):
		from = clock
	}
	for _, instant := range seen {
		if instant.After(from) && !isAhead(instant) {
			from = instant
		}
	}
	return from, nil
}
