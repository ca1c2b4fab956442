package rounds

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// firstSecond is where the year 1 begins, endSecond where the year 9999 has ended.
	firstSecond, endSecond = -62135596800, 253402300800
	// longestEpoch is how many digits the largest number of nanoseconds has.
	longestEpoch = 21
	// How many decimal places a nanosecond is behind a second, and behind a millisecond.
	ofSeconds, ofMillis = 9, 6
)

// ParseEpochSeconds is the instant that is so many seconds after 1970: digits, or JSON of a number or
// of a quoted one, as 1767225600, -1.5, 1.7672256E9 and "1767225600.25". A json.RawMessage and a
// json.Number have every digit; a float64 has fifteen.
//
// What is no number, not of the years 1 to 9999, or finer than nanoseconds, is an
// [UnexpectedResponse].
func ParseEpochSeconds[T ~string | ~[]byte](number T) (time.Time, error) {
	return parseEpoch(string(number), ofSeconds)
}

// ParseEpochMillis is the same for milliseconds.
func ParseEpochMillis[T ~string | ~[]byte](number T) (time.Time, error) {
	return parseEpoch(string(number), ofMillis)
}

// FormatEpochSeconds is an instant as seconds since 1970, with no more decimals than it has:
// Truncate(time.Second) first where the EHR wants whole ones.
func FormatEpochSeconds(instant time.Time) string { return formatEpoch(instant, ofSeconds) }

// FormatEpochMillis is an instant as milliseconds since 1970, with no more decimals than it has:
// Truncate(time.Millisecond) first where the EHR wants whole ones.
func FormatEpochMillis(instant time.Time) string { return formatEpoch(instant, ofMillis) }

func parseEpoch(number string, places int) (time.Time, error) {
	sign, digits := epochNanoseconds(number, places)
	instant := time.Time{}
	if digits != "" {
		digits = strings.Repeat("0", max(ofSeconds+1-len(digits), 0)) + digits
		seconds, _ := strconv.ParseInt(digits[:len(digits)-ofSeconds], 10, 64)
		nanoseconds, _ := strconv.ParseInt(digits[len(digits)-ofSeconds:], 10, 64)
		instant = time.Unix(sign*seconds, sign*nanoseconds).UTC()
	}
	if second := instant.Unix(); digits == "" || second < firstSecond || second >= endSecond {
		return time.Time{}, UnexpectedResponse("no epoch time of the years 1 to 9999")
	}
	return instant, nil
}

// epochNanoseconds is a number that has so many decimal places, as a sign and the digits of its
// nanoseconds. They are empty where it is none, or has more.
func epochNanoseconds(number string, places int) (sign int64, digits string) {
	if len(number) > 1 && number[0] == '"' && number[len(number)-1] == '"' {
		number = number[1 : len(number)-1]
	}
	number, isNegative := strings.CutPrefix(number, "-")
	sign = 1
	if isNegative {
		sign = -1
	}
	exponent := 0
	if at := strings.IndexAny(number, "eE"); at >= 0 {
		power, err := strconv.ParseInt(number[at+1:], 10, 32)
		if err != nil {
			return sign, ""
		}
		number, exponent = number[:at], int(power)
	}
	whole, fraction, hasFraction := strings.Cut(number, ".")
	if !isDigits(whole) || hasFraction && !isDigits(fraction) {
		return sign, ""
	}
	digits = strings.TrimRight(whole+fraction, "0")
	zeros := exponent + places + len(whole) - len(digits)
	digits = strings.TrimLeft(digits, "0")
	switch {
	case digits == "":
		return sign, "0"
	case zeros < 0 || len(digits)+zeros > longestEpoch:
		return sign, ""
	}
	return sign, digits + strings.Repeat("0", zeros)
}

func isDigits(text string) bool {
	for _, letter := range text {
		if letter < '0' || letter > '9' {
			return false
		}
	}
	return text != ""
}

func formatEpoch(instant time.Time, places int) string {
	seconds, nanoseconds, sign := instant.Unix(), int64(instant.Nanosecond()), ""
	if seconds < 0 {
		seconds, nanoseconds, sign = -seconds, -nanoseconds, "-"
	}
	if nanoseconds < 0 {
		seconds, nanoseconds = seconds-1, nanoseconds+int64(time.Second)
	}
	digits := strings.TrimLeft(fmt.Sprintf("%d%09d", seconds, nanoseconds), "0")
	digits = strings.Repeat("0", max(places+1-len(digits), 0)) + digits
	whole, fraction := digits[:len(digits)-places], strings.TrimRight(digits[len(digits)-places:], "0")
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}
