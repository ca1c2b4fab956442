package rounds

import "fmt"

// Step is what is to be done next about one change: a [Fetch], a [Notification] or a [Skipped].
type Step interface{ isStep() }

// Fetch is a step that asks more: the host sends these, and calls Collect again with the answers
// added.
type Fetch []Request

// Notification is what is told of one change. Printed, it shows its event alone.
type Notification struct {
	// Event is data model and event type, as "Scheduling.Reschedule": one that the action declares.
	Event string
	// Payload is JSON.
	Payload string
	// Memo is what the connector wants to know at the record's next change; no patient's data.
	Memo *string
}

// Skipped is what is passed over.
type Skipped struct {
	// Reason says why nobody should hear of it; no patient's data.
	Reason string
	// Memo is as a notification's; nil leaves the record's memo as it is.
	Memo *string
}

func (Fetch) isStep()        {}
func (Notification) isStep() {}
func (Skipped) isStep()      {}

// Notify tells this event, with the payload as JSON: a type of the package model, or any other;
// json.RawMessage for what is JSON already. It panics on what JSON cannot hold, as a channel.
func Notify(event string, payload any) Notification {
	return Notification{Event: event, Payload: JSON(payload)}
}

// WithMemo leaves a memo for the record's next change: at most 1 KiB, no patient's data.
func (n Notification) WithMemo(memo string) Notification {
	n.Memo = &memo
	return n
}

// Format shows the event alone.
func (n Notification) Format(to fmt.State, _ rune) { fmt.Fprintf(to, "Notification(%s)", n.Event) }

// Skip passes a change over for this reason.
func Skip(reason string) Skipped { return Skipped{Reason: reason} }

// WithMemo leaves a memo for the record's next change.
func (s Skipped) WithMemo(memo string) Skipped {
	s.Memo = &memo
	return s
}
