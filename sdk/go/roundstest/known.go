package roundstest

import rounds "rounds-sdk"

// known is what a host knows of records from poll to poll, and so what it has collected.
type known struct {
	records map[string]*record
	told    map[string]bool
}

// record is what is known of one.
type record struct {
	says *says
	key  *string
	seen map[state]bool
}

// says is what a state of a record says: its content, or its data, and whether it is gone.
type says struct {
	kind    rounds.ChangeKind
	content string
}

type state struct {
	version string
	says    says
}

func newKnown() known { return known{map[string]*record{}, map[string]bool{}} }

// news is what is to be collected of a change: nothing where it says what is known, else the change
// with its key, behind the one that tells of a key that it had before.
func (k known) news(change rounds.Change) []rounds.Change {
	known, is := k.records[change.ID]
	if !is {
		known = &record{seen: map[state]bool{}}
		k.records[change.ID] = known
	}
	says := says{change.Kind, rounds.Or(change.Content, change.Data)}
	if change.Version != nil {
		state := state{*change.Version, says}
		isKnown := known.seen[state] || known.says != nil && *known.says == says
		known.seen[state] = true
		if isKnown {
			return nil
		}
	}
	known.says = &says
	return known.inLine(change)
}

func (r *record) inLine(change rounds.Change) []rounds.Change {
	before := r.key
	if change.Key == nil && before != nil && *before != change.ID {
		change.Key = before
	}
	r.key = rounds.Some(rounds.Or(change.Key, change.ID))
	if before == nil || *before == *r.key {
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
