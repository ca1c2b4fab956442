package rounds

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestJSONEscapesWhatItMustAlone(t *testing.T) {
	for wanted, value := range map[string]any{
		`"<&> é 🩺 ` + "\u2028\u2029\u007f" + `"`: "<&> é 🩺 \u2028\u2029\u007f",
		`"\"\\\b\f\n\r\t\u0000\u001f"`:           "\"\\\b\f\n\r\t\x00\x1f",
		`"\\u2028 \\\\u2029"`:                    `\u2028 \\u2029`,
		`{"A":null,"B":[1]}`: struct {
			A *string
			B []int
		}{nil, []int{1}},
		`{"b":1,"a":"` + "\u2028" + `"}`: json.RawMessage("{ \"b\": 1,\n \"a\": \"\u2028\" }"),
		`"` + "\ufffd" + `"`:             "\xff",
	} {
		if got := JSON(value); got != wanted {
			t.Errorf("%s is not %s", got, wanted)
		}
	}
}

func TestReadingSaysWhereAndNeverWhat(t *testing.T) {
	type inner struct {
		ID   string `json:"id"`
		Note *string
		Rest []string `json:",omitempty"`
	}
	type outer struct {
		Items []inner
	}
	for text, wanted := range map[string]string{
		`{"Items":[{"id":"7"}]}`:                   "",
		`{"items":[],"more":1}`:                    "",
		`{"error":"down"}`:                         "other JSON than expected: no Items",
		` null `:                                   "other JSON than expected: null",
		`{"Items":[null]}`:                         "other JSON than expected: no Items[0]",
		`{"Items":null}`:                           "other JSON than expected: no Items",
		`{"Items":[{"id":"7"},{"ID ":"Jane"}]}`:    "other JSON than expected: no Items[1].id",
		"{\"Items\":[\n {\"id\":[\"Jane Doe\"]}]}": "other JSON than expected at line 2, column 8",
		`{"Items":[`:                               "no valid JSON at line 1, column 10 (status 200, media type none)",
		`{"Items":[]} Jane`:                        "no valid JSON at line 1, column 14 (status 200, media type none)",
	} {
		err := Response{Status: 200, Body: []byte(text)}.Read(new(outer))
		if got := fmt.Sprint(err); got != "unexpected response: "+wanted && (wanted != "" || err != nil) {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestNullIsNoValue(t *testing.T) {
	type object struct {
		ID string `json:"id"`
	}
	const other = "unexpected response: other JSON than expected: "
	for _, test := range []struct {
		text   string
		target any
		wanted string
	}{
		{"\nnull\t", new(object), other + "null"},
		{"null", new(*object), other + "null"},
		{"null", new(map[string]object), other + "null"},
		{`[{"id":"7"},null]`, new([]object), other + "no [1]"},
		{`[null]`, new([]map[string]string), other + "no [0]"},
		{`["7",null]`, new([]string), other + "no [1]"},
		{`[["7",null]]`, new([][2]string), other + "no [0][1]"},
		{`[["7"]]`, new([][2]string), other + "no [0] of 2 items"},
		{`[["7","v1",""]]`, new([][2]string), other + "no [0] of 2 items"},
		{`{"Jane":null}`, new(map[string]object), other + "no *"},
		{`{"Jane":{}}`, new(map[string]*object), other + "no *.id"},
		{`{"Jane":[null]}`, new(struct{ Jane []object }), other + "no Jane[0]"},
		{`[null]`, new([]*object), "<nil>"},
		{`{"Jane":null}`, new(map[string]*object), "<nil>"},
		{`{"Jane":null}`, new(struct{ Jane *object }), "<nil>"},
		{`[null]`, new([]any), "<nil>"},
		{`[null]`, new([]json.RawMessage), "<nil>"},
	} {
		if got := fmt.Sprint(ReadJSON(test.text, test.target)); got != test.wanted {
			t.Errorf("%s into %T: %s", test.text, test.target, got)
		}
	}
}

func TestJSONNestedTooDeepIsNeverParsed(t *testing.T) {
	lists := func(depth int) string {
		return strings.Repeat("[", depth) + strings.Repeat("]", depth)
	}
	for text, isDeep := range map[string]bool{
		lists(500): false,
		lists(501): true,
		strings.Repeat(`{"a":`, 501) + "1" + strings.Repeat("}", 501): true,
		strings.Repeat(`["]]",`, 501):                                 true,
		strings.Repeat(`["\\\"]",`, 501):                              true,
		`["` + strings.Repeat(`[{\"`, 501) + `"]`:                     false,
		"[" + strings.Repeat("[{}],", 501) + "1]":                     false,
	} {
		err := ReadJSON(text, new(any))
		if isDeep != (fmt.Sprint(err) == "unexpected response: JSON nested too deep") || !isDeep && err != nil {
			t.Errorf("%.20s…: %v", text, err)
		}
	}
	err := Context{Settings: lists(501)}.ReadSettings(new(any))
	if fmt.Sprint(err) != "invalid settings: JSON nested too deep" {
		t.Error(err)
	}
}

func TestStatusesAreToldApart(t *testing.T) {
	for _, test := range []struct {
		status       uint16
		header, body string
		wanted       string
	}{
		{200, "", "{}", "<nil>"},
		{204, "", "", "<nil>"},
		{200, "text/HTML; charset=utf-8", "x", "unexpected response: HTML with status 200"},
		{200, "", " \n<!DOCTYPE html><p>", "unexpected response: HTML with status 200"},
		{401, "", "", "unauthorized: status 401"},
		{403, "", "", "unauthorized: status 403"},
		{404, "", "", "unexpected response: status 404"},
		{302, "", "", "unexpected response: status 302"},
		{429, "", "", "throttled"},
		{408, "", "", "unavailable: status 408"},
		{503, "", "", "unavailable: status 503"},
	} {
		answer := Response{Status: test.status, Body: []byte(test.body)}
		answer.Headers = []Header{{"content-type", test.header}}
		if got := fmt.Sprint(answer.OK()); got != test.wanted {
			t.Errorf("%d: %s", test.status, got)
		}
	}
	answer := Response{Status: 429, Headers: []Header{{"retry-after", " 30"}}}
	if got := answer.OK().Error(); got != "throttled for 30 s" {
		t.Error(got)
	}
}

func TestQueriesAreEncodedAsInAllLanguages(t *testing.T) {
	request := Get("/Appointment").Query("_count", 100).Query("date", "ge2026+1 a/b&c=d#e?f%Ü:@$,~")
	wanted := "/Appointment?_count=100&date=ge2026%2B1%20a%2Fb%26c%3Dd%23e%3Ff%25%C3%9C:@$,~"
	if request.Target != wanted {
		t.Error(request.Target)
	}
	if got := fmt.Sprintf("%v %+v", request, request); got != "GET /Appointment GET /Appointment" {
		t.Error(got)
	}
}

func TestFingerprintsAreThePublishedOnes(t *testing.T) {
	if got := Fingerprint(); got != "cbf29ce484222325" {
		t.Error(got)
	}
	if Fingerprint("ab", "c") == Fingerprint("a", "bc") {
		t.Error("parts run together")
	}
	// What other languages make of the same.
	if got := Fingerprint("2022-05-06T09:00:00Z", "Ü"); got != "b1eb5af8ea4b5a94" {
		t.Error(got)
	}
}

func TestTimesAreInstants(t *testing.T) {
	berlin, _ := ParseTime("2026-05-05T12:00:00.250+02:00")
	if got := FormatTime(berlin.Add(-5 * time.Second)); got != "2026-05-05T09:59:55.25Z" {
		t.Error(got)
	}
	for _, text := range []string{"2026-05-05T10:00:00", "yesterday", ""} {
		if _, err := ParseTime(text); err == nil {
			t.Errorf("%q is no time", text)
		}
	}
	whole, is := ParseHTTPTime("Tue, 05 May 2026 10:00:00 GMT")
	if !is || FormatTime(whole) != "2026-05-05T10:00:00Z" {
		t.Error(whole)
	}
}

type lab struct{ events []string }

func (l lab) Describe() Manifest {
	return NewManifest("lab", "0.1.0", "").WithActions(Feed("results", "", 1, l.events...))
}
func (lab) Poll(Context, *string) (Request, error)           { return Get("/"), nil }
func (lab) Changes(Context, *string, Response) (Page, error) { return Page{}, nil }

func TestWithoutCollectTheOnlyEventIsTold(t *testing.T) {
	context, change := Context{Action: "results"}, Upserted("7", `{ "a": 1 }`)
	step, err := Collect(lab{[]string{"Results.New"}}, context, change, nil, nil)
	if told, is := step.(Notification); err != nil || !is || told.Payload != change.Data {
		t.Error(step, err)
	}
	if _, err := Collect(lab{[]string{"A.B", "A.C"}}, context, change, nil, nil); err == nil {
		t.Error("which of two?")
	}
}

type misspelt struct{ lab }

func (misspelt) Collect(Context, Change) (Step, error) { return nil, nil }

func TestACollectThatWouldNeverBeCalledIsRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was taken")
		}
	}()
	Export(misspelt{})
}

func TestAnOddRecordTakesNoOtherAlong(t *testing.T) {
	records := []json.RawMessage{}
	for _, text := range []string{`{"id":"1"}`, `null`, `{"id":2}`, `{"id":"3","x":1.0}`} {
		records = append(records, json.RawMessage(text))
	}
	read := func(record string) (Change, error) {
		var known struct {
			ID string `json:"id"`
		}
		err := ReadJSON(record, &known)
		if known.ID == "3" {
			err = UnexpectedResponse("the third")
		}
		return Upserted(known.ID, record), err
	}
	page, err := Last("9").ReadEach("list", records, read)
	if err != nil || len(page.Changes) != 1 || page.Changes[0].ID != "1" {
		t.Errorf("changes %v, %v", page.Changes, err)
	}
	said := ""
	for _, odd := range page.Unreadable {
		said += fmt.Sprint(odd.Place, " ", Or(odd.ID, "-"), " ", odd.Data, "; ")
	}
	if said != `list[1] - null; list[2] - {"id":2}; list[3] 3 {"id":"3","x":1.0}; ` {
		t.Errorf("unreadable %s", said)
	}
	if last := page.Unreadable[2]; last.Reason != "the third" || fmt.Sprint(last) != "list[3]: the third" {
		t.Errorf("%v", last)
	}
	refused := func(string) (Change, error) { return Change{}, InvalidSettings("no") }
	if _, err := Last("9").ReadEach("list", records, refused); err == nil {
		t.Error("another failure was taken for an odd record")
	}
}
