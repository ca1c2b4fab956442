package session

import "rounds-sdk/internal/hook"

//go:wasmexport rounds:connector/session@0.1.0#login
func login(a, b, c, d, e, f, g, h, i, j, k, l, interrupted, listing, silent, lastTry uint32) uint32 {
	// In a record, each of them is a byte.
	flags := interrupted | listing<<8 | silent<<16 | lastTry<<24
	return hook.Login(a, b, c, d, e, f, g, h, i, j, k, l, flags)
}

//go:wasmexport rounds:connector/session@0.1.0#signed-in
func signedIn(arguments uint32) uint32 { return hook.SignedIn(arguments) }

//go:wasmexport cabi_post_rounds:connector/session@0.1.0#login
func loginRead(_ uint32) { hook.Release() }

//go:wasmexport cabi_post_rounds:connector/session@0.1.0#signed-in
func signedInRead(_ uint32) { hook.Release() }
