package rounds

import "fmt"

const (
	offset = 0xcbf29ce484222325
	prime  = 0x100000001b3
)

// Fingerprint is short and stable, for memos and versions: FNV-1a of 64 bits in 16 hexadecimal
// digits, after each part its length, so that ("ab", "c") and ("a", "bc") differ. It never changes
// between versions of the SDK, nor between languages.
//
// It tells two states of one record apart and nothing more: it is no secret-keeping hash, and a
// value that one could guess (a birth date, a name) can be guessed from it.
func Fingerprint(parts ...string) string { return fmt.Sprintf("%016x", Hash(parts...)) }

// Hash is the number that Fingerprint writes in digits: to add up where sets are compared.
func Hash(parts ...string) uint64 {
	hash := uint64(offset)
	for _, part := range parts {
		for i := range len(part) {
			hash = (hash ^ uint64(part[i])) * prime
		}
		for length, i := uint64(len(part)), 0; i < 8; i++ {
			hash = (hash ^ length>>(8*i)&0xff) * prime
		}
	}
	return hash
}
