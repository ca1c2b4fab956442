package rounds

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ChangeKind is what became of a record.
type ChangeKind uint8

const (
	// KindUpserted: it is new, or differs.
	KindUpserted ChangeKind = iota
	// KindDeleted: it is gone.
	KindDeleted
	// KindMovedAway: it has another key from now on, as an appointment that is another patient's.
	// Key is the one that it had, Data says what it is now. The host makes it of a change of key
	// and has a Mover tell it before that change; no page holds one.
	KindMovedAway
)

// Change is one changed record, as the poll reported it. Printed, it shows its kind alone.
type Change struct {
	// ID is the record's identifier in the EHR.
	ID string
	// Kind is what became of it.
	Kind ChangeKind
	// Version is what the EHR tells two of its states apart by. A state is this and its content; one
	// seen before is not notified again, unless the record said something else under this version
	// since. Nil, in a feed: each reading of it is another state, but where the host reads a stretch
	// of the feed again.
	Version *string
	// Content is what the record says, as a [Fingerprint] of it without version, time of change and
	// whatever else differs though nothing changed. What says the same as the record's last state
	// is told to nobody, what says something else is told even under a version seen before. Nil:
	// Data stands for it where a version was seen before, and another version is always news.
	Content *string
	// Key: records of one key are notified in order, as those of one patient; nil is the key that
	// the record had last, or its ID.
	Key *string
	// OccurredAt is when it changed, by the EHR's clock (RFC 3339).
	OccurredAt *string
	// Data is what Collect needs of it: JSON.
	Data string
}

// Upserted is a record that is new or differs, with what Collect needs of it as JSON.
func Upserted(id, data string) Change { return Change{ID: id, Data: data} }

// Deleted is a record that is gone; its data is null.
func Deleted(id string) Change { return Change{ID: id, Kind: KindDeleted, Data: "null"} }

// WithVersion says what the EHR tells two of its states apart by.
func (c Change) WithVersion(version string) Change {
	c.Version = &version
	return c
}

// WithContent says what the record says, as a fingerprint, where Data holds what differs though
// nothing changed.
func (c Change) WithContent(content string) Change {
	c.Content = &content
	return c
}

// WithKey says with which others it keeps an order.
func (c Change) WithKey(key string) Change {
	c.Key = &key
	return c
}

// WithOccurredAt says when it changed, by the EHR's clock (RFC 3339).
func (c Change) WithOccurredAt(time string) Change {
	c.OccurredAt = &time
	return c
}

// Format shows the kind alone.
func (c Change) Format(to fmt.State, _ rune) {
	names := [...]string{KindUpserted: "upserted", KindDeleted: "deleted", KindMovedAway: "moved away"}
	fmt.Fprint(to, names[c.Kind])
}

// Unreadable is a record of an answer that cannot be read as one, while others can. The host makes
// a dead letter of it, once, and goes on. Printed, it shows its place and the reason alone.
type Unreadable struct {
	// Place is where it stands in the answer, as "entry 3".
	Place string
	// ID is its identifier in the EHR, where that can be read.
	ID *string
	// Reason says why it cannot be read; no patient's data.
	Reason string
	// Data is what Collect would be given for it, should a person have it tried again: JSON.
	Data string
}

// Format shows the place and the reason alone.
func (u Unreadable) Format(to fmt.State, _ rune) { fmt.Fprintf(to, "%s: %s", u.Place, u.Reason) }

// Page is what one answer said: changes, and where the next request starts.
type Page struct {
	// Changes are in the order in which they are to be told.
	Changes []Change
	// Unreadable is what stands among them and cannot be read.
	Unreadable []Unreadable
	// Notices are what a user should know of this EHR's answers, a sentence each and always the same
	// for the same, as that it does not sort. The host tells each once. No patient's data.
	Notices []string
	// Cursor is stored in one step with the changes, so it holds all there is to know.
	Cursor string
	// More asks the host to go on at once. Then the cursor must differ from the one before.
	More bool
}

// Last is the last page of a poll.
func Last(cursor string, changes ...Change) Page { return Page{Changes: changes, Cursor: cursor} }

// More is a page after which the host asks on at once.
func More(cursor string, changes ...Change) Page {
	return Page{Changes: changes, Cursor: cursor, More: true}
}

// ReadEach adds what these records say, one by one, so that an odd one takes no other along: a change
// each, or where read answers an [UnexpectedResponse], that one cannot be read, and why. Any other
// error of read is answered. list is where they stand in the answer, as "appointments".
func (p Page) ReadEach(
	list string, records []json.RawMessage, read func(record string) (Change, error),
) (Page, error) {
	for at, record := range records {
		change, err := read(string(record))
		var failure Failure
		switch {
		case err == nil:
			p.Changes = append(p.Changes, change)
		case errors.As(err, &failure) && failure.Case == CaseUnexpectedResponse:
			place := fmt.Sprintf("%s[%d]", list, at)
			p.Unreadable = append(p.Unreadable, unreadableRecord(place, record, failure.Text))
		default:
			return p, err
		}
	}
	return p, nil
}

// unreadableRecord is a record as it came; its ID is a text that it has as id.
func unreadableRecord(place string, record json.RawMessage, reason string) Unreadable {
	odd := Unreadable{Place: place, Reason: reason, Data: string(record)}
	var fields map[string]json.RawMessage
	var id *string
	if json.Unmarshal(record, &fields) == nil && json.Unmarshal(fields["id"], &id) == nil {
		odd.ID = id
	}
	return odd
}

// WithUnreadable adds what cannot be read.
func (p Page) WithUnreadable(unreadable ...Unreadable) Page {
	p.Unreadable = append(p.Unreadable[:len(p.Unreadable):len(p.Unreadable)], unreadable...)
	return p
}

// WithNotices adds what a user should know.
func (p Page) WithNotices(notices ...string) Page {
	p.Notices = append(p.Notices[:len(p.Notices):len(p.Notices)], notices...)
	return p
}
