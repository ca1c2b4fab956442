package model

// Order is the data of Order.*.
type Order struct {
	Patient Patient // Whom it is for.
	Visit   *Visit  // The visit that it was placed in, where the EHR names one.
	Order   OrderDetails
}

// OrderDetails say what is ordered.
type OrderDetails struct {
	ID                  *string // What stays the same through all changes of an order.
	Status              *string // As the EHR words it.
	TransactionDateTime *string // When it was placed, RFC 3339.
	CollectionDateTime  *string // When it is to be done, RFC 3339.
	Expiration          *string // When it ends, RFC 3339.
	Priority            *string // As routine or stat.
	Procedure           Code    // What is to be done.
	Provider            *Provider
	Diagnoses           List[Diagnosis]
	ClinicalInfo        List[ClinicalInfo] // What else is to be known.
	Notes               List[string]
	Comments            *string // For whoever carries it out.
}

// Diagnosis is a reason for an order.
type Diagnosis struct {
	Code    *string
	Codeset *string // The code system.
	Name    *string // What it means, for people.
	Type    *string // As Working.
}

// ClinicalInfo is a question that an order answers.
type ClinicalInfo struct {
	Code        *string
	Codeset     *string // The code system.
	Description *string // What it means, for people.
	Value       *string // The answer.
	Units       *string
}
