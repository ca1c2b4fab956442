// Package main is the connector of a clinic whose API says which appointments changed since a
// time, and who a patient is.
//
// It answers oldest change first and no more than so many, with no link to the next page. So every
// page asks from the newest time seen, that time included, and what comes twice has a version that
// the host has seen. Where more records share one time than a page holds, the page grows until it
// reaches past them. A time that lies ahead is told and not asked from: nothing before it would be
// told again.
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
)

// Clinic is the connector.
type Clinic struct{}

// changed is what of a record tells that it changed.
type changed struct {
	ID        string `json:"id"`
	PatientID string `json:"patientId"`
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
	changes, newest, err := changesOf(context, read.Appointments, since)
	if err != nil {
		return page, err
	}
	size, err := pageSize(context)
	next := fmt.Sprintf("%s %d", newest.text, size)
	switch {
	case err != nil || len(changes) < limit:
		return rounds.Last(next, changes...), err
	case newest.moved:
		return rounds.More(next, changes...), nil
	case limit >= largestPage:
		what := "more than 10000 appointments changed at one instant"
		return page, rounds.UnexpectedResponse(what)
	}
	larger := fmt.Sprintf("%s %d", since, min(2*limit, largestPage))
	return rounds.More(larger, changes...), nil
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
		return rounds.Fetch{rounds.Get("/patient/" + rounds.Encode(appointment.PatientID))}, nil
	}
	var who *patient
	if status := collected[0].Status; status != 404 && status != 410 {
		who = new(patient)
		if err := collected[0].Read(who); err != nil {
			return nil, err
		}
	}
	start := rounds.Fingerprint(rounds.Or(appointment.Start, ""))
	event := appointment.event(memo, start)
	return rounds.Notify(event, appointment.toldWith(who)).WithMemo(start), nil
}

// latest is the newest time of a page that is not ahead, in the EHR's own words, and whether it is
// newer than since.
type latest struct {
	text  string
	moved bool
}

func changesOf(
	context rounds.Context, records []json.RawMessage, since string,
) ([]rounds.Change, latest, error) {
	newest := latest{text: since}
	instant, err := rounds.ParseTime(since)
	if err != nil {
		return nil, newest, err
	}
	changes := make([]rounds.Change, 0, len(records))
	for _, record := range records {
		var changed changed
		if err := rounds.ReadJSON(record, &changed); err != nil {
			return nil, newest, err
		}
		at, err := rounds.ParseTime(changed.ChangedAt)
		if err != nil {
			return nil, newest, err
		}
		if !at.Before(instant) && !isAhead(context, at) {
			newest = latest{changed.ChangedAt, newest.moved || at.After(instant)}
			instant = at
		}
		changes = append(changes, rounds.Upserted(changed.ID, string(record)).
			WithKey("patient/"+changed.PatientID).
			WithVersion(changed.ChangedAt).
			WithOccurredAt(changed.ChangedAt))
	}
	return changes, newest, nil
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
