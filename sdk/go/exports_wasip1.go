package rounds

import "unsafe"

// The contract's functions, as a module has them: arguments in a record, as there are more than
// sixteen of them, the result in a record, and a call when it was read.

//go:wasmexport cabi_realloc
func lend(old unsafe.Pointer, oldLength, _, length uint32) unsafe.Pointer {
	return linear.Lend(old, oldLength, length)
}

//go:wasmexport rounds:connector/connector@0.1.0#describe
func describe() uint32 {
	return called(func(g guest, _ uint32) uint32 { return g.describe() }, 0)
}

//go:wasmexport rounds:connector/connector@0.1.0#poll
func poll(arguments uint32) uint32 { return called(guest.poll, arguments) }

//go:wasmexport rounds:connector/connector@0.1.0#changes
func changes(arguments uint32) uint32 { return called(guest.changes, arguments) }

//go:wasmexport rounds:connector/connector@0.1.0#collect
func collect(arguments uint32) uint32 { return called(guest.collect, arguments) }

//go:wasmexport cabi_post_rounds:connector/connector@0.1.0#describe
func describeRead(_ uint32) { linear.Release() }

//go:wasmexport cabi_post_rounds:connector/connector@0.1.0#poll
func pollRead(_ uint32) { linear.Release() }

//go:wasmexport cabi_post_rounds:connector/connector@0.1.0#changes
func changesRead(_ uint32) { linear.Release() }

//go:wasmexport cabi_post_rounds:connector/connector@0.1.0#collect
func collectRead(_ uint32) { linear.Release() }
