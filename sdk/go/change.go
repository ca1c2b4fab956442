package rounds

import "fmt"

// ChangeKind is what became of a record.
type ChangeKind uint8

const (
	// KindUpserted: it is new, or differs.
	KindUpserted ChangeKind = iota
	// KindDeleted: it is gone.
	KindDeleted
)

// Change is one changed record, as the poll reported it. Printed, it shows its kind alone.
type Change struct {
	// ID is the record's identifier in the EHR.
	ID string
	// Kind is what became of it.
	Kind ChangeKind
	// Version tells two of its states apart. An (id, version) seen before is not notified again.
	Version *string
	// Key: records of one key are notified in order, as those of one patient; nil is the ID.
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

// WithVersion says what tells two of its states apart.
func (c Change) WithVersion(version string) Change {
	c.Version = &version
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
	fmt.Fprint(to, map[ChangeKind]string{KindUpserted: "upserted", KindDeleted: "deleted"}[c.Kind])
}

// Page is what one answer said: changes, and where the next request starts.
type Page struct {
	// Changes are in the order in which they are to be told.
	Changes []Change
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
