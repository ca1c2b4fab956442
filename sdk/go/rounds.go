// Package rounds is for writing Rounds connectors in Go.
//
// A connector is a type with the methods of [Connector], and one line, [Export]. It does no I/O:
// it shapes requests and reads answers, and the host sends them, stores what changed and delivers
// what is to be told. All of it is plain Go, so a connector is built and tested natively; only
// `rounds connector build` turns it into WebAssembly.
//
// What each word means is the contract's, wit/0.1.0/connector.wit; the README shows the way from
// nothing to a working connector.
package rounds
