package rounds_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	rounds "rounds-sdk"
	"rounds-sdk/link"
)

// read reads one of the tables that the SDKs of all languages are tested by.
func read(t *testing.T, name string, target any) {
	t.Helper()
	text, err := os.ReadFile("../tables/" + name)
	if err == nil {
		err = json.Unmarshal(text, target)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestNumbersAreTheTimesThatTheyAreInEveryLanguage(t *testing.T) {
	var rows []struct {
		Unit, Number  string
		Time, Printed *string
	}
	read(t, "epoch.json", &rows)
	for _, row := range rows {
		parse, format := rounds.ParseEpochSeconds[string], rounds.FormatEpochSeconds
		if row.Unit == "millis" {
			parse, format = rounds.ParseEpochMillis[string], rounds.FormatEpochMillis
		}
		instant, err := parse(row.Number)
		switch {
		case row.Time == nil:
			if got := fmt.Sprint(err); got != "unexpected response: no epoch time of the years 1 to 9999" {
				t.Errorf("%s %s: %v, %s", row.Number, row.Unit, instant, got)
			}
		case err != nil || rounds.FormatTime(instant) != *row.Time || format(instant) != *row.Printed:
			t.Errorf("%s %s: %v, %s, %v", row.Number, row.Unit, instant, format(instant), err)
		}
	}
	fine, _ := rounds.ParseEpochMillis(json.Number("-1.25"))
	if got := rounds.FormatEpochMillis(fine.Truncate(time.Millisecond)); got != "-2" {
		t.Error(got)
	}
}

func TestNothingIsAskedFromTheFuture(t *testing.T) {
	var rows []struct {
		Now, Since string
		Date, From *string
		Seen       []string
	}
	read(t, "ahead.json", &rows)
	parse := func(text string) time.Time {
		instant, err := rounds.ParseTime(text)
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	for _, row := range rows {
		answer := rounds.Response{Status: 200}
		if row.Date != nil {
			answer.Headers = []rounds.Header{{Name: "date", Value: *row.Date}}
		}
		seen := []time.Time{}
		for _, text := range row.Seen {
			seen = append(seen, parse(text))
		}
		from, err := rounds.GoOnFrom(rounds.Context{Now: row.Now}, answer, parse(row.Since), seen...)
		got := fmt.Sprint(err)
		if err == nil {
			got = rounds.FormatTime(from)
		}
		if wanted := rounds.Or(row.From, "cursor lost: a cursor of the future"); got != wanted {
			t.Errorf("%v: %s", row, got)
		}
	}
}

func TestWhatCameInsteadIsSaid(t *testing.T) {
	var rows []struct {
		Status    uint16
		MediaType *string `json:"media_type"`
		Body      string
		Bytes     []int
		OK, JSON  *string
	}
	read(t, "answers.json", &rows)
	// A * stands for a place, which each language's reader of JSON has its own words for.
	isSaid := func(err error, wanted *string) bool {
		if err == nil || wanted == nil {
			return err == nil && wanted == nil
		}
		start, end, _ := strings.Cut(*wanted, "*")
		return strings.HasPrefix(err.Error(), start) && strings.HasSuffix(err.Error(), end)
	}
	for _, row := range rows {
		answer := rounds.Response{Status: row.Status, Body: []byte(row.Body)}
		for _, value := range row.Bytes {
			answer.Body = append(answer.Body, byte(value))
		}
		if row.MediaType != nil {
			answer.Headers = []rounds.Header{{Name: "content-type", Value: *row.MediaType}}
		}
		ok, json := answer.OK(), answer.JSON(new(any))
		if !isSaid(ok, row.OK) || !isSaid(json, row.JSON) {
			t.Errorf("%v and %v, not %s and %s", ok, json, rounds.Or(row.OK, "-"), rounds.Or(row.JSON, "-"))
		}
	}
}

func TestTheNextLinkIsFoundInHeaders(t *testing.T) {
	var table struct {
		Next []struct {
			Links []string
			Next  *string
		}
		InHeader []struct{ Value, Link *string } `json:"in_header"`
	}
	read(t, "links.json", &table)
	for _, row := range table.Next {
		answer := rounds.Response{Headers: []rounds.Header{{Name: "date", Value: "<x>; rel=next"}}}
		for _, value := range row.Links {
			answer.Headers = append(answer.Headers, rounds.Header{Name: "link", Value: value})
		}
		if got, found := link.Next(answer); found != (row.Next != nil) || got != rounds.Or(row.Next, "") {
			t.Errorf("%v: %s", row.Links, got)
		}
	}
	for _, row := range table.InHeader {
		answer := rounds.Response{}
		if row.Value != nil {
			answer.Headers = []rounds.Header{{Name: "x-next-page", Value: *row.Value}}
		}
		got, found := link.InHeader(answer, "X-Next-Page")
		if found != (row.Link != nil) || got != rounds.Or(row.Link, "") {
			t.Errorf("%s: %s", rounds.Or(row.Value, "nothing"), got)
		}
	}
}

func TestLinksBecomeTargets(t *testing.T) {
	var table struct {
		Resolve []struct{ Base, Asked, Link, Target string }
	}
	read(t, "links.json", &table)
	for _, row := range table.Resolve {
		if got := link.Resolve(row.Base, row.Asked, row.Link); got != row.Target {
			t.Errorf("%s of %s at %s: %s, not %s", row.Link, row.Asked, row.Base, got, row.Target)
		}
	}
}
