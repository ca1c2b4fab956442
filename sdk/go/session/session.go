// Package session exports connectors of EHRs with a sign-in call of their own.
package session

import rounds "rounds-sdk"

// Connector is a connector with a sign-in call.
type Connector interface {
	rounds.Connector
	rounds.Session
}

// Export makes a component of a connector, as rounds.Export does, one that signs in by itself.
func Export(connector Connector) { rounds.Export(connector) }
