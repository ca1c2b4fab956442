package rounds

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"rounds-sdk/internal/canonical"
)

// memory is a linear memory of fixed size: what is allocated follows what was.
type memory struct {
	bytes []byte
	end   uint32
}

func newMemory() *memory { return &memory{bytes: make([]byte, 1<<16), end: 8} }

func (m *memory) At(address, length uint32) []byte { return m.bytes[address : address+length] }

func (m *memory) Allocate(length uint32) uint32 {
	address := (m.end + 7) &^ 7
	m.end = address + length
	return address
}

func (m *memory) Keep(text string) uint32 {
	address := m.Allocate(uint32(len(text)))
	copy(m.bytes[address:], text)
	return address
}

// double answers with what it is told to, and remembers what it was given.
type double struct {
	context   Context
	cursor    *string
	answer    Response
	change    Change
	memo      *string
	collected []Response
	page      func() (Page, error)
	request   Request
	step      Step
}

func (d *double) Describe() Manifest {
	actions := []Action{Snapshot("d", "e", 7, "f", "g"), Feed("i", "j", 8, "k").WithLists()}
	actions[1] = actions[1].WithRecordTime(RecordTime{"l.m", TimeEpochMilliseconds, true})
	manifest := NewManifest("a", "b", "c").WithActions(actions...).WithRequests("GET /h")
	return manifest.WithReadHeaders("x-next")
}

func (d *double) Poll(context Context, cursor *string) (Request, error) {
	d.context, d.cursor = context, cursor
	return d.request, nil
}

func (d *double) Changes(context Context, cursor *string, answer Response) (Page, error) {
	d.context, d.cursor, d.answer = context, cursor, answer
	return d.page()
}

func (d *double) Collect(context Context, change Change, memo *string, collected []Response) (Step, error) {
	d.context, d.change, d.memo, d.collected = context, change, memo, collected
	return d.step, nil
}

var someContext = Context{
	"action", "{}", "http://ehr", []string{"https://b"}, "since", "now", true, false, true, false,
}

func writeContext(w *canonical.Writer, c Context) {
	for _, text := range []string{c.Action, c.Settings, c.BaseURL} {
		w.Text(text)
	}
	w.Texts(c.AllowOrigins)
	w.Text(c.Since)
	w.Text(c.Now)
	for _, flag := range []bool{c.Interrupted, c.Listing, c.Silent, c.LastTry} {
		w.Bool(flag)
	}
}

func writeResponse(w *canonical.Writer, r Response) {
	w.U8(uint8(r.Status))
	w.U8(uint8(r.Status >> 8))
	canonical.WriteList(w, headerSize, r.Headers, writeHeader)
	w.Bool(false)
	w.Align(4)
	w.Bytes(string(r.Body))
}

// The layout of a record, byte for byte, as the host of the contract reads it.
func TestTheManifestLiesWhereTheHostLooks(t *testing.T) {
	m := newMemory()
	result := guest{&double{}, m}.describe()
	r := canonical.NewReader(m, result)
	texts := []string{r.Text(), r.Text(), r.Text()}
	actions := canonical.ReadList(r, 52, func(r *canonical.Reader) Action {
		action := Action{r.Text(), r.Text(), r.Texts(), Detection(r.U8()), r.U32(), r.Bool(), nil}
		// Whether there is a time of change, before it.
		if present := r.U32(); present == 1 {
			action.RecordTime = &RecordTime{r.Text(), TimeForm(r.U8()), r.Bool()}
		}
		return action
	})
	texts = append(texts, r.Text())
	auth := r.Texts()
	requests, headers := r.Texts(), r.Texts()
	wanted := []Action{
		{"d", "e", []string{"f", "g"}, DetectionSnapshot, 7, false, nil},
		{"i", "j", []string{"k"}, DetectionFeed, 8, true, &RecordTime{"l.m", TimeEpochMilliseconds, true}},
	}
	if !reflect.DeepEqual(actions, wanted) {
		t.Errorf("actions %v", actions)
	}
	if got := strings.Join(texts, " "); got != `a b c {"type":"object","additionalProperties":false}` {
		t.Errorf("texts %s", got)
	}
	if auth[0] != "none" || requests[0] != "GET /h" || headers[0] != "x-next" {
		t.Errorf("%v %v %v", auth, requests, headers)
	}
}

func TestARequestKeepsItsBytes(t *testing.T) {
	m := newMemory()
	double := &double{request: Post("/x").Header("A", "b").WithBody("text/plain", []byte("\xff"))}
	w, arguments := canonical.NewWriter(m, 64)
	writeContext(w, someContext)
	w.OptionalText(Some("cursor"))
	result := guest{double, m}.poll(arguments)
	if !reflect.DeepEqual(double.context, someContext) || *double.cursor != "cursor" {
		t.Errorf("given %v %v", double.context, *double.cursor)
	}
	// result<request>: case, method, target, headers, body: option, variant, bytes.
	record := m.At(result, 40)
	if got := []byte{record[0], record[4], record[24], record[28]}; !reflect.DeepEqual(got, []byte{0, 1, 1, 1}) {
		t.Errorf("cases %v", got)
	}
	r := canonical.NewReader(m, result+8)
	target, headers := r.Text(), canonical.ReadList(r, 16, readHeader)
	body := canonical.NewReader(m, result+32).Bytes()
	wanted := []Header{{"a", "b"}, {"content-type", "text/plain"}}
	if target != "/x" || !reflect.DeepEqual(headers, wanted) || string(body) != "\xff" {
		t.Errorf("%q %v %q", target, headers, body)
	}
}

// changesOf has the double read an answer, and gives the result's case, and where what it holds is.
func callChanges(t *testing.T, page func() (Page, error)) (*double, *memory, bool, uint32) {
	t.Helper()
	m, double := newMemory(), &double{page: page}
	w, arguments := canonical.NewWriter(m, 80)
	writeContext(w, someContext)
	w.OptionalText(nil)
	writeResponse(w, Response{299, []Header{{"x", "y"}}, []byte("Ünï")})
	result := guest{double, m}.changes(arguments)
	return double, m, m.At(result, 1)[0] == 1, result + 4
}

func TestAPageIsReadAndWritten(t *testing.T) {
	change := Upserted("7", `{"é":1}`).WithVersion("v").WithContent("w").WithOccurredAt("t")
	odd := []Unreadable{{"entry 3", Some("9"), "no time", "{}"}, {"entry 4", nil, "no id", "7"}}
	double, m, failed, at := callChanges(t, func() (Page, error) {
		return More("c", Deleted("8"), change).WithUnreadable(odd...).WithNotices("It does not sort."), nil
	})
	if wanted := (Response{299, []Header{{"x", "y"}}, []byte("Ünï")}); !reflect.DeepEqual(double.answer, wanted) {
		t.Errorf("given %s %v", double.answer.Body, double.answer.Headers)
	}
	r := canonical.NewReader(m, at)
	changes := canonical.ReadList(r, 68, readChange)
	unreadable := canonical.ReadList(r, 36, func(r *canonical.Reader) Unreadable {
		return Unreadable{r.Text(), r.OptionalText(), r.Text(), r.Text()}
	})
	notices := canonical.ReadList(r, 8, (*canonical.Reader).Text)
	if !reflect.DeepEqual(unreadable, odd) || !reflect.DeepEqual(notices, []string{"It does not sort."}) {
		t.Errorf("unreadable %v, notices %v", unreadable, notices)
	}
	if cursor := r.Text(); failed || cursor != "c" || !r.Bool() || double.cursor != nil {
		t.Errorf("failed %v, cursor %q", failed, cursor)
	}
	if !reflect.DeepEqual(changes, []Change{Deleted("8"), change}) {
		t.Errorf("changes %#v", changes)
	}
}

func TestEveryErrorAndPanicIsAFailure(t *testing.T) {
	var nothing []int
	for name, test := range map[string]struct {
		page   func() (Page, error)
		wanted Failure
	}{
		"failure":  {func() (Page, error) { return Page{}, CursorLost("gone") }, CursorLost("gone")},
		"throttle": {func() (Page, error) { return Page{}, Throttled(Some(uint32(9))) }, Throttled(Some(uint32(9)))},
		"wrapped": {
			func() (Page, error) { return Page{}, errors.Join(errors.New("x"), Unavailable("y")) }, Unavailable("y"),
		},
		"error": {
			func() (Page, error) { _, err := strconv.Atoi("Jane"); return Page{}, err },
			Internal("an error that is no Failure: *strconv.NumError"),
		},
		"panic": {
			func() (Page, error) { panic("no such state") },
			Internal("panicked at guest_test.go: no such state"),
		},
		"panic with an error": {
			func() (Page, error) { _, err := strconv.Atoi("Jane"); panic(err) },
			Internal("panicked at guest_test.go: *strconv.NumError"),
		},
		"index": {
			func() (Page, error) { return Page{Cursor: strconv.Itoa(nothing[len(nothing)+3])}, nil },
			Internal("panicked at guest_test.go: runtime error: index out of range [3] with length 0"),
		},
		"no UTF-8": {
			func() (Page, error) { return Last("\xff"), nil },
			Internal("panicked at writer.go: a text is no valid UTF-8"),
		},
		"no UTF-8 in the failure": {
			func() (Page, error) { return Page{}, Internal("\xff") }, Internal("\ufffd"),
		},
	} {
		_, m, failed, at := callChanges(t, test.page)
		r := canonical.NewReader(m, at)
		got := Failure{Case: Case(r.U8())}
		if got.Case == CaseThrottled {
			r = canonical.NewReader(m, at+8)
			got.Seconds = Some(r.U32())
		} else {
			got.Text = withoutLine(canonical.NewReader(m, at+4).Text())
		}
		if !failed || !reflect.DeepEqual(got, test.wanted) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// withoutLine leaves out the number of a line: ".go:12: " becomes ".go: ".
func withoutLine(text string) string {
	before, after, found := strings.Cut(text, ".go:")
	if !found {
		return text
	}
	return before + ".go" + strings.TrimLeft(after, "0123456789")
}

func TestStepsAreTheCasesOfTheContract(t *testing.T) {
	for wanted, step := range []Step{
		Fetch{Get("/a"), Get("/b")}, Notification{Event: "e", Payload: "p"}.WithMemo("m"), Skip("r"),
	} {
		m, double := newMemory(), &double{step: step}
		w, arguments := canonical.NewWriter(m, 140)
		writeContext(w, someContext)
		writeChange(w, Upserted("7", "{}").WithKey("k").WithContent("c"))
		w.OptionalText(Some("memo"))
		canonical.WriteList(w, responseSize, []Response{{Status: 200}, {Status: 404, Body: []byte("x")}}, writeResponse)
		result := guest{double, m}.collect(arguments)
		if got := m.At(result, 36); got[0] != 0 || got[4] != byte(wanted) {
			t.Errorf("cases %d %d, not 0 %d", got[0], got[4], wanted)
		}
		if double.change.ID != "7" || *double.change.Key != "k" || *double.change.Content != "c" ||
			*double.memo != "memo" {
			t.Errorf("given %#v", double)
		}
		if len(double.collected) != 2 || double.collected[1].Status != 404 || string(double.collected[1].Body) != "x" {
			t.Errorf("collected %v", double.collected)
		}
	}
}

func TestEachFlagOfTheContextIsItsOwn(t *testing.T) {
	for _, wanted := range []Context{{Interrupted: true}, {Listing: true}, {Silent: true}, {LastTry: true}} {
		m, double := newMemory(), &double{request: Get("/x")}
		w, arguments := canonical.NewWriter(m, 64)
		writeContext(w, wanted)
		w.OptionalText(nil)
		guest{double, m}.poll(arguments)
		if wanted.AllowOrigins = []string{}; !reflect.DeepEqual(double.context, wanted) {
			t.Errorf("given %#v, not %#v", double.context, wanted)
		}
	}
}

// mover tells of moves, and remembers what it was given.
type mover struct {
	*double
	moved *Change
}

func (m mover) MovedAway(_ Context, change Change, _ *string, _ []Response) (Step, error) {
	*m.moved = change
	return Skip("moved"), nil
}

func TestWhatMovedAwayIsNotCollected(t *testing.T) {
	double, moved := &double{step: Skip("collected")}, Change{}
	for _, test := range []struct {
		connector Connector
		wanted    string
	}{{double, "it has another key from now on"}, {mover{double, &moved}, "moved"}} {
		m := newMemory()
		w, arguments := canonical.NewWriter(m, 140)
		writeContext(w, someContext)
		change := Upserted("7", "{}").WithKey("before")
		change.Kind = KindMovedAway
		writeChange(w, change)
		w.OptionalText(nil)
		canonical.WriteList(w, responseSize, nil, writeResponse)
		result := guest{test.connector, m}.collect(arguments)
		if reason := canonical.NewReader(m, result+8).Text(); reason != test.wanted {
			t.Errorf("%q, not %q", reason, test.wanted)
		}
	}
	if moved.Kind != KindMovedAway || *moved.Key != "before" {
		t.Errorf("given %#v", moved)
	}
}
