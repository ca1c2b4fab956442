package model

// Scheduling is the data of Scheduling.*.
type Scheduling struct {
	Patient         Patient               // Who comes; without identifiers where a slot is held or blocked.
	Visit           Visit                 // The appointment itself.
	AppointmentInfo List[AppointmentInfo] // What else the EHR says of it, as its service type.
}

// AppointmentInfo is something said of an appointment.
type AppointmentInfo struct {
	Code        *string
	Codeset     *string // The code system.
	Description *string // What it means, for people.
	Value       *string // Where it has one.
}
