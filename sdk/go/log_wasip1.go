package rounds

import "unsafe"

//go:wasmimport wasi:cli/stderr@0.2.0 get-stderr
func stderr() (stream uint32)

//go:wasmimport wasi:io/streams@0.2.0 [method]output-stream.blocking-write-and-flush
func write(stream uint32, text unsafe.Pointer, length uint32, result unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.0 [resource-drop]output-stream
func drop(stream uint32)

// longest is what a stream takes at once.
const longest = 4096

// Log writes a line to the connector's log, which the host shows where it is asked to. No patient's
// data. It is the only thing here that a component imports something for, where it is called.
func Log(line string) {
	text := []byte(line[:min(len(line), longest-1)] + "\n")
	var result [3]uint32
	stream := stderr()
	write(stream, unsafe.Pointer(&text[0]), uint32(len(text)), unsafe.Pointer(&result))
	drop(stream)
}
