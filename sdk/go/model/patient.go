package model

// PatientAdmin is the data of PatientAdmin.*.
type PatientAdmin struct {
	Patient Patient // Who it is about.
	Visit   *Visit  // Where the event is one of a visit.
}

// Patient is a patient.
type Patient struct {
	Identifiers List[Identifier] // The EHR's own (EHRID), a medical record number (MR), and others.
	// Those of the patients that were merged into this one: of PatientAdmin.PatientMerge alone, and
	// not there where it is empty.
	PreviousIdentifiers List[Identifier] `json:",omitempty"`
	Demographics        Demographics     // Name, birth date, address and so on.
	Notes               List[string]     // Free text.
	Contacts            List[Contact]    // Who else is to be called.
}

// Identifier is a name under which a patient or a provider is known to some system.
type Identifier struct {
	ID     *string
	IDType *string // MR, EHRID, NPI, …
}

// Demographics say who a patient is.
type Demographics struct {
	FirstName      *string // First given name.
	MiddleName     *string // Further given names.
	LastName       *string // Family name.
	DOB            *string // YYYY-MM-DD, or as much of it as is known.
	SSN            *string // Social security number.
	Sex            *string // Female, Male, Other or Unknown.
	Race           *string
	IsHispanic     *bool
	MaritalStatus  *string
	IsDeceased     *bool
	DeathDateTime  *string // RFC 3339, or as much as is known.
	PhoneNumber    PhoneNumber
	EmailAddresses List[string]
	Language       *string      // A code, as en.
	Citizenship    List[string] // Countries.
	Address        Address
}

// Contact is someone to be called about a patient.
type Contact struct {
	FirstName         *string // Given names.
	MiddleName        *string // Always null where the EHR has no such field.
	LastName          *string // Family name.
	Address           Address
	PhoneNumber       PhoneNumber
	RelationToPatient *string // As the EHR words it.
	EmailAddresses    List[string]
	Roles             List[string] // As Emergency contact.
}
