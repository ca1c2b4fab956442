package rounds

import "time"

// ParseTime is the instant that an EHR's answer gives in RFC 3339, or an [UnexpectedResponse] for
// a time without an offset, or no time at all. Compare instants, never texts.
func ParseTime(text string) (time.Time, error) {
	instant, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, UnexpectedResponse("no RFC 3339 time with an offset")
	}
	return instant.UTC(), nil
}

// ParseHTTPTime is the instant that an HTTP header as Date gives, where it is one.
func ParseHTTPTime(text string) (instant time.Time, found bool) {
	instant, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", text)
	return instant, err == nil
}

// FormatTime is an instant in RFC 3339, in UTC, with no more decimals than it has.
func FormatTime(instant time.Time) string { return instant.UTC().Format(time.RFC3339Nano) }
