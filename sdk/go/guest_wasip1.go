package rounds

import (
	"runtime/debug"

	"rounds-sdk/internal/canonical"
	"rounds-sdk/internal/hook"
)

// Beyond this much the collector tries harder: a host gives 128 MiB, and a heap that may double
// before it is looked at would pass that with a large answer.
const softLimit = 96 << 20

var linear canonical.Linear

func init() {
	debug.SetMemoryLimit(softLimit)
	hook.Login = func(context ...uint32) uint32 { return called(guest.login, record(context...)) }
	hook.SignedIn = func(arguments uint32) uint32 { return called(guest.signedIn, arguments) }
	hook.Release = linear.Release
}

// called answers one call. What the host was lent for its arguments is kept until the end, as the
// collector knows nothing of the addresses in it.
func called(method func(guest, uint32) uint32, arguments uint32) uint32 {
	defer linear.Taken()
	return method(guest{connector: exported, memory: &linear}, arguments)
}

// record puts arguments that came one by one where a record of them would be, four bytes each.
func record(fields ...uint32) uint32 {
	w, address := canonical.NewWriter(&linear, uint32(4*len(fields)))
	for _, field := range fields {
		w.U32(field)
	}
	return address
}
