package canonical

import (
	"encoding/binary"
	"unicode/utf8"
)

// Writer writes the fields of a record one after another.
type Writer struct {
	memory Memory
	record []byte
	at     uint32
}

// NewWriter writes a record of this size at a new address.
func NewWriter(memory Memory, size uint32) (writer *Writer, address uint32) {
	address = memory.Allocate(size)
	return &Writer{memory: memory, record: memory.At(address, size)}, address
}

func (w *Writer) take(length, alignment uint32) []byte {
	start := aligned(w.at, alignment)
	w.at = start + length
	return w.record[start:w.at]
}

// Align goes on at the next multiple: what a variant's cases do after their number.
func (w *Writer) Align(to uint32) { w.at = aligned(w.at, to) }

// U8 writes a number, or which case of a variant or an enum it is.
func (w *Writer) U8(value uint8) { w.take(1, 1)[0] = value }

// U32 writes a number.
func (w *Writer) U32(value uint32) { binary.LittleEndian.PutUint32(w.take(4, 4), value) }

// Bool writes yes or no.
func (w *Writer) Bool(value bool) {
	if value {
		w.U8(1)
	} else {
		w.U8(0)
	}
}

// Text writes a string. It panics where that is no valid UTF-8, which no host takes.
func (w *Writer) Text(text string) {
	if !utf8.ValidString(text) {
		panic("a text is no valid UTF-8")
	}
	w.Bytes(text)
}

// Bytes writes a list of bytes.
func (w *Writer) Bytes(bytes string) {
	w.U32(w.memory.Keep(bytes))
	w.U32(uint32(len(bytes)))
}

// OptionalText writes a string that may be absent.
func (w *Writer) OptionalText(text *string) {
	w.Align(4)
	w.Bool(text != nil)
	if text == nil {
		w.take(8, 4)
		return
	}
	w.Text(*text)
}

// OptionalU32 writes a number that may be absent.
func (w *Writer) OptionalU32(value *uint32) {
	w.Align(4)
	w.Bool(value != nil)
	if value == nil {
		w.take(4, 4)
		return
	}
	w.U32(*value)
}

// WriteList writes a list whose items are of this size.
func WriteList[T any](w *Writer, size uint32, items []T, write func(*Writer, T)) {
	length := uint32(len(items))
	address := w.memory.Allocate(length * size)
	for i, item := range items {
		place := w.memory.At(address+uint32(i)*size, size)
		write(&Writer{memory: w.memory, record: place}, item)
	}
	w.U32(address)
	w.U32(length)
}

// Texts writes a list of strings.
func (w *Writer) Texts(texts []string) { WriteList(w, 8, texts, (*Writer).Text) }
