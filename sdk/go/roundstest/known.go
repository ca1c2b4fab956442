package roundstest

import rounds "rounds-sdk"

// known is what a host knows of records from poll to poll, and so what it has collected.
type known struct {
	records map[string]*record
	told    map[string]bool
}

// record is what is known of one.
type record struct {
	// says is what its last state said: nothing where it had no content, and "gone" where it is.
	says string
	key  *string
	seen map[string]bool
}

func newKnown() known { return known{map[string]*record{}, map[string]bool{}} }

// news is what is to be collected of a change: nothing where it says what is known, else the change
// with its key, behind the one that tells of a key that it had before.
func (k known) news(change rounds.Change) []rounds.Change {
	known, is := k.records[change.ID]
	if !is {
		known = &record{seen: map[string]bool{}}
		k.records[change.ID] = known
	}
	says, state := saysOf(change), stateOf(change)
	isAlways := change.Version == nil && says == ""
	if says != "" && known.says == says || known.seen[state] && !isAlways {
		return nil
	}
	known.seen[state], known.says = true, says
	return known.inLine(change)
}

func saysOf(change rounds.Change) string {
	switch {
	case change.Kind == rounds.KindDeleted:
		return "gone"
	case change.Content != nil:
		return "content " + *change.Content
	}
	return ""
}

// stateOf tells states apart: by the version, or when one came to be, and by what it says.
func stateOf(change rounds.Change) string {
	at := change.OccurredAt
	if change.Version != nil {
		at = nil
	}
	content := rounds.Or(change.Content, change.Data)
	return rounds.JSON([]any{change.Version, at, content, change.Kind})
}

func (r *record) inLine(change rounds.Change) []rounds.Change {
	before := r.key
	if change.Key == nil {
		change.Key = before
	}
	r.key = change.Key
	if before == nil || *before == *r.key || change.Kind != rounds.KindUpserted {
		return []rounds.Change{change}
	}
	moved := change
	moved.Kind, moved.Key = rounds.KindMovedAway, before
	return []rounds.Change{moved, change}
}

// unread are the records that cannot be read and were not told before.
func (k known) unread(odd []rounds.Unreadable) (found []unreadable) {
	for _, it := range odd {
		if k.isNew(rounds.JSON([]any{"unreadable", it.ID, it.Data})) {
			found = append(found, unreadable{it.Place, it.ID, it.Reason})
		}
	}
	return found
}

// unheard are the notices that were not told before.
func (k known) unheard(notices []string) (found []string) {
	for _, notice := range notices {
		if k.isNew("notice " + notice) {
			found = append(found, notice)
		}
	}
	return found
}

func (k known) isNew(what string) bool {
	isNew := !k.told[what]
	k.told[what] = true
	return isNew
}
