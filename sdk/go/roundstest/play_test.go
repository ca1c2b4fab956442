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
		WithActions(rounds.Feed("results", "Results", 1, "Results.New")).
		WithRequests("GET /results/*")
}

func (l lab) Poll(rounds.Context, *string) (rounds.Request, error) {
	return rounds.Get(l.target), nil
}

func (l lab) Changes(_ rounds.Context, _ *string, answer rounds.Response) (rounds.Page, error) {
	return l.page, answer.OK()
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

func TestAVersionSeenIsNotToldAgain(t *testing.T) {
	page := rounds.Last("8", rounds.Upserted("7", "{}").WithVersion("1"))
	host := newHost(lab{"/results/1", "Results.New", page}, scenario{Action: "results"})
	for i, wanted := range []int{1, 0} {
		told, err := host.poll(poll{Exchanges: []exchange{{Request: "GET /results/1"}}})
		if err != nil || len(told.notifications) != wanted {
			t.Errorf("poll %d: %d notifications, %v", i+1, len(told.notifications), err)
		}
	}
}
