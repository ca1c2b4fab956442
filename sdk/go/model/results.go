package model

import "encoding/json"

// Results is the data of Results.*.
type Results struct {
	Patient Patient           // Whose they are.
	Visit   *Visit            // The visit that they belong to, where the EHR names one.
	Orders  List[ResultOrder] // The orders that they answer: one a report.
}

// ResultOrder is an order, and what came of it.
type ResultOrder struct {
	ID                  *string // The order's, or the report's where no order is named.
	ApplicationOrderID  *string // The report's, in the laboratory or department.
	TransactionDateTime *string // When it was reported, RFC 3339.
	CollectionDateTime  *string // When the sample was taken or the patient examined, RFC 3339.
	CompletionDateTime  *string // When it was finished, RFC 3339.
	ResultsStatus       *string // The report's, as the EHR words it.
	Status              *string // The order's own.
	Procedure           Code    // What was done.
	Provider            *Provider
	Notes               List[string] // Free text, as a conclusion.
	Results             List[Observation]
}

// Observation is one value.
type Observation struct {
	Code              *string
	Codeset           *string // The code system.
	Description       *string // What it means, for people.
	Value             *string // Digit for digit as the EHR writes it.
	ValueType         *string // Numeric, String, Coded Entry or DateTime.
	Units             *string
	DateTime          *string   // When it was observed, RFC 3339.
	AbnormalFlag      *string   // As High, or the EHR's code.
	Status            *string   // As the EHR words it.
	Performer         *Provider // Who observed it.
	ReferenceRange    ReferenceRange
	ObservationMethod *string
	Notes             List[string]
}

// ReferenceRange says what is usual for a value.
type ReferenceRange struct {
	Low  *json.Number
	High *json.Number
	Text *string
}
