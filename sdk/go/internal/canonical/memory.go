// Package canonical moves values over the border between host and guest, laid out as the
// component model's canonical ABI has it: integers little-endian and aligned to their size, texts
// and lists as an address and a length, all addresses of 32 bits.
package canonical

// Memory is where both sides find what the other left.
type Memory interface {
	// At is the bytes at an address.
	At(address, length uint32) []byte
	// Allocate is the address of so many zeros, aligned to 8, that stay until the result is read.
	Allocate(length uint32) uint32
	// Keep is the address of a text, which stays until the result is read.
	Keep(text string) uint32
}

func aligned(address, to uint32) uint32 { return (address + to - 1) &^ (to - 1) }
