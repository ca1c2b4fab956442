package rounds

import "fmt"

// Case is which kind of failure it is; the host acts on it alone.
type Case uint8

const (
	// CaseInvalidSettings: the settings cannot work. Polling stops until they change.
	CaseInvalidSettings Case = iota
	// CaseUnauthorized: the EHR refused the credentials. The host renews them once.
	CaseUnauthorized
	// CaseThrottled: the EHR asks for a pause.
	CaseThrottled
	// CaseUnavailable: a fault that may pass. The host tries again, later and later.
	CaseUnavailable
	// CaseCursorLost: the EHR no longer knows the cursor. The task stops until a person sets one.
	CaseCursorLost
	// CaseUnexpectedResponse: the EHR answered what this connector cannot read.
	CaseUnexpectedResponse
	// CaseInternal: a fault of the connector's own.
	CaseInternal
)

var cases = [...]string{
	"invalid settings", "unauthorized", "throttled", "unavailable", "cursor lost",
	"unexpected response", "internal",
}

// String is the case in words.
func (c Case) String() string { return cases[c] }

// Failure is why a call came to nothing: the error that the host knows what to do about.
type Failure struct {
	// Case is which of the seven it is.
	Case Case
	// Text stands in logs and must hold no patient's data; a throttled one has none.
	Text string
	// Seconds is the pause that a throttling EHR asks for, where it says.
	Seconds *uint32
}

// Error is the case, and what is to be said of it.
func (f Failure) Error() string {
	switch {
	case f.Case == CaseThrottled && f.Seconds != nil:
		return fmt.Sprintf("throttled for %d s", *f.Seconds)
	case f.Case == CaseThrottled:
		return "throttled"
	}
	return f.Case.String() + ": " + f.Text
}

// InvalidSettings says that the settings cannot work. Polling stops until they change.
func InvalidSettings(text string) Failure { return Failure{Case: CaseInvalidSettings, Text: text} }

// Unauthorized says that the EHR refused the credentials. The host renews them once.
func Unauthorized(text string) Failure { return Failure{Case: CaseUnauthorized, Text: text} }

// Throttled says that the EHR asks for a pause, of so many seconds where it says; nil where not.
func Throttled(seconds *uint32) Failure { return Failure{Case: CaseThrottled, Seconds: seconds} }

// Unavailable says that a fault may pass. The host tries again, later and later.
func Unavailable(text string) Failure { return Failure{Case: CaseUnavailable, Text: text} }

// CursorLost says that the EHR no longer knows the cursor. The task stops until a person sets one.
func CursorLost(text string) Failure { return Failure{Case: CaseCursorLost, Text: text} }

// UnexpectedResponse says that the EHR answered what this connector cannot read.
func UnexpectedResponse(text string) Failure {
	return Failure{Case: CaseUnexpectedResponse, Text: text}
}

// Internal says that the connector itself is at fault.
func Internal(text string) Failure { return Failure{Case: CaseInternal, Text: text} }
