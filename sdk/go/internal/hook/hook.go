// Package hook lets the package session export functions that the package rounds has, which does
// not export them itself: a component has a login or has none by what its module exports.
package hook

var (
	// Login answers the session's login, its arguments one by one.
	Login func(context ...uint32) uint32
	// SignedIn answers the session's signed-in, its arguments in a record.
	SignedIn func(arguments uint32) uint32
	// Release lets go of a result.
	Release func()
)
