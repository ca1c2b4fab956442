package roundstest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	rounds "rounds-sdk"
	"rounds-sdk/link"
)

// ehr answers with what was recorded of one poll.
type ehr struct {
	host      *host
	exchanges []exchange
	collected map[string]rounds.Response
}

// next answers a request of a page: the recording's next one.
func (e *ehr) next(request rounds.Request) (answer rounds.Response, err error) {
	asked, err := e.name(request)
	if err != nil {
		return answer, err
	}
	for i := range e.exchanges {
		if exchange := &e.exchanges[i]; !exchange.used {
			if !exchange.is(asked, request) {
				return answer, fmt.Errorf("asked %s, the recording has %s", asked, exchange.Request)
			}
			exchange.used = true
			return exchange.answer(), nil
		}
	}
	return answer, fmt.Errorf("asked %s, and the recording is at its end", asked)
}

// answer answers a request of a step. Equal ones are sent once.
func (e *ehr) answer(request rounds.Request) (answer rounds.Response, err error) {
	asked, err := e.name(request)
	if err != nil {
		return answer, err
	}
	same := asked + " " + string(request.Body)
	if answer, is := e.collected[same]; is {
		return answer, nil
	}
	for i := range e.exchanges {
		if exchange := &e.exchanges[i]; !exchange.used && exchange.is(asked, request) {
			exchange.used = true
			e.collected[same] = exchange.answer()
			return e.collected[same], nil
		}
	}
	return answer, fmt.Errorf("asked %s, which the recording has no more of", asked)
}

// is tells whether this is what was asked.
func (e *exchange) is(asked string, request rounds.Request) bool {
	var text string
	switch {
	case asked != e.Request || !e.has(request):
		return false
	case e.Sends == nil:
		return true
	case json.Unmarshal(e.Sends, &text) == nil:
		return text == string(request.Body)
	}
	return reflect.DeepEqual(parse(string(e.Sends)), parse(string(request.Body)))
}

// has tells whether a request has the headers that are compared.
func (e *exchange) has(request rounds.Request) bool {
	for name, value := range e.Asked {
		is := func(header rounds.Header) bool {
			return strings.EqualFold(header.Name, name) && header.Value == value
		}
		if !slices.ContainsFunc(request.Headers, is) {
			return false
		}
	}
	return true
}

// name is a request as recordings write it, where the manifest allows it.
func (e *ehr) name(request rounds.Request) (string, error) {
	target := request.Target
	if below, is := link.Below(e.host.context.BaseURL, target); is {
		target = below
	}
	path, _, _ := strings.Cut(e.relative(target), "?")
	for _, allowed := range e.host.manifest.Requests {
		method, pattern, _ := strings.Cut(allowed, " ")
		if method == request.Method.String() && matches(pattern, path) {
			return method + " " + target, nil
		}
	}
	return "", fmt.Errorf("%s %s is not among the manifest's requests", request.Method, target)
}

// relative is a target without the allowed origin that it begins with.
func (e *ehr) relative(target string) string {
	for _, origin := range e.host.context.AllowOrigins {
		if rest, is := strings.CutPrefix(target, origin); is && strings.HasPrefix(rest, "/") {
			return rest
		}
	}
	return target
}

func matches(pattern, path string) bool {
	parts, segments := segments(pattern), segments(path)
	for i, part := range parts {
		switch {
		case part == "**":
			return true
		case i >= len(segments) || part != "*" && part != segments[i]:
			return false
		}
	}
	return len(parts) == len(segments)
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
}
