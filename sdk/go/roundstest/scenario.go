package roundstest

import (
	"bytes"
	"encoding/json"
	"os"
	"time"

	rounds "rounds-sdk"
)

// scenario is a file of recorded exchanges.
type scenario struct {
	About    string          `json:"about"`
	Action   string          `json:"action"`
	Settings json.RawMessage `json:"settings"`
	BaseURL  string          `json:"base_url"`
	Origins  []string        `json:"allow_origins"`
	Since    string          `json:"since"`
	Polls    []poll          `json:"polls"`
}

// poll is one poll of it, and what is to come of that.
type poll struct {
	Now           string         `json:"now"`
	Listing       bool           `json:"listing"`
	Silent        bool           `json:"silent"`
	LastTry       bool           `json:"last_try"`
	Exchanges     []exchange     `json:"exchanges"`
	Cursor        *string        `json:"cursor"`
	Notifications []notification `json:"notifications"`
	Skipped       []skipped      `json:"skipped"`
	Unreadable    []unreadable   `json:"unreadable"`
	Notices       []string       `json:"notices"`
	Fails         string         `json:"fails"`
}

type exchange struct {
	Request   string            `json:"request"`
	Sends     json.RawMessage   `json:"sends"`
	Asked     map[string]string `json:"request_headers"`
	Status    uint16            `json:"status"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	BodyBytes struct {
		Base64 []byte `json:"base64"`
	} `json:"body_bytes"`
	used bool
}

type notification struct {
	Record  string  `json:"record"`
	Event   string  `json:"event"`
	Key     *string `json:"key,omitempty"`
	Version *string `json:"version,omitempty"`
	Data    any     `json:"data"`
}

// leaveOpen takes over what the recording does not say.
func (n *notification) leaveOpen(told *notification) {
	if n.Key == nil {
		n.Key = told.Key
	}
	if n.Version == nil {
		n.Version = told.Version
	}
}

type skipped struct {
	Record string `json:"record"`
	Reason string `json:"reason"`
}

type unreadable struct {
	Place  string  `json:"place"`
	ID     *string `json:"id,omitempty"`
	Reason string  `json:"reason"`
}

// read reads a scenario and fills in what may be left out.
func read(file string) (scenario, error) {
	read := scenario{
		Settings: json.RawMessage("{}"),
		BaseURL:  "http://ehr.example",
		Since:    "2026-01-01T00:00:00Z",
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return read, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(&read); err != nil {
		return read, err
	}
	return read, read.setClock()
}

// setClock sets the clock of polls that don't say: a minute after the one before.
func (s *scenario) setClock() error {
	now := s.Since
	for i := range s.Polls {
		before, err := rounds.ParseTime(now)
		if err != nil {
			return err
		}
		if s.Polls[i].Now == "" {
			s.Polls[i].Now = rounds.FormatTime(before.Add(time.Minute))
		}
		now = s.Polls[i].Now
	}
	return nil
}

// answer is what the EHR said in this exchange.
func (e *exchange) answer() rounds.Response {
	answer := rounds.Response{Status: e.Status}
	if answer.Status == 0 {
		answer.Status = 200
	}
	var text string
	switch {
	case e.BodyBytes.Base64 != nil:
		answer.Body = e.BodyBytes.Base64
	case json.Unmarshal(e.Body, &text) == nil:
		answer.Body = []byte(text)
	default:
		answer.Body = []byte(rounds.JSON(e.Body))
		if _, says := e.Headers["content-type"]; !says && e.Body != nil {
			answer.Headers = []rounds.Header{{Name: "content-type", Value: "application/json"}}
		}
	}
	for name, value := range e.Headers {
		answer.Headers = append(answer.Headers, rounds.Header{Name: name, Value: value})
	}
	return answer
}
