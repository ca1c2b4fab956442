// Package main is the connector of a clinic whose API says which appointments changed since a
// time, and who a patient is.
//
// It answers oldest change first and no more than so many, with no link to the next page. So every
// page asks from the newest time seen, that time included, and what comes twice the host knows.
// Where more records share one time than a page holds, the page grows until it reaches past them. A
// time that lies ahead is told and not asked from: nothing before it would be told again. A record
// that cannot be read takes no other along, and one that another patient has from now on is
// cancelled for the one before.
package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	rounds "rounds-sdk"
)

const (
	usualPage   = 100
	largestPage = 10000
	settings    = `{"type":"object","properties":{"page_size":{"type":"integer","minimum":1,` +
		`"maximum":1000}},"additionalProperties":false}`
	unreadable = "an appointment without what each must have, or with it otherwise"
)

// Clinic is the connector.
type Clinic struct{}

// changed is a record, and when it changed.
type changed struct {
	appointment
	ChangedAt string `json:"changedAt"`
}

// Describe says what there is to poll.
func (Clinic) Describe() rounds.Manifest {
	appointments := rounds.Feed("appointments", "Appointments", 60, "Scheduling.New",
		"Scheduling.Reschedule", "Scheduling.Modification", "Scheduling.Cancel", "Scheduling.NoShow")
	return rounds.NewManifest("clinic", "0.1.0", "Appointments of a clinic, with their patients").
		WithActions(appointments).
		WithSettings(settings).
		WithAuth("none", "basic", "bearer").
		WithRequests("GET /appointments", "GET /patient/*")
}

// Poll asks for a page.
func (Clinic) Poll(context rounds.Context, cursor *string) (rounds.Request, error) {
	since, limit, err := position(context, cursor)
	return rounds.Get("/appointments").Query("changedsince", since).Query("limit", limit), err
}

// Changes reads a page, and says from when to ask for the next.
func (Clinic) Changes(
	context rounds.Context, cursor *string, answer rounds.Response,
) (page rounds.Page, err error) {
	since, limit, err := position(context, cursor)
	if err != nil {
		return page, err
	}
	var read struct {
		Appointments []json.RawMessage `json:"appointments"`
	}
	if err := answer.Read(&read); err != nil {
		return page, err
	}
	page, newest, err := pageOf(context, read.Appointments, since)
	if err != nil {
		return page, err
	}
	size, err := pageSize(context)
	page.Cursor = fmt.Sprintf("%s %d", newest.text, size)
	page.More = len(read.Appointments) >= limit
	switch {
	case err != nil || !page.More || newest.moved:
		return page, err
	case limit >= largestPage:
		what := "more than 10000 appointments changed at one instant"
		return page, rounds.UnexpectedResponse(what)
	}
	page.Cursor = fmt.Sprintf("%s %d", since, min(2*limit, largestPage))
	return page, nil
}

// Collect asks who the patient is, and tells the appointment.
func (Clinic) Collect(
	_ rounds.Context, change rounds.Change, memo *string, collected []rounds.Response,
) (rounds.Step, error) {
	var appointment appointment
	if err := rounds.ReadJSON(change.Data, &appointment); err != nil {
		return nil, err
	}
	if len(collected) == 0 {
		return ask(appointment.PatientID), nil
	}
	who, err := patientOf(collected[0])
	if err != nil {
		return nil, err
	}
	start := rounds.Fingerprint(rounds.Or(appointment.Start, ""))
	event := appointment.event(memo, start)
	return rounds.Notify(event, appointment.toldWith(who)).WithMemo(start), nil
}

// MovedAway tells the patient who had it that it is off. Without a memo, as it is another's from now
// on: that one hears of it as new.
func (Clinic) MovedAway(
	_ rounds.Context, change rounds.Change, memo *string, collected []rounds.Response,
) (rounds.Step, error) {
	before, is := strings.CutPrefix(rounds.Or(change.Key, ""), "patient/")
	if memo == nil || !is {
		return rounds.Skip("nobody was told of it"), nil
	}
	if len(collected) == 0 {
		return ask(before), nil
	}
	who, err := patientOf(collected[0])
	if err != nil {
		return nil, err
	}
	cancelled := appointment{ID: change.ID, PatientID: before, Status: rounds.Some("cancelled")}
	return rounds.Notify("Scheduling.Cancel", cancelled.toldWith(who)), nil
}

func ask(patient string) rounds.Fetch {
	return rounds.Fetch{rounds.Get("/patient/" + rounds.Encode(patient))}
}

// patientOf is the patient, where the clinic still knows that one.
func patientOf(answer rounds.Response) (*patient, error) {
	if answer.Status == 404 || answer.Status == 410 {
		return nil, nil
	}
	who := new(patient)
	return who, answer.Read(who)
}

// latest is the newest time of a page that is not ahead, in the EHR's own words, and whether it is
// newer than since.
type latest struct {
	text  string
	moved bool
}

func pageOf(
	context rounds.Context, records []json.RawMessage, since string,
) (page rounds.Page, newest latest, err error) {
	newest = latest{text: since}
	instant, err := rounds.ParseTime(since)
	if err != nil {
		return page, newest, err
	}
	page, err = page.ReadEach("appointments", records, func(record string) (rounds.Change, error) {
		at, change, err := changeOf(record)
		if err != nil {
			return change, rounds.UnexpectedResponse(unreadable)
		}
		if !at.Before(instant) && !isAhead(context, at) {
			newest = latest{*change.Version, newest.moved || at.After(instant)}
			instant = at
		}
		return change, nil
	})
	return page, newest, err
}

// changeOf is when a record changed, and the change that it tells of.
func changeOf(record string) (at time.Time, change rounds.Change, err error) {
	var read changed
	if err := rounds.ReadJSON(record, &read); err != nil {
		return at, change, err
	}
	at, err = rounds.ParseTime(read.ChangedAt)
	change = rounds.Upserted(read.ID, record).
		WithKey("patient/" + read.PatientID).
		WithVersion(read.ChangedAt).
		WithContent(read.content()).
		WithOccurredAt(read.ChangedAt)
	return at, change, err
}

// position says from when to ask, and for how many.
func position(context rounds.Context, cursor *string) (since string, limit int, err error) {
	if cursor == nil {
		limit, err = pageSize(context)
		return context.Since, limit, err
	}
	since, number, _ := strings.Cut(*cursor, " ")
	limit, wrongLimit := strconv.Atoi(number)
	at, wrongSince := rounds.ParseTime(since)
	if wrongLimit != nil || wrongSince != nil || limit < 1 || limit > largestPage {
		return "", 0, rounds.CursorLost("not a cursor of this connector")
	}
	if isAhead(context, at) {
		return "", 0, rounds.CursorLost("the cursor lies in the future")
	}
	return since, limit, nil
}

// isAhead tells whether a time is further ahead than a clock goes wrong.
func isAhead(context rounds.Context, at time.Time) bool {
	now, err := rounds.ParseTime(context.Now)
	return err == nil && at.Add(-24*time.Hour).After(now)
}

func pageSize(context rounds.Context) (int, error) {
	read := struct {
		PageSize int `json:"page_size"`
	}{usualPage}
	err := context.ReadSettings(&read)
	return read.PageSize, err
}

func init() { rounds.Export(Clinic{}) }

func main() {}
