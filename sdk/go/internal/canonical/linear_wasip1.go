package canonical

import "unsafe"

// Linear is the memory of the module that this is compiled into. The host sees addresses and the
// garbage collector does not, so what one of them names is held here as long as it is needed.
type Linear struct {
	lent []unsafe.Pointer
	kept []unsafe.Pointer
}

// At is the bytes at an address.
func (*Linear) At(address, length uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), address)), length)
}

// Allocate is the address of so many zeros, until Release.
func (l *Linear) Allocate(length uint32) uint32 {
	block := block(length)
	l.kept = append(l.kept, block)
	return uint32(uintptr(block))
}

// Keep is the address of a text, until Release.
func (l *Linear) Keep(text string) uint32 {
	start := unsafe.Pointer(unsafe.StringData(text))
	l.kept = append(l.kept, start)
	return uint32(uintptr(start))
}

// Release lets go of what was written, once the host has read it.
func (l *Linear) Release() {
	clear(l.kept)
	l.kept = l.kept[:0]
}

// Lend gives the host a place for the arguments of its next call, until Taken.
func (l *Linear) Lend(old unsafe.Pointer, oldLength, length uint32) unsafe.Pointer {
	block := block(length)
	if oldLength > 0 {
		copy(unsafe.Slice((*byte)(block), length), unsafe.Slice((*byte)(old), oldLength))
	}
	l.lent = append(l.lent, block)
	return block
}

// Taken lets go of what was lent: from here on, what was read of it keeps it.
func (l *Linear) Taken() {
	clear(l.lent)
	l.lent = l.lent[:0]
}

// block is so many zeros, aligned to 8. Without pointers, so that the collector passes over them.
func block(length uint32) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(make([]uint64, (length+7)/8)))
}
