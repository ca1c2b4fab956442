package rounds

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Response is what the EHR answered, whatever its status. Printed, it shows the status alone.
type Response struct {
	// Status is HTTP's.
	Status uint16
	// Headers have names in lower case.
	Headers []Header
	// Body is what came, after decompression. It is not to be written to.
	Body []byte
}

// Header is the value of the first header of this name, which is to be in lower case.
func (r Response) Header(name string) (value string, found bool) {
	for _, header := range r.Headers {
		if header.Name == name {
			return header.Value, true
		}
	}
	return "", false
}

// OK is nil where the status is 2xx and the answer is no web page. Statuses that mean something to
// a connector, as a 404 of one record, are for it to look at first.
//
// 401 and 403 are [Unauthorized], 429 is [Throttled], 408 and 5xx are [Unavailable]; everything
// else is [UnexpectedResponse], as is HTML, which is what a sign-in page or a proxy answers.
func (r Response) OK() error {
	status := fmt.Sprintf("status %d", r.Status)
	switch {
	case r.Status >= 200 && r.Status <= 299 && r.isHTML():
		return UnexpectedResponse("HTML with " + status)
	case r.Status >= 200 && r.Status <= 299:
		return nil
	case r.Status == 401 || r.Status == 403:
		return Unauthorized(status)
	case r.Status == 429:
		return Throttled(r.retryAfter())
	case r.Status == 408 || r.Status >= 500 && r.Status <= 599:
		return Unavailable(status)
	}
	return UnexpectedResponse(status)
}

// Text is the body as text, or an [UnexpectedResponse] where it is no UTF-8.
func (r Response) Text() (string, error) {
	if !utf8.Valid(r.Body) {
		return "", UnexpectedResponse("the body is no UTF-8 text")
	}
	return string(r.Body), nil
}

// JSON reads the body into what target points to, as [ReadJSON] does.
func (r Response) JSON(target any) error {
	if !utf8.Valid(r.Body) {
		return UnexpectedResponse("the body is no UTF-8 text")
	}
	return ReadJSON(r.Body, target)
}

// Read is OK, then JSON.
func (r Response) Read(target any) error {
	if err := r.OK(); err != nil {
		return err
	}
	return r.JSON(target)
}

// Format shows the status alone.
func (r Response) Format(to fmt.State, _ rune) { fmt.Fprintf(to, "Response(%d)", r.Status) }

// retryAfter is the pause that the EHR asks for, where it says it in seconds.
func (r Response) retryAfter() *uint32 {
	value, _ := r.Header("retry-after")
	seconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
	if err != nil {
		return nil
	}
	return Some(uint32(seconds))
}

func (r Response) isHTML() bool {
	mediaType, _ := r.Header("content-type")
	text := strings.TrimSpace(string(r.Body[:min(len(r.Body), 1024)]))
	return starts(mediaType, "text/html") || starts(text, "<!doctype html") || starts(text, "<html")
}

func starts(text, with string) bool {
	return len(text) >= len(with) && strings.EqualFold(text[:len(with)], with)
}
