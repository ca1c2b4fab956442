package main

import (
	"strconv"

	rounds "rounds-sdk"
	"rounds-sdk/model"
)

// appointment is one of the clinic's, with whatever of it the clinic knows.
type appointment struct {
	ID           string  `json:"id"`
	PatientID    string  `json:"patientId"`
	Status       *string `json:"status"`
	Start        *string `json:"start"`
	Minutes      *uint32 `json:"minutes"`
	Reason       *string `json:"reason"`
	CancelReason *string `json:"cancelReason"`
	Type         *string `json:"type"`
	Provider     *person `json:"provider"`
	Location     *room   `json:"location"`
}

type person struct {
	ID     *string `json:"id"`
	Given  *string `json:"given"`
	Family *string `json:"family"`
}

type room struct {
	Facility *string `json:"facility"`
	Room     *string `json:"room"`
}

// patient is one of the clinic's. The ID is not told, as the appointment has it; but what lacks it
// is no patient.
type patient struct {
	ID        string  `json:"id"`
	MRN       *string `json:"mrn"`
	Given     *string `json:"given"`
	Family    *string `json:"family"`
	BirthDate *string `json:"birthDate"`
	Sex       *string `json:"sex"`
	Phone     *string `json:"phone"`
	Address   *home   `json:"address"`
}

type home struct {
	Street *string `json:"street"`
	City   *string `json:"city"`
	State  *string `json:"state"`
	ZIP    *string `json:"zip"`
}

var statuses = map[string]string{
	"booked": "Scheduled", "cancelled": "Cancelled", "noshow": "No Show",
}

var sexes = map[string]string{"F": "Female", "M": "Male"}

// event is told by the fingerprint of the start, and of the one last told, where there was one.
func (a appointment) event(told *string, start string) string {
	status := rounds.Or(a.Status, "booked")
	switch {
	case status == "cancelled":
		return "Scheduling.Cancel"
	case status == "noshow":
		return "Scheduling.NoShow"
	case told == nil:
		return "Scheduling.New"
	case *told != start:
		return "Scheduling.Reschedule"
	}
	return "Scheduling.Modification"
}

// content is a fingerprint of all that is told of it: when it was changed is not.
func (a appointment) content() string {
	minutes := ""
	if a.Minutes != nil {
		minutes = strconv.FormatUint(uint64(*a.Minutes), 10)
	}
	who, where := rounds.Or(a.Provider, person{}), rounds.Or(a.Location, room{})
	return rounds.Fingerprint(
		a.PatientID, rounds.Or(a.Status, ""), rounds.Or(a.Start, ""), minutes, rounds.Or(a.Reason, ""),
		rounds.Or(a.CancelReason, ""), rounds.Or(a.Type, ""), rounds.Or(who.ID, ""),
		rounds.Or(who.Given, ""), rounds.Or(who.Family, ""), rounds.Or(where.Facility, ""),
		rounds.Or(where.Room, ""),
	)
}

// toldWith is what is told of it; without a patient where the clinic knows that one no more.
func (a appointment) toldWith(who *patient) model.Scheduling {
	told := model.Scheduling{Visit: a.visit()}
	if who != nil {
		if rounds.Or(who.MRN, "") != "" {
			told.Patient.Identifiers = append(told.Patient.Identifiers, identifier(*who.MRN, "MR"))
		}
		told.Patient.Demographics = who.demographics()
	}
	told.Patient.Identifiers = append(told.Patient.Identifiers, identifier(a.PatientID, "EHR"))
	if a.Type != nil {
		told.AppointmentInfo = []model.AppointmentInfo{{Description: a.Type}}
	}
	return told
}

func (a appointment) visit() model.Visit {
	where := rounds.Or(a.Location, room{})
	visit := model.Visit{
		VisitNumber:   &a.ID,
		VisitDateTime: a.Start,
		Duration:      a.Minutes,
		Reason:        a.Reason,
		CancelReason:  a.CancelReason,
		Location:      model.Location{Facility: where.Facility, Room: where.Room},
	}
	if a.Status != nil {
		visit.Status = rounds.Some(named(statuses, *a.Status, *a.Status))
	}
	if a.Provider != nil {
		visit.AttendingProvider = &model.Provider{
			ID: a.Provider.ID, IDType: rounds.Some("EHR"),
			FirstName: a.Provider.Given, LastName: a.Provider.Family,
		}
	}
	return visit
}

func (p patient) demographics() model.Demographics {
	where := rounds.Or(p.Address, home{})
	return model.Demographics{
		FirstName:   p.Given,
		LastName:    p.Family,
		DOB:         p.BirthDate,
		Sex:         rounds.Some(named(sexes, rounds.Or(p.Sex, ""), "Unknown")),
		PhoneNumber: model.PhoneNumber{Home: p.Phone},
		Address: model.Address{
			StreetAddress: where.Street, City: where.City, State: where.State, ZIP: where.ZIP,
		},
	}
}

func named(names map[string]string, code, otherwise string) string {
	if name, is := names[code]; is {
		return name
	}
	return otherwise
}

func identifier(id, kind string) model.Identifier {
	return model.Identifier{ID: &id, IDType: &kind}
}
