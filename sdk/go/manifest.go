package rounds

// Detection is how an action finds changes.
type Detection uint8

const (
	// DetectionFeed: the EHR says what changed since a cursor.
	DetectionFeed Detection = iota
	// DetectionConsumingFeed: reading takes changes off the EHR's list.
	DetectionConsumingFeed
	// DetectionSnapshot: the EHR only lists what there is; the host compares.
	DetectionSnapshot
)

// TimeForm is how a time of change is written.
type TimeForm uint8

const (
	// TimeRFC3339 is a day and a time of it, as RFC 3339 and ISO 8601 write them; without a zone as
	// well.
	TimeRFC3339 TimeForm = iota
	// TimeDate is a day alone, as 2026-05-01.
	TimeDate
	// TimeEpochSeconds are seconds since 1970, as a number or as its digits, with decimals maybe.
	TimeEpochSeconds
	// TimeEpochMilliseconds are milliseconds since 1970, as a number or as its digits.
	TimeEpochMilliseconds
	// TimeSequence is a number that is no time and only grows, as a journal counts.
	TimeSequence
)

// RecordTime says where records say when they changed: what rounds connector test tries and
// recordings replace goes by it.
type RecordTime struct {
	// Field says where in a record, as the EHR answers it: the names that lead there from the record
	// inwards, with dots between, as "changedAt" or "meta.lastUpdated".
	Field string
	// Form says how it is written.
	Form TimeForm
	// Unique says that no two changes share one.
	Unique bool
}

// Action is what can be polled of an EHR.
type Action struct {
	// Name is as "appointments".
	Name string
	// Summary is one line for people.
	Summary string
	// Events are those that it can notify.
	Events []string
	// Detection says how it finds changes.
	Detection Detection
	// Fastest is the least number of seconds between two polls.
	Fastest uint32
	// Lists says that its whole listing can be read beside what changed: see Context.Listing.
	Lists bool
	// RecordTime is its records' time of change; nil where they have none.
	RecordTime *RecordTime
}

// Feed is an action whose EHR says what changed since a cursor.
func Feed(name, summary string, fastest uint32, events ...string) Action {
	return Action{Name: name, Summary: summary, Events: events, Fastest: fastest}
}

// ConsumingFeed is an action whose EHR takes off its list what was read.
func ConsumingFeed(name, summary string, fastest uint32, events ...string) Action {
	action := Feed(name, summary, fastest, events...)
	action.Detection = DetectionConsumingFeed
	return action
}

// Snapshot is an action whose EHR only lists what there is.
func Snapshot(name, summary string, fastest uint32, events ...string) Action {
	action := Feed(name, summary, fastest, events...)
	action.Detection = DetectionSnapshot
	return action
}

// WithLists says that the action's whole listing can be read beside what changed: Poll and Changes
// mind Context.Listing.
func (a Action) WithLists() Action {
	a.Lists = true
	return a
}

// WithRecordTime says where the action's records say when they changed.
func (a Action) WithRecordTime(time RecordTime) Action {
	a.RecordTime = &time
	return a
}

// Manifest is what a connector says of itself.
type Manifest struct {
	// Name is the connector's, as configurations give it.
	Name string
	// Version is a semantic one.
	Version string
	// Summary is one line for people.
	Summary string
	// Actions are what can be polled.
	Actions []Action
	// SettingsSchema is the JSON Schema of the connection's settings; empty, there are none.
	SettingsSchema string
	// Auth lists the ways to sign in: "none", "basic", "bearer", "header",
	// "oauth2-client-credentials", "smart-backend-services", "session". Without any, "none".
	Auth []string
	// Requests are all that it will ever ask for: a method and a path each, as "GET /Patient/*",
	// where * stands for one segment and ** at the end for any number.
	Requests []string
	// ReadsHeaders are the headers of answers that it reads, in lower case, as "x-next-page":
	// recordings keep them, beside content-type, link, etag, last-modified, date and retry-after.
	// What carries credentials is never kept.
	ReadsHeaders []string
}

// NewManifest is one that has no actions and no requests yet.
func NewManifest(name, version, summary string) Manifest {
	return Manifest{Name: name, Version: version, Summary: summary}
}

// WithActions adds actions.
func (m Manifest) WithActions(actions ...Action) Manifest {
	m.Actions = append(m.Actions[:len(m.Actions):len(m.Actions)], actions...)
	return m
}

// WithSettings sets the JSON Schema of the settings.
func (m Manifest) WithSettings(schema string) Manifest {
	m.SettingsSchema = schema
	return m
}

// WithAuth sets the ways to sign in.
func (m Manifest) WithAuth(ways ...string) Manifest {
	m.Auth = ways
	return m
}

// WithRequests sets all that it will ever ask for.
func (m Manifest) WithRequests(requests ...string) Manifest {
	m.Requests = requests
	return m
}

// WithReadHeaders sets the headers of answers that it reads, in lower case.
func (m Manifest) WithReadHeaders(names ...string) Manifest {
	m.ReadsHeaders = names
	return m
}

// whole fills in what stands for nothing said.
func (m Manifest) whole() Manifest {
	if m.SettingsSchema == "" {
		m.SettingsSchema = `{"type":"object","additionalProperties":false}`
	}
	if m.Auth == nil {
		m.Auth = []string{"none"}
	}
	return m
}
