package canonical

import (
	"encoding/binary"
	"unsafe"
)

// Reader reads the fields of a record one after another.
type Reader struct {
	memory Memory
	at     uint32
}

// NewReader reads a record at an address.
func NewReader(memory Memory, address uint32) *Reader { return &Reader{memory, address} }

func (r *Reader) take(length, alignment uint32) []byte {
	start := aligned(r.at, alignment)
	r.at = start + length
	return r.memory.At(start, length)
}

// U8 reads a number, or which case of a variant or an enum it is.
func (r *Reader) U8() uint8 { return r.take(1, 1)[0] }

// U16 reads a number.
func (r *Reader) U16() uint16 { return binary.LittleEndian.Uint16(r.take(2, 2)) }

// U32 reads a number.
func (r *Reader) U32() uint32 { return binary.LittleEndian.Uint32(r.take(4, 4)) }

// Bool reads yes or no.
func (r *Reader) Bool() bool { return r.U8() != 0 }

// Bytes reads a list of bytes, in place.
func (r *Reader) Bytes() []byte {
	address, length := r.U32(), r.U32()
	return r.memory.At(address, length)
}

// Text reads a string, in place: the host writes it once, and nobody after it.
func (r *Reader) Text() string {
	bytes := r.Bytes()
	return unsafe.String(unsafe.SliceData(bytes), len(bytes))
}

// OptionalText reads a string that may be absent.
func (r *Reader) OptionalText() *string {
	r.at = aligned(r.at, 4)
	isThere := r.Bool()
	text := r.Text()
	if !isThere {
		return nil
	}
	return &text
}

// Texts reads a list of strings.
func (r *Reader) Texts() []string { return ReadList(r, 8, (*Reader).Text) }

// ReadList reads a list whose items are of this size.
func ReadList[T any](r *Reader, size uint32, read func(*Reader) T) []T {
	address, length := r.U32(), r.U32()
	items := make([]T, length)
	for i := range items {
		items[i] = read(NewReader(r.memory, address+uint32(i)*size))
	}
	return items
}
