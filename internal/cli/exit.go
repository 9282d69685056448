package cli

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
)

// ExitCode is what the program ends with.
type ExitCode int

// The exit codes.
const (
	Done ExitCode = iota
	WrongInput
	WrongUse
	GateFailed
	CannotBeMet
	EnvironmentFailed
	OurBug
)

// ExitCodes says what each exit code means, in order; help and docs print it.
func ExitCodes() []string {
	return []string{
		Done:              "done",
		WrongInput:        "the spec or an input file is wrong",
		WrongUse:          "wrong use: unknown command, flag or argument",
		GateFailed:        "a gate failed: --fail-on, --catalog-max-age, --max-increase, plan --check, fmt --check, drill --check, upgrade --check, emit --check, catalog diff --check, diff, calibrate, verify",
		CannotBeMet:       "the spec cannot be met",
		EnvironmentFailed: "the environment failed: reading, writing, the network, credentials, interrupt",
		OurBug:            "a bug of ours: a plan that failed its own check, or a panic",
	}
}

// exitError carries an exit code up to Run. Said means that the user has been
// told already.
type exitError struct {
	code ExitCode
	err  error
	said bool
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ExitCodes()[e.code]
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func exit(code ExitCode, err error) error { return &exitError{code: code, err: err} }

// readError gives the error of reading a file its exit code: what is not there,
// or is no file, is the user's mistake; what cannot be read is the environment's.
func readError(err error) error {
	for _, wrong := range []error{fs.ErrNotExist, files.ErrNoSpec, files.ErrNoFile, syscall.ENOTDIR} {
		if errors.Is(err, wrong) {
			return exit(WrongInput, err)
		}
	}
	return exit(EnvironmentFailed, err)
}

// writeError gives the error of writing a file its exit code.
func writeError(err error) error {
	if errors.Is(err, files.ErrFolder) {
		return usage(err)
	}
	return exit(EnvironmentFailed, err)
}

// said ends the program with a code after the user has been told why.
func said(code ExitCode) error { return &exitError{code: code, said: true} }

func usage(err error) error { return exit(WrongUse, err) }

// codeOf returns the exit code that err stands for.
func codeOf(err error) ExitCode {
	if err == nil {
		return Done
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[*run.BugError](err); ok {
		return OurBug
	}
	if errors.Is(err, planner.ErrInfeasible) {
		return CannotBeMet
	}
	return EnvironmentFailed
}
