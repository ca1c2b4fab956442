// Package roundstest plays recorded exchanges against a connector natively, as the host would.
package roundstest

import (
	"fmt"
	"path/filepath"
	"testing"

	rounds "rounds-sdk"
)

// Play plays every scenario of a folder: files of recorded exchanges, as `rounds poll --record`
// and `rounds connector test` have them. What a host would refuse fails the test as well.
func Play(t *testing.T, connector rounds.Connector, folder string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	if len(files) == 0 {
		t.Fatalf("no recorded exchanges in %s", folder)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			scenario, err := read(file)
			if err != nil {
				t.Fatal(err)
			}
			host := newHost(connector, scenario)
			for i, poll := range scenario.Polls {
				for _, wrong := range host.play(poll) {
					t.Errorf("poll %d: %s", i+1, wrong)
				}
			}
		})
	}
}

// play is one poll, and all that is other than the recording says.
func (h *host) play(recorded poll) (wrong []string) {
	told, err := h.poll(recorded)
	if difference := failed(recorded.Fails, err); difference != "" {
		return []string{difference}
	}
	if recorded.Fails != "" {
		return nil
	}
	if cursor := *h.place(); recorded.Cursor != nil && *recorded.Cursor != *cursor {
		wrong = append(wrong, fmt.Sprintf("the cursor is %q, not %q", *cursor, *recorded.Cursor))
	}
	for _, exchange := range recorded.Exchanges {
		if !exchange.used {
			wrong = append(wrong, "never asked "+exchange.Request)
		}
	}
	for i := range min(len(recorded.Notifications), len(told.notifications)) {
		recorded.Notifications[i].leaveOpen(&told.notifications[i])
	}
	wrong = append(wrong, compare("notification", recorded.Notifications, told.notifications)...)
	wrong = append(wrong, compare("skipped", recorded.Skipped, told.skipped)...)
	wrong = append(wrong, compare("unreadable", recorded.Unreadable, told.unreadable)...)
	return append(wrong, compare("notice", recorded.Notices, told.notices)...)
}

// compare tells two lists apart, item by item.
func compare[T any](what string, wanted, got []T) (wrong []string) {
	for i := range max(len(wanted), len(got)) {
		name := fmt.Sprintf("%s %d", what, i+1)
		switch {
		case i >= len(got):
			wrong = append(wrong, fmt.Sprintf("no %s: %s", name, rounds.JSON(wanted[i])))
		case i >= len(wanted):
			wrong = append(wrong, fmt.Sprintf("%s too many: %s", name, rounds.JSON(got[i])))
		default:
			wanted, got := parse(rounds.JSON(wanted[i])), parse(rounds.JSON(got[i]))
			wrong = append(wrong, differences(name, wanted, got)...)
		}
	}
	return wrong
}
