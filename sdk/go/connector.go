package rounds

import "reflect"

// Connector is what every connector implements. Its methods are pure: equal arguments, equal
// answer, and nothing is kept between calls. The host calls them in the order Poll, Changes (again
// while a page says that there is more), then collects every change.
//
// An error that is a [Failure] tells the host what to do; any other, and every panic, becomes an
// [Internal] one.
type Connector interface {
	// Describe says what this connector can poll, and all that it will ever ask for.
	Describe() Manifest

	// Poll says what to ask the EHR next, given the cursor of the last page; nil at the first
	// poll, which starts at Context.Since.
	Poll(context Context, cursor *string) (Request, error)

	// Changes says what the EHR's answer says changed, and the cursor from which to go on. It is
	// called with the cursor that Poll was given, and with every answer, those of an error status
	// included: begin with Response.OK or Response.Read.
	Changes(context Context, cursor *string, answer Response) (Page, error)
}

// Collector is implemented as well by connectors that ask more about a change, or choose its
// event. Without it, a change's own data is told as its action's only event.
type Collector interface {
	// Collect says what else to ask about one change, then what to tell. memo is what the record's
	// last notification left, collected all answers so far, in the order of their requests.
	Collect(context Context, change Change, memo *string, collected []Response) (Step, error)
}

// Mover is implemented as well by connectors that tell those who knew a record under the key that it
// had, when it has another. Without it, they are told nothing.
type Mover interface {
	// MovedAway says what to ask and tell for a change of KindMovedAway, whose key is the one before.
	// The memo left here is that of the change that follows.
	MovedAway(context Context, change Change, memo *string, collected []Response) (Step, error)
}

// Session is implemented as well by connectors of EHRs with a sign-in call of their own, which are
// exported by session.Export.
type Session interface {
	// Login is the request that signs in. {{secret.NAME}} in its headers or body stands for a
	// secret, which only the host fills in.
	Login(context Context) (Request, error)

	// SignedIn reads what the EHR answered to Login.
	SignedIn(context Context, answer Response) (Credentials, error)
}

// Credentials are what a sign-in brought.
type Credentials struct {
	// Headers are added to every later request.
	Headers []Header
	// ExpiresIn says how many seconds they last, where the EHR does.
	ExpiresIn *uint32
}

// exported is the connector of this program.
var exported Connector

// Export makes a component of a connector. It is called once, from an init function, and panics
// where the connector has a Collect that is no [Collector]'s or a MovedAway that is no [Mover]'s,
// which would never be called.
func Export(connector Connector) {
	_, collects := connector.(Collector)
	if _, has := reflect.TypeOf(connector).MethodByName("Collect"); has && !collects {
		panic("rounds.Export: Collect has other parameters or results than rounds.Collector's")
	}
	_, moves := connector.(Mover)
	if _, has := reflect.TypeOf(connector).MethodByName("MovedAway"); has && !moves {
		panic("rounds.Export: MovedAway has other parameters or results than rounds.Mover's")
	}
	exported = connector
}

// Collect calls a connector's Collect, for a record that moved away its MovedAway, or does what is
// done without.
func Collect(
	connector Connector, context Context, change Change, memo *string, collected []Response,
) (Step, error) {
	if change.Kind == KindMovedAway {
		return movedAway(connector, context, change, memo, collected)
	}
	if collector, is := connector.(Collector); is {
		return collector.Collect(context, change, memo, collected)
	}
	for _, action := range connector.Describe().Actions {
		if action.Name == context.Action && len(action.Events) == 1 {
			return Notification{Event: action.Events[0], Payload: change.Data}, nil
		}
	}
	return nil, Internal("several events, and no Collect to choose one")
}

func movedAway(
	connector Connector, context Context, change Change, memo *string, collected []Response,
) (Step, error) {
	if mover, is := connector.(Mover); is {
		return mover.MovedAway(context, change, memo, collected)
	}
	return Skip("it has another key from now on"), nil
}
