package rounds

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
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

// The host leaves out of a failure what stood in an answer, unless it finds the word in the component.
// There one text stands right behind another, so no word that only a failure has may end one.

// mediaTypes are those that a failure names.
const mediaTypes = "application/json, application/fhir+json, text/html, text/plain, " +
	"application/xml, text/xml, application/fhir+xml, application/pdf, none, "

const (
	notAcceptable = "status 406: the EHR has nothing of the media type that the accept header asks " +
		"for; set another in the connection's headers"
	unsupported = "status 415: the EHR does not know a media type that was sent or asked for; set " +
		"another accept header in the connection's headers"
)

// OK is nil where the status is 2xx and the answer is no web page. Statuses that mean something to
// a connector are for it to look at first: a 404 of one record, a 204 where it says that nothing
// changed, a 202 where it says that an answer is not ready yet. The last two have no JSON.
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
	case r.Status == 406:
		return UnexpectedResponse(notAcceptable)
	case r.Status == 415:
		return UnexpectedResponse(unsupported)
	}
	return UnexpectedResponse(status)
}

// Text is the body as text, without the mark that UTF-8 may begin with; or an [UnexpectedResponse]
// where it is no UTF-8, with the media type that came.
func (r Response) Text() (string, error) {
	text, err := r.text()
	return string(text), err
}

// JSON reads the body into what target points to, as [ReadJSON] does. Of what is no JSON at all the
// error says status and media type as well.
func (r Response) JSON(target any) error {
	text, err := r.text()
	if err != nil {
		return err
	}
	err = ReadJSON(text, target)
	var failure Failure
	if !errors.As(err, &failure) || !strings.HasPrefix(failure.Text, noJSON) {
		return err
	}
	if len(bytes.Trim(text, space)) == 0 {
		return r.isNoJSON("the body is empty (")
	}
	return r.isNoJSON(failure.Text + " (")
}

func (r Response) text() ([]byte, error) {
	if !utf8.Valid(r.Body) {
		return nil, r.isNoJSON("the body is no UTF-8 text (")
	}
	return r.unmarked(), nil
}

// unmarked is the body without the mark that UTF-8 may begin with.
func (r Response) unmarked() []byte { return bytes.TrimPrefix(r.Body, []byte("\ufeff")) }

// isNoJSON says what is wrong, and what came instead.
func (r Response) isNoJSON(what string) Failure {
	return UnexpectedResponse(fmt.Sprintf("%sstatus %d, %s)", what, r.Status, r.mediaType()))
}

// mediaType is the media type in words, where it is one that EHRs and what stands before them answer.
func (r Response) mediaType() string {
	value, _ := r.Header("content-type")
	named, _, _ := strings.Cut(value, ";")
	named = strings.ToLower(strings.TrimSpace(named))
	if named == "" {
		named = "none"
	}
	if slices.Contains(strings.Split(mediaTypes, ", "), named) {
		return "media type " + named
	}
	return "another media type"
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
	body := r.unmarked()
	text := strings.TrimSpace(string(body[:min(len(body), 1024)]))
	return starts(mediaType, "text/html") || starts(text, "<!doctype html") || starts(text, "<html")
}

func starts(text, with string) bool {
	return len(text) >= len(with) && strings.EqualFold(text[:len(with)], with)
}
