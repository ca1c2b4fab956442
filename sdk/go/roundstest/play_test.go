package roundstest

import (
	"strings"
	"testing"

	rounds "rounds-sdk"
)

// lab answers as it is told, whatever it is asked.
type lab struct {
	target, event string
	page          rounds.Page
}

func (l lab) Describe() rounds.Manifest {
	return rounds.NewManifest("lab", "0.1.0", "Results of the lab").
		WithActions(rounds.Feed("results", "Results", 1, "Results.New").WithLists()).
		WithActions(rounds.Feed("orders", "Orders", 1, "Order.New")).
		WithRequests("GET /results/*")
}

func (l lab) Poll(rounds.Context, *string) (rounds.Request, error) {
	return rounds.Get(l.target), nil
}

func (l lab) Changes(_ rounds.Context, _ *string, answer rounds.Response) (rounds.Page, error) {
	return l.page, answer.OK()
}

func (l lab) MovedAway(
	_ rounds.Context, change rounds.Change, memo *string, _ []rounds.Response,
) (rounds.Step, error) {
	return rounds.Notify(l.event, map[string]any{"gone from": change.Key, "memo": memo}), nil
}

func (l lab) Collect(
	_ rounds.Context, change rounds.Change, _ *string, _ []rounds.Response,
) (rounds.Step, error) {
	return rounds.Notify(l.event, map[string]any{"id": change.ID, "note": nil}), nil
}

func TestWhatDiffersIsSaid(t *testing.T) {
	one := rounds.Last("8", rounds.Upserted("7", "{}").WithVersion("1"))
	right := lab{"/results/1", "Results.New", one}
	moved := right
	moved.target = "/results/2"
	forbidden := right
	forbidden.target = "/patients"
	undeclared := right
	undeclared.event = "Results.Old"
	told := notification{Record: "7", Event: "Results.New", Data: parse(`{"id":"7","note":null}`)}
	other := told
	other.Data = parse(`{"id":"8","more":1}`)
	for _, test := range []struct {
		name   string
		lab    lab
		status uint16
		poll   poll
		wanted string
	}{
		{"right", right, 200, poll{Cursor: rounds.Some("8"), Notifications: []notification{told}}, ""},
		{"right to fail", right, 503, poll{Fails: "unavailable: status 503"}, ""},
		{"another cursor", right, 200, poll{Cursor: rounds.Some("9"), Notifications: []notification{told}},
			`the cursor is "8", not "9"`},
		{"another payload", right, 200, poll{Notifications: []notification{other}},
			`notification 1.data.id is "7", not "8"`},
		{"too many", right, 200, poll{}, "notification 1 too many"},
		{"another request", moved, 200, poll{}, "asked GET /results/2, the recording has GET /results/1"},
		{"a forbidden request", forbidden, 200, poll{}, "GET /patients is not among"},
		{"an undeclared event", undeclared, 200, poll{}, "does not declare the event Results.Old"},
		{"an unforeseen failure", right, 401, poll{}, "failed: unauthorized: status 401"},
		{"a missing failure", right, 200, poll{Fails: "throttled"}, "did not fail as throttled"},
	} {
		test.poll.Exchanges = []exchange{{Request: "GET /results/1", Status: test.status}}
		wrong := strings.Join(newHost(test.lab, scenario{Action: "results"}).play(test.poll), "; ")
		if !strings.Contains(wrong, test.wanted) || (wrong == "") != (test.wanted == "") {
			t.Errorf("%s: %q", test.name, wrong)
		}
	}
}

// polled has a lab polled that answers with each of these pages in turn.
func polled(t *testing.T, mode poll, host *host, pages ...rounds.Page) (told []told) {
	t.Helper()
	for _, page := range pages {
		host.connector = lab{"/results/1", "Results.New", page}
		mode.Exchanges = []exchange{{Request: "GET /results/1"}}
		came, err := host.poll(mode)
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, came)
	}
	return told
}

func results() *host { return newHost(lab{}, scenario{Action: "results"}) }

func TestAStateIsVersionAndContentAndIsToldOnce(t *testing.T) {
	host := results()
	of := func(version, data string) rounds.Change { return rounds.Upserted("7", data).WithVersion(version) }
	for _, test := range []struct {
		what   string
		change rounds.Change
		wanted int
	}{
		{"new", of("1", "a"), 1},
		{"again", of("1", "a"), 0},
		{"something else under that version", of("1", "b"), 1},
		{"another version, with no word of what counts", of("2", "b"), 1},
		{"a content", of("3", "x").WithContent("c"), 1},
		{"another version that says the same", of("4", "y").WithContent("c"), 0},
		{"something else under that version", of("4", "y").WithContent("d"), 1},
		{"an old state, late", of("3", "x").WithContent("c"), 0},
		{"a content without a version", rounds.Upserted("7", "x").WithContent("e"), 1},
		{"a content without a version, again", rounds.Upserted("7", "x").WithContent("e"), 0},
		{"neither", rounds.Upserted("7", "a"), 1},
		{"neither, again", rounds.Upserted("7", "a"), 1},
		{"gone", rounds.Deleted("7").WithVersion("5"), 1},
		{"gone as before", rounds.Deleted("7").WithVersion("6"), 0},
	} {
		told := polled(t, poll{}, host, rounds.Last("8", test.change))
		if got := len(told[0].notifications); got != test.wanted {
			t.Errorf("%s: %d notifications", test.what, got)
		}
	}
}

func TestWhoLosesARecordHearsOfItFirst(t *testing.T) {
	change := rounds.Upserted("7", "1").WithVersion("1")
	told := polled(t, poll{}, results(), rounds.Last("8", change.WithKey("ada")),
		rounds.Last("8", rounds.Upserted("7", "2").WithVersion("2").WithKey("ben")),
		rounds.Last("8", rounds.Deleted("7").WithVersion("3")))
	moved, ben, gone := told[1].notifications[0], told[1].notifications[1], told[2].notifications[0]
	if data := rounds.JSON(moved.Data); *moved.Key != "ada" || data != `{"gone from":"ada","memo":null}` {
		t.Errorf("moved: %s", rounds.JSON(moved))
	}
	if *ben.Key != "ben" || *gone.Key != "ben" {
		t.Errorf("keys %s and %s", *ben.Key, *gone.Key)
	}
}

func TestWhatCannotBeReadAndNoticesAreToldOnce(t *testing.T) {
	odd := rounds.Unreadable{Place: "entry 3", ID: rounds.Some("9"), Reason: "no time", Data: "{}"}
	page := rounds.Last("8").WithUnreadable(odd).WithNotices("It does not sort.")
	told := polled(t, poll{}, results(), page, page)
	if first := told[0]; len(first.unreadable) != 1 || *first.unreadable[0].ID != "9" || len(first.notices) != 1 {
		t.Errorf("first %v", first)
	}
	if again := told[1]; len(again.unreadable)+len(again.notices) != 0 {
		t.Errorf("again %v", again)
	}
}

func TestASilentListingHasItsOwnCursorAndTellsNobody(t *testing.T) {
	host, change := results(), rounds.Upserted("7", "{}").WithVersion("1")
	told := polled(t, poll{Listing: true, Silent: true}, host, rounds.Last("9", change))
	if len(told[0].notifications) != 0 || host.cursor != nil || *host.listed != "9" {
		t.Errorf("%v, cursors %v %v", told, host.cursor, host.listed)
	}
	if told := polled(t, poll{}, host, rounds.Last("8", change)); len(told[0].notifications) != 0 {
		t.Errorf("what was read in silence was told")
	}
	_, err := newHost(lab{}, scenario{Action: "orders"}).poll(poll{Listing: true})
	if err == nil || err.Error() != "orders does not say that it lists" {
		t.Errorf("%v", err)
	}
}
