package rounds

import (
	"fmt"
	"strings"
)

// Method is how a request asks.
type Method uint8

const (
	// MethodGet reads.
	MethodGet Method = iota
	// MethodPost reads by a search or a call whose arguments are a body.
	MethodPost
)

// String is the method as HTTP has it.
func (m Method) String() string {
	if m == MethodPost {
		return "POST"
	}
	return "GET"
}

// Header is one of a request or an answer, its name in lower case.
type Header struct{ Name, Value string }

// Request is for the host to send. Credentials, host and content-length are the host's to add.
// Printed, it shows method and path alone, as a query may name a patient.
type Request struct {
	// Method is how it asks.
	Method Method
	// Target is path and query under the base URL, or a whole URL that the connection allows.
	Target string
	// Headers are sent along.
	Headers []Header
	// Body is what a POST carries; nil is none.
	Body []byte
}

// Get is a GET of this target.
func Get(target string) Request { return Request{Target: target} }

// Post is a POST to this target, still without a body.
func Post(target string) Request { return Request{Method: MethodPost, Target: target} }

// Query adds name=value to the query, both encoded. The name may repeat.
func (r Request) Query(name string, value any) Request {
	separator := "?"
	if strings.Contains(r.Target, "?") {
		separator = "&"
	}
	r.Target += separator + Encode(name) + "=" + Encode(fmt.Sprint(value))
	return r
}

// Header adds a header.
func (r Request) Header(name, value string) Request {
	before := r.Headers[:len(r.Headers):len(r.Headers)]
	r.Headers = append(before, Header{Name: strings.ToLower(name), Value: value})
	return r
}

// WithBody sets a body of this media type.
func (r Request) WithBody(mediaType string, body []byte) Request {
	r.Body = append([]byte{}, body...)
	return r.Header("content-type", mediaType)
}

// WithJSON sets a JSON body. It panics on what JSON cannot hold, as a channel.
func (r Request) WithJSON(value any) Request {
	return r.WithBody("application/json", []byte(JSON(value)))
}

// Format shows method and path alone.
func (r Request) Format(to fmt.State, _ rune) {
	path, _, _ := strings.Cut(r.Target, "?")
	fmt.Fprintf(to, "%s %s", r.Method, path)
}
