package rounds

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"

	"rounds-sdk/internal/canonical"
)

// guest answers the host's calls with a connector's methods. Arguments and results are addresses
// of records in a memory, so that all of it is tested without WebAssembly.
//
// No bindings are generated: those that a generator makes for Go import a module that stands on a
// proxy, and a connector's author should need the compiler alone. The contract is small, and a
// released one never changes.
type guest struct {
	connector Connector
	memory    canonical.Memory
}

func (g guest) describe() uint32 {
	w, result := canonical.NewWriter(g.memory, manifestSize)
	writeManifest(w, g.connector.Describe().whole())
	return result
}

func (g guest) poll(arguments uint32) uint32 {
	r := canonical.NewReader(g.memory, arguments)
	context, cursor := readContext(r), r.OptionalText()
	return respond(g.memory, requestSize, writeRequest, func() (Request, error) {
		return g.connector.Poll(context, cursor)
	})
}

func (g guest) changes(arguments uint32) uint32 {
	r := canonical.NewReader(g.memory, arguments)
	context, cursor, answer := readContext(r), r.OptionalText(), readResponse(r)
	return respond(g.memory, pageSize, writePage, func() (Page, error) {
		return g.connector.Changes(context, cursor, answer)
	})
}

func (g guest) collect(arguments uint32) uint32 {
	r := canonical.NewReader(g.memory, arguments)
	context, change, memo := readContext(r), readChange(r), r.OptionalText()
	collected := canonical.ReadList(r, responseSize, readResponse)
	return respond(g.memory, stepSize, writeStep, func() (Step, error) {
		return Collect(g.connector, context, change, memo, collected)
	})
}

func (g guest) login(arguments uint32) uint32 {
	context := readContext(canonical.NewReader(g.memory, arguments))
	return respond(g.memory, requestSize, writeRequest, func() (Request, error) {
		return g.connector.(Session).Login(context)
	})
}

func (g guest) signedIn(arguments uint32) uint32 {
	r := canonical.NewReader(g.memory, arguments)
	context, answer := readContext(r), readResponse(r)
	return respond(g.memory, credentialsSize, writeCredentials, func() (Credentials, error) {
		return g.connector.(Session).SignedIn(context, answer)
	})
}

// respond writes what a call comes to: its value, or a failure.
func respond[T any](
	memory canonical.Memory, size uint32, write func(*canonical.Writer, T), call func() (T, error),
) uint32 {
	result, failure := guarded(func() (uint32, error) {
		value, err := call()
		if err != nil {
			return 0, err
		}
		w, result := newResult(memory, size, false)
		write(w, value)
		return result, nil
	})
	if failure == nil {
		return result
	}
	w, result := newResult(memory, failureSize, true)
	writeFailure(w, *failure)
	return result
}

// newResult writes which case of a result it is; what the case holds comes next. A failure's is
// the shorter of the two, and the host reads no more than that of the case it finds.
func newResult(memory canonical.Memory, size uint32, failed bool) (*canonical.Writer, uint32) {
	w, result := canonical.NewWriter(memory, 4+max(size, failureSize))
	w.Bool(failed)
	w.Align(4)
	return w, result
}

// guarded turns every error and every panic into a failure.
func guarded(call func() (uint32, error)) (result uint32, failure *Failure) {
	defer func() {
		if panicked := recover(); panicked != nil {
			failure = Some(lastWords(panicked))
		}
	}()
	result, err := call()
	if err != nil {
		failure = Some(failureOf(err))
	}
	return result, failure
}

// failureOf is the failure that an error is. Of any other only the type is told, as its text may
// quote what the EHR answered: strconv's errors do.
func failureOf(err error) Failure {
	var failure Failure
	if errors.As(err, &failure) {
		return failure
	}
	return Internal(fmt.Sprintf("an error that is no Failure: %T", err))
}

// lastWords says what a panic was and where. Errors but the runtime's own are told by their type.
func lastWords(panicked any) Failure {
	what := fmt.Sprintf("%T", panicked)
	switch panicked := panicked.(type) {
	case Failure:
		return panicked
	case runtime.Error:
		what = panicked.Error()
	case string:
		what = panicked
	}
	return Internal(fmt.Sprintf("panicked at %s: %s", place(), what))
}

// place is where the panic under way began.
func place() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	for began := false; ; {
		frame, more := frames.Next()
		if began && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line)
		}
		began = began || frame.Function == "runtime.gopanic"
		if !more {
			return "?"
		}
	}
}
