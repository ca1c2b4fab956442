package model

// Visit is one planned or under way.
type Visit struct {
	VisitNumber        *string // What stays the same through all changes of a visit.
	AccountNumber      *string // The account that it is billed to.
	VisitDateTime      *string // When it begins, RFC 3339.
	PatientClass       *string // As Inpatient or Outpatient, in the EHR's words.
	Status             *string // As the EHR words it.
	Duration           *uint32 // Minutes.
	Reason             *string // Why the patient comes.
	CancelReason       *string // Why it was cancelled.
	DischargeDateTime  *string // When the patient was discharged, RFC 3339.
	Type               *string // As the EHR words it.
	Instructions       List[string]
	AttendingProvider  *Provider // Who sees the patient.
	ConsultingProvider *Provider // Who is consulted.
	ReferringProvider  *Provider // Who sent the patient.
	Location           Location
}

// Provider is someone who cares for patients.
type Provider struct {
	ID             *string // An NPI where there is one.
	IDType         *string // NPI, EHRID, …
	FirstName      *string // Given names.
	LastName       *string // Family name; the whole name where the EHR gives no parts.
	Credentials    List[string]
	Address        Address // Where they practise.
	EmailAddresses List[string]
	PhoneNumber    PhoneNumber
	Location       Location // Where they see patients.
}

// Location is a place.
type Location struct {
	Type       *string // As the EHR words it.
	Facility   *string // The house.
	Department *string // The ward or practice.
	Room       *string
}
