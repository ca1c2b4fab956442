package rounds

import "fmt"

// Context is what the host says at every call. Printed, it shows its action alone.
type Context struct {
	// Action is the one polled: a name from the manifest.
	Action string
	// Settings are the connection's: JSON, valid under the manifest's schema.
	Settings string
	// BaseURL is the connection's, without a slash at its end.
	BaseURL string
	// AllowOrigins are further origins that the user lets this connection ask by whole URL, as
	// "https://ehr.example:8443": other names of the EHR.
	AllowOrigins []string
	// Since says from when changes are wanted while there is no cursor (RFC 3339, UTC).
	Since string
	// Now is the host's clock when this poll began (RFC 3339, UTC). Not to make a cursor of.
	Now string
	// Interrupted says that the action's last request got no answer that the host has on disk.
	Interrupted bool
	// Listing says that all records are wanted, whenever they changed. It is asked only of an action
	// that lists, with a cursor of that listing's own.
	Listing bool
	// Silent says that nobody will hear of what is found, as it was there before: Collect need ask
	// for nothing but what a memo takes.
	Silent bool
	// LastTry says that the EHR has refused something that Collect asked for, for as long as the
	// user wants to wait: what is missing is to be left out, whatever its status, and the rest told.
	LastTry bool
}

// ReadSettings reads the settings into what target points to; what they leave out stays as it
// was, so set the defaults before. The error is an [InvalidSettings] with the place, never with
// what stands there.
func (c Context) ReadSettings(target any) error {
	if wrong := unmarshal([]byte(c.Settings), target); wrong != "" {
		return InvalidSettings(wrong)
	}
	return nil
}

// Format shows the action alone, as settings may hold what is no log's business.
func (c Context) Format(to fmt.State, _ rune) { fmt.Fprintf(to, "Context(%s)", c.Action) }
