package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestWhatIsAbsentIsThereAllTheSame(t *testing.T) {
	const address = `{"StreetAddress":null,"City":null,"State":null,"ZIP":null,"County":null,"Country":null}`
	const phone = `{"Home":null,"Office":null,"Mobile":null}`
	got, err := json.Marshal(PatientAdmin{})
	wanted := `{"Patient":{"Identifiers":[],"Demographics":{"FirstName":null,"MiddleName":null,` +
		`"LastName":null,"DOB":null,"SSN":null,"Sex":null,"Race":null,"IsHispanic":null,` +
		`"MaritalStatus":null,"IsDeceased":null,"DeathDateTime":null,"PhoneNumber":` + phone +
		`,"EmailAddresses":[],"Language":null,"Citizenship":[],"Address":` + address +
		`},"Notes":[],"Contacts":[]},"Visit":null}`
	if string(got) != wanted || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestPreviousIdentifiersAreThereWhereThereAreAny(t *testing.T) {
	merged := Patient{PreviousIdentifiers: []Identifier{{}}}
	got, err := json.Marshal(merged)
	wanted := `{"Identifiers":[],"PreviousIdentifiers":[{"ID":null,"IDType":null}],"Demographics":`
	if !strings.HasPrefix(string(got), wanted) || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestNothingPrintedShowsAPatient(t *testing.T) {
	name := "Jane"
	patient := Patient{Demographics: Demographics{FirstName: &name}, Notes: []string{name}}
	contact := Contact{LastName: &name, Roles: []string{name}}
	patient.Contacts = []Contact{contact}
	observation := Observation{Notes: []string{name}}
	for _, value := range []any{
		patient, &patient, Scheduling{Patient: patient}, PatientAdmin{Patient: patient}, contact,
		Results{Orders: []ResultOrder{{Results: []Observation{observation}}}}, observation,
		Order{Order: OrderDetails{Notes: []string{name}}}, Visit{Instructions: []string{name}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, name) {
				t.Errorf("%T by %s: %s", value, verb, text)
			}
		}
	}
}
