package rounds

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// ReadJSON reads JSON into what target points to, as encoding/json does, and wants all of it to be
// there: a field that may be absent or null is a pointer, or is tagged omitempty. For an EHR that
// says what is wrong with status 200 must not be taken for one where nothing changed.
//
// The error is an [UnexpectedResponse] with the place, never with what stands there.
func ReadJSON[T ~string | ~[]byte](text T, target any) error {
	read := []byte(text)
	if wrong := unmarshal(read, target); wrong != "" {
		return UnexpectedResponse(wrong)
	}
	if string(bytes.TrimSpace(read)) == "null" {
		return UnexpectedResponse("other JSON than expected: null")
	}
	if missing := missing(reflect.TypeOf(target), read); missing != "" {
		what := "other JSON than expected: no " + strings.TrimPrefix(missing, ".")
		return UnexpectedResponse(what)
	}
	return nil
}

// unmarshal reads JSON as encoding/json does, and says what is wrong with it; nothing where it is
// right.
func unmarshal(text []byte, target any) (wrong string) {
	if isDeep(text) {
		return "JSON nested too deep"
	}
	if err := json.Unmarshal(text, target); err != nil {
		return unreadable(text, err)
	}
	return ""
}

// noJSON is how the words begin about what is no JSON at all, rather than other JSON than expected.
const noJSON = "no valid JSON"

// unreadable says what is wrong with JSON and where.
func unreadable(text []byte, err error) string {
	what, at := "other JSON than expected", int64(0)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		what, at = noJSON, syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		return what
	}
	before := text[:min(max(at, 0), int64(len(text)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("%s at line %d, column %d", what, line, column)
}

// missing is the path of the first field that a type wants and valid JSON has not; empty where there
// is none.
func missing(kind reflect.Type, text []byte) string {
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if string(text) == "null" || readsItself(kind) {
		return ""
	}
	switch kind.Kind() {
	case reflect.Struct:
		return missingField(kind, text)
	case reflect.Map:
		return missingInMap(kind.Elem(), text)
	case reflect.Slice:
		return missingInItem(kind.Elem(), text)
	case reflect.Array:
		return missingInArray(kind, text)
	}
	return ""
}

func missingField(kind reflect.Type, text []byte) string {
	fields := members(text)
	for _, want := range wants(kind) {
		value, isThere := find(fields, want.name)
		if !isThere && !want.optional {
			return "." + want.name
		}
		if inner := missing(want.kind, value); isThere && inner != "" {
			return "." + want.name + inner
		}
	}
	return ""
}

// missingInMap leaves a name unsaid, as it is the EHR's.
func missingInMap(kind reflect.Type, text []byte) string {
	for _, field := range members(text) {
		if inner, isMissing := missingValue(kind, field.value); isMissing {
			return ".*" + inner
		}
	}
	return ""
}

func missingInItem(kind reflect.Type, text []byte) string {
	for i, item := range items(text) {
		if inner, isMissing := missingValue(kind, item); isMissing {
			return fmt.Sprintf("[%d]%s", i, inner)
		}
	}
	return ""
}

// missingInArray wants as many items as the array has: encoding/json makes up those that lack, and
// drops those beyond.
func missingInArray(kind reflect.Type, text []byte) string {
	count := 0
	for range items(text) {
		count++
	}
	if count != kind.Len() {
		return fmt.Sprintf(" of %d items", kind.Len())
	}
	return missingInItem(kind.Elem(), text)
}

// missingValue is missing for a value that must be there, which one that is null is not.
func missingValue(kind reflect.Type, text []byte) (inner string, isMissing bool) {
	if string(text) == "null" {
		return "", !mayBeNull(kind) && !readsItself(kind)
	}
	inner = missing(kind, text)
	return inner, inner != ""
}

// want is a field that a type reads.
type want struct {
	name     string
	optional bool
	kind     reflect.Type
}

// known holds the wants of types, which are long to find.
var known sync.Map

// wants are the fields that a struct reads, by their names in JSON.
func wants(kind reflect.Type) (found []want) {
	if wants, is := known.Load(kind); is {
		return wants.([]want)
	}
	for _, field := range reflect.VisibleFields(kind) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || field.Anonymous || name == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		optional := mayBeNull(field.Type) || strings.Contains(options, "omit")
		found = append(found, want{name, optional, field.Type})
	}
	known.Store(kind, found)
	return found
}

// find is a field of an object that is there and not null, by the names that encoding/json takes.
func find(fields []member, name string) (value []byte, isThere bool) {
	for _, field := range fields {
		if field.name == name || !isThere && strings.EqualFold(field.name, name) {
			value, isThere = field.value, string(field.value) != "null"
		}
	}
	return value, isThere
}

func mayBeNull(kind reflect.Type) bool {
	return kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Interface
}

// readsItself tells whether what is in a type is that type's own affair, as in [json.RawMessage].
func readsItself(kind reflect.Type) bool {
	by := reflect.PointerTo(kind)
	return by.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		by.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
