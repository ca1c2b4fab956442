package rounds

import (
	"strings"
	"unicode/utf8"

	"rounds-sdk/internal/canonical"
)

// The sizes of the contract's records, as the canonical ABI lays them out.
const (
	actionSize      = 52
	changeSize      = 68
	credentialsSize = 16
	failureSize     = 12
	manifestSize    = 64
	pageSize        = 36
	requestSize     = 36
	stepSize        = 32
	unreadableSize  = 36
)

func writeManifest(w *canonical.Writer, manifest Manifest) {
	w.Text(manifest.Name)
	w.Text(manifest.Version)
	w.Text(manifest.Summary)
	canonical.WriteList(w, actionSize, manifest.Actions, writeAction)
	w.Text(manifest.SettingsSchema)
	w.Texts(manifest.Auth)
	w.Texts(manifest.Requests)
	w.Texts(manifest.ReadsHeaders)
}

func writeAction(w *canonical.Writer, action Action) {
	w.Text(action.Name)
	w.Text(action.Summary)
	w.Texts(action.Events)
	w.U8(uint8(action.Detection))
	w.U32(action.Fastest)
	w.Bool(action.Lists)
	w.Align(4)
	w.Bool(action.RecordTime != nil)
	w.Align(4)
	if action.RecordTime != nil {
		w.Text(action.RecordTime.Field)
		w.U8(uint8(action.RecordTime.Form))
		w.Bool(action.RecordTime.Unique)
	}
}

func writeHeader(w *canonical.Writer, header Header) {
	w.Text(header.Name)
	w.Text(header.Value)
}

func writeRequest(w *canonical.Writer, request Request) {
	w.U8(uint8(request.Method))
	w.Text(request.Target)
	canonical.WriteList(w, headerSize, request.Headers, writeHeader)
	w.Bool(request.Body != nil)
	w.Align(4)
	if request.Body != nil {
		isBytes := !utf8.Valid(request.Body)
		w.Bool(isBytes)
		w.Bytes(string(request.Body))
	}
}

func writeChange(w *canonical.Writer, change Change) {
	w.Text(change.ID)
	w.U8(uint8(change.Kind))
	w.OptionalText(change.Version)
	w.OptionalText(change.Content)
	w.OptionalText(change.Key)
	w.OptionalText(change.OccurredAt)
	w.Text(change.Data)
}

func writeUnreadable(w *canonical.Writer, unreadable Unreadable) {
	w.Text(unreadable.Place)
	w.OptionalText(unreadable.ID)
	w.Text(unreadable.Reason)
	w.Text(unreadable.Data)
}

func writePage(w *canonical.Writer, page Page) {
	canonical.WriteList(w, changeSize, page.Changes, writeChange)
	canonical.WriteList(w, unreadableSize, page.Unreadable, writeUnreadable)
	w.Texts(page.Notices)
	w.Text(page.Cursor)
	w.Bool(page.More)
}

func writeStep(w *canonical.Writer, step Step) {
	switch step := step.(type) {
	case Fetch:
		w.U8(0)
		canonical.WriteList(w, requestSize, step, writeRequest)
	case Notification:
		w.U8(1)
		w.Text(step.Event)
		w.Text(step.Payload)
		w.OptionalText(step.Memo)
	case Skipped:
		w.U8(2)
		w.Text(step.Reason)
		w.OptionalText(step.Memo)
	default:
		panic("Collect answered with no step")
	}
}

func writeCredentials(w *canonical.Writer, credentials Credentials) {
	canonical.WriteList(w, headerSize, credentials.Headers, writeHeader)
	w.OptionalU32(credentials.ExpiresIn)
}

func writeFailure(w *canonical.Writer, failure Failure) {
	w.U8(uint8(failure.Case))
	if failure.Case == CaseThrottled {
		w.OptionalU32(failure.Seconds)
		return
	}
	w.Text(strings.ToValidUTF8(failure.Text, "\ufffd"))
}
