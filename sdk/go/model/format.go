package model

import (
	"fmt"
	"io"
)

// All of these may hold a patient's data, so that printed, by whatever verb, they show their name.

func hide(to fmt.State, name string) { io.WriteString(to, name+"(…)") }

// Format hides what it holds.
func (PatientAdmin) Format(to fmt.State, _ rune) { hide(to, "PatientAdmin") }

// Format hides what it holds.
func (Scheduling) Format(to fmt.State, _ rune) { hide(to, "Scheduling") }

// Format hides what it holds.
func (Order) Format(to fmt.State, _ rune) { hide(to, "Order") }

// Format hides what it holds.
func (Results) Format(to fmt.State, _ rune) { hide(to, "Results") }

// Format hides what it holds.
func (Patient) Format(to fmt.State, _ rune) { hide(to, "Patient") }

// Format hides what it holds.
func (Demographics) Format(to fmt.State, _ rune) { hide(to, "Demographics") }

// Format hides what it holds.
func (Contact) Format(to fmt.State, _ rune) { hide(to, "Contact") }

// Format hides what it holds.
func (Identifier) Format(to fmt.State, _ rune) { hide(to, "Identifier") }

// Format hides what it holds.
func (Address) Format(to fmt.State, _ rune) { hide(to, "Address") }

// Format hides what it holds.
func (PhoneNumber) Format(to fmt.State, _ rune) { hide(to, "PhoneNumber") }

// Format hides what it holds.
func (Visit) Format(to fmt.State, _ rune) { hide(to, "Visit") }

// Format hides what it holds.
func (AppointmentInfo) Format(to fmt.State, _ rune) { hide(to, "AppointmentInfo") }

// Format hides what it holds.
func (OrderDetails) Format(to fmt.State, _ rune) { hide(to, "OrderDetails") }

// Format hides what it holds.
func (ResultOrder) Format(to fmt.State, _ rune) { hide(to, "ResultOrder") }

// Format hides what it holds.
func (Observation) Format(to fmt.State, _ rune) { hide(to, "Observation") }
