//go:build !wasip1

package rounds

import (
	"fmt"
	"os"
)

// Log writes a line to the connector's log, which the host shows where it is asked to. No patient's
// data.
func Log(line string) { fmt.Fprintln(os.Stderr, line) }
