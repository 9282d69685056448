// Package emit is what the writers of a plan share: what they are asked, and what
// they give back. Each tool that plans are written for is a package beneath it, and
// one line in the list of internal/cli.
package emit

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// File is a file to write.
type File struct {
	// Name is relative to the folder that is written to, parts joined by "/".
	Name    string
	Content []byte
}

// Request is what a writer is asked.
type Request struct {
	// Plan to write, approved by verify.
	Plan *planner.Plan
	// Block says how: the spec's emit block of the tool, with what the command line
	// puts in its place. The zero value of each field is its default.
	Block planner.Emit
	// From is the plan that stands now, where there is one and it is known: a change
	// that the tool would not carry out in one go is written in steps.
	From *planner.Plan
}

// Result is what a writer gives back.
type Result struct {
	// Files in the order in which they are named to people. Equal requests give
	// equal bytes.
	Files []File
	// Notes are what people must do or know beside the files, a sentence each: the
	// steps of a transition, what the tool cannot say.
	Notes []string
}

// Tool is a tool that plans are written for.
type Tool struct {
	// Name is the label of the spec's emit block, and the word on the command line.
	Name string
	// Short says what is written, after "Write".
	Short string
	// Write writes. Its errors name the addresses of what cannot be written, all of
	// them joined.
	Write func(Request) (Result, error)
	// Marks begin a line of comment at the head of the files that say that they were
	// written for the tool, and Folders are those that some of its files are in.
	Marks, Folders []string
}

// WrittenFor reports whether a file says at its head that it was written for a tool.
func WrittenFor(t Tool, content []byte) bool {
	for line := range strings.Lines(string(content)) {
		comment, ok := strings.CutPrefix(line, "# ")
		if !ok {
			return false
		}
		if slices.ContainsFunc(t.Marks, func(mark string) bool { return strings.HasPrefix(comment, mark) }) {
			return true
		}
	}
	return false
}
