package rounds

import (
	"bytes"
	"encoding/json"
	"iter"
	"strings"
	"unicode/utf8"
)

// What stands in JSON that encoding/json has read, and so is valid, found in place: to read it into
// maps once more would take longer than to read it at first.

// member is a field of an object.
type member struct {
	name  string
	value []byte
}

// members are the fields of an object; none of any other value.
func members(text []byte) (found []member) {
	if !bytes.HasPrefix(bytes.TrimLeft(text, space), []byte("{")) {
		return nil
	}
	name := ""
	for i, value := range items(text) {
		if i%2 == 0 {
			name = unquoted(value)
		} else {
			found = append(found, member{name, value})
		}
	}
	return found
}

// unquoted is the text that stands in a string of JSON.
func unquoted(value []byte) (text string) {
	if bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value) {
		return string(value[1 : len(value)-1])
	}
	json.Unmarshal(value, &text)
	return text
}

const space = " \t\r\n"

// items are the values in a list, or the names and values in an object.
func items(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		text = bytes.TrimLeft(text, space)
		if len(text) == 0 || text[0] != '[' && text[0] != '{' {
			return
		}
		for i := 0; ; i++ {
			text = bytes.TrimLeft(text[1:], space)
			if len(text) == 0 || text[0] == ']' || text[0] == '}' {
				return
			}
			end := valueEnd(text)
			if !yield(i, text[:end]) {
				return
			}
			text = bytes.TrimLeft(text[end:], space)
		}
	}
}

// valueEnd is how long the value is that begins here.
func valueEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i+1:])
		case '[', '{':
			depth++
			continue
		case ']', '}':
			depth--
		}
		if next := i + 1; depth == 0 && (next == len(text) || endsValue(text[i], text[next])) {
			return next
		}
	}
	return len(text)
}

// endsValue tells whether a value that is no list and no object, or is closed, ends between these.
func endsValue(last, next byte) bool {
	return last == '"' || last == ']' || last == '}' || strings.IndexByte(space+",:]}", next) >= 0
}

// stringEnd is how long a string is, to its closing quote.
func stringEnd(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
