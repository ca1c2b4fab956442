package roundstest

import (
	"encoding/json"
	"fmt"
	"slices"

	rounds "rounds-sdk"
)

// What a host allows unless it is told otherwise.
const (
	mostPages = 1000
	mostSteps = 8
)

// host is what of a host a connector can tell: what it keeps from poll to poll.
type host struct {
	connector rounds.Connector
	manifest  rounds.Manifest
	context   rounds.Context
	cursor    *string
	// listed is where the listing stands.
	listed *string
	memos  map[string]*string
	known  known
}

// told is what came of a poll.
type told struct {
	notifications []notification
	skipped       []skipped
	unreadable    []unreadable
	notices       []string
}

func newHost(connector rounds.Connector, scenario scenario) *host {
	context := rounds.Context{
		Action: scenario.Action, Settings: string(scenario.Settings), BaseURL: scenario.BaseURL,
		AllowOrigins: scenario.Origins, Since: scenario.Since,
	}
	memos := map[string]*string{}
	return &host{connector, connector.Describe(), context, nil, nil, memos, newKnown()}
}

// poll asks for pages until one is the last, then collects what changed.
func (h *host) poll(recorded poll) (told told, err error) {
	h.context.Now, h.context.Listing = recorded.Now, recorded.Listing
	h.context.Silent, h.context.LastTry = recorded.Silent, recorded.LastTry
	if h.context.Listing && !h.lists() {
		return told, fmt.Errorf("%s does not say that it lists", h.context.Action)
	}
	ehr := &ehr{h, recorded.Exchanges, map[string]rounds.Response{}}
	var changes []rounds.Change
	for range mostPages {
		page, err := h.page(ehr)
		if err != nil {
			return told, err
		}
		changes = append(changes, page.Changes...)
		told.unreadable = append(told.unreadable, h.known.unread(page.Unreadable)...)
		told.notices = append(told.notices, h.known.unheard(page.Notices)...)
		*h.place() = &page.Cursor
		if !page.More {
			err = h.collectAll(ehr, changes, &told)
			return told, err
		}
	}
	return told, fmt.Errorf("more than %d pages", mostPages)
}

// place is where what is read now stands: the listing has a cursor of its own.
func (h *host) place() **string {
	if h.context.Listing {
		return &h.listed
	}
	return &h.cursor
}

func (h *host) page(ehr *ehr) (page rounds.Page, err error) {
	cursor := *h.place()
	request, err := h.connector.Poll(h.context, cursor)
	if err != nil {
		return page, err
	}
	answer, err := ehr.next(request)
	if err != nil {
		return page, err
	}
	page, err = h.connector.Changes(h.context, cursor, answer)
	if err == nil && page.More && cursor != nil && page.Cursor == *cursor {
		err = fmt.Errorf("a page with more to come left the cursor as it was")
	}
	return page, err
}

func (h *host) collectAll(ehr *ehr, changes []rounds.Change, told *told) error {
	for _, change := range changes {
		for _, change := range h.known.news(change) {
			if h.context.Silent && change.Kind == rounds.KindMovedAway {
				continue // Of what nobody hears of, nobody hears that it moved.
			}
			if err := h.collect(ehr, change, told); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *host) collect(ehr *ehr, change rounds.Change, told *told) error {
	var collected []rounds.Response
	for range mostSteps + 1 {
		step, err := rounds.Collect(h.connector, h.context, change, h.memos[change.ID], collected)
		if err != nil {
			return err
		}
		fetch, isFetch := step.(rounds.Fetch)
		if !isFetch {
			return h.tell(change, step, told)
		}
		for _, request := range fetch {
			answer, err := ehr.answer(request)
			if err != nil {
				return err
			}
			collected = append(collected, answer)
		}
	}
	return fmt.Errorf("more than %d steps to collect a change", mostSteps)
}

// tell is the last step of a change.
func (h *host) tell(change rounds.Change, step rounds.Step, told *told) error {
	memo := h.memos[change.ID]
	switch step := step.(type) {
	case rounds.Notification:
		if !h.declares(step.Event) {
			return fmt.Errorf("%s does not declare the event %s", h.context.Action, step.Event)
		}
		key := rounds.Or(change.Key, change.ID)
		data := json.RawMessage(step.Payload)
		if !h.context.Silent {
			told.notifications = append(told.notifications,
				notification{change.ID, step.Event, &key, change.Version, data})
		}
		memo = step.Memo
	case rounds.Skipped:
		if !h.context.Silent {
			told.skipped = append(told.skipped, skipped{change.ID, step.Reason})
		}
		if step.Memo != nil {
			memo = step.Memo
		}
	}
	h.memos[change.ID] = memo
	return nil
}

func (h *host) lists() bool {
	return slices.ContainsFunc(h.manifest.Actions, func(action rounds.Action) bool {
		return action.Name == h.context.Action && action.Lists
	})
}

func (h *host) declares(event string) bool {
	return slices.ContainsFunc(h.manifest.Actions, func(action rounds.Action) bool {
		return action.Name == h.context.Action && slices.Contains(action.Events, event)
	})
}
