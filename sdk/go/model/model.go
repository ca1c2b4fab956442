// Package model has the data models that integration teams know from Redox as types: [Scheduling],
// [PatientAdmin], [Order] and [Results], each the data of a notification.
//
// They keep the convention of those models: what is absent is there all the same, a scalar as
// null (a nil pointer), a list as [], a nested object with its own fields null. So a hold or a
// block of an appointment book, which has no patient, carries a Patient without identifiers and
// with no name: a receiver finds every path it knows, and tells such a slot by its empty
// Patient.Identifiers. The exceptions are objects that either are or aren't, as a provider who
// isn't known: null; and Patient.PreviousIdentifiers, which only a merge has.
//
// Fields have the models' own names and order. Meta is not here: who told what, and when, is the
// host's to say. Printed, none of these shows what it holds.
package model

import "encoding/json"

// List is a slice that is [] in JSON also where it is nil. A []T can be assigned to it.
type List[T any] []T

// MarshalJSON makes a list of JSON, never null.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// Address is a postal one.
type Address struct {
	StreetAddress *string // All lines, separated by a comma.
	City          *string
	State         *string // State or region.
	ZIP           *string // Postal code.
	County        *string // County or district.
	Country       *string // As the EHR writes it.
}

// PhoneNumber has telephone numbers, as the EHR writes them.
type PhoneNumber struct {
	Home   *string
	Office *string // At work.
	Mobile *string
}

// Code is a coded concept.
type Code struct {
	Code        *string
	Codeset     *string // The code system: a name or a URI.
	Description *string // What it means, for people.
}
