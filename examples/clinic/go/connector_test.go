package main

import (
	"fmt"
	"strings"
	"testing"

	rounds "rounds-sdk"
	"rounds-sdk/roundstest"
)

// What is told is what the scenarios say that all languages share.
func TestExchanges(t *testing.T) { roundstest.Play(t, Clinic{}, "../exchanges") }

func TestMoreOfOneInstantThanTheLargestPageIsNotPassedOver(t *testing.T) {
	const since = "2026-01-01T00:00:00Z"
	record := `{"id":"a","patientId":"p","changedAt":"` + since + `"}`
	for limit, wanted := range map[string]string{
		"5000":  `"2026-01-01T00:00:00Z 10000"`,
		"10000": "unexpected response: more than 10000 appointments changed at one instant",
	} {
		context := rounds.Context{Settings: "{}", Now: since}
		cursor, page := since+" "+limit, strings.Repeat(record+",", 10000)
		body := `{"appointments":[` + strings.TrimSuffix(page, ",") + `]}`
		answer := rounds.Response{Status: 200, Body: []byte(body)}
		read, err := Clinic{}.Changes(context, &cursor, answer)
		if said := rounds.JSON(read.Cursor); said != wanted && (err == nil || err.Error() != wanted) {
			t.Errorf("%s: %s, %v", limit, said, err)
		}
	}
}

func TestATextThatIsNoCursorIsLost(t *testing.T) {
	for _, text := range []string{"", "7", "2026-01-01T00:00:00Z", "yesterday 100", "2026-01-01T00:00:00Z 0"} {
		_, err := Clinic{}.Poll(rounds.Context{Settings: "{}"}, &text)
		if err == nil || err.Error() != "cursor lost: not a cursor of this connector" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestACursorFromTheFutureIsLost(t *testing.T) {
	context := rounds.Context{Settings: "{}", Now: "2026-01-01T00:01:00Z"}
	for cursor, wanted := range map[string]string{
		"2026-01-02T01:01:00+01:00 100": "<nil>",
		"2026-01-02T00:01:00.001Z 100":  "cursor lost: the cursor lies in the future",
	} {
		if _, err := (Clinic{}).Poll(context, &cursor); fmt.Sprint(err) != wanted {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}
