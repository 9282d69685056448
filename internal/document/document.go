// Package document reads and writes the versioned JSON documents: the plan, the
// answer to a spec that cannot be met, and the catalog's listings.
//
// Its types are apart from the domain's, so that the domain may change without
// breaking readers. Names are snake_case and carry their unit; numbers of
// dollars, seconds and shares are exact decimals; a list is [] and never null; a
// price that is not known is null, and so is every total that rests on it.
//
// A minor version adds fields; a major one means that readers must change.
// Readers here refuse another major. Of a later minor they accept fields that
// they do not know, words that only describe, and computed fields that are
// computed otherwise; of an earlier minor, that the fields are missing which were
// added since (tag since).
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// FormatVersion is the version of the documents that this package writes.
const FormatVersion = "1.3"

// The parts of FormatVersion: the major version that is read, and the minor that
// is known completely.
const (
	supportedMajor = "1"
	supportedMinor = 3
)

// minorOfGrounds is the minor since which a document says who runs the control
// plane that its input asks for.
const minorOfGrounds = 1

// ErrInfeasible is returned by Decode for a document that says that its spec
// cannot be met: it is well formed and holds no plan.
var ErrInfeasible = errors.New("the document holds no plan, because its spec cannot be met")

// Encode writes p as an indented JSON document. tool is the version of the
// program. Fields that every reader would compute again (totals, events) are
// written too.
func Encode(w io.Writer, p *planner.Plan, tool string) error {
	return write(w, planDocumentOf(p, tool))
}

// EncodeInfeasible writes the answer to a spec that cannot be met: what was
// asked for, and each constraint that binds with its margin and remedy. c is the
// resolved input.
func EncodeInfeasible(w io.Writer, s planner.SpecInfo, c *planner.Cluster, cat planner.CatalogInfo, list []*planner.Infeasible, tool string) error {
	d := infeasibleDocument{FormatVersion: FormatVersion, ToolVersion: tool, Infeasible: []infeasible{}}
	syncSpec(writing, &d.Spec, &s)
	syncInputs(writing, &d.Inputs, c)
	d.Cluster = summaryOf(c)
	syncCatalog(writing, &d.Catalog, &cat)
	for _, e := range list {
		one := infeasible{
			Path: e.Path, Constraint: e.Constraint, Margin: text(e.Margin), Remedy: text(e.Remedy),
		}
		syncSet(writing, &one.Limit, &e.Limit)
		syncSet(writing, &one.Need, &e.Need)
		d.Infeasible = append(d.Infeasible, one)
	}
	return write(w, &d)
}

// write writes d with two spaces of indentation and a final newline.
func write(w io.Writer, d any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

// Decode reads a plan that Encode wrote, by this version or another of the same
// major. An empty list comes back as nil. The error names the field by its path,
// as in "node_groups[1].pools[0].nodes". A document whose computed fields do not
// follow from the others is refused; whether the plan itself is right is for
// planner/verify to say.
func Decode(data []byte) (*planner.Plan, error) {
	head, err := readHead(data)
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if !head.feasible {
		return nil, decodeInfeasible(data, head.minor)
	}
	var d planDocument
	if err := readInto(data, &d, head.minor); err != nil {
		return nil, laterMinor(fmt.Errorf("read plan: %w", err), head.minor)
	}
	p := d.plan()
	if head.minor < minorOfGrounds {
		assumeManaged(p)
	}
	if head.minor > supportedMinor {
		return p, nil // what follows from the rest may follow otherwise by then
	}
	computed := planDocumentOf(p, d.ToolVersion)
	computed.FormatVersion = d.FormatVersion
	if path := difference(&d, computed, head.minor); path != "" {
		return nil, fmt.Errorf("read plan: %s: does not follow from the rest of the document", path)
	}
	return p, nil
}

// Minor returns the minor version of the format of a document that Decode reads; 0 where
// it is none.
func Minor(data []byte) int {
	if minor, err := minorOf(opening(data)["format_version"]); err == nil {
		return minor
	}
	head, err := readHead(data)
	if err != nil {
		return 0
	}
	return head.minor
}

// CurrentMinor is the minor version of the format that is written.
func CurrentMinor() int { return supportedMinor }

// Tool returns the version of the program that wrote a document; empty where it does not
// say.
func Tool(data []byte) string {
	if tool, said := opening(data)["tool_version"]; said {
		return tool
	}
	var head struct {
		ToolVersion string `json:"tool_version"`
	}
	if json.Unmarshal(data, &head) != nil {
		return ""
	}
	return head.ToolVersion
}

// laterMinor says of an error that the document is of a later minor, which may be
// its reason.
func laterMinor(err error, minor int) error {
	if minor <= supportedMinor {
		return err
	}
	return fmt.Errorf("%w (the document is of format %s.%d, this program knows %s)", err, supportedMajor, minor, FormatVersion)
}

// decodeInfeasible returns the error that a document without a plan means.
func decodeInfeasible(data []byte, minor int) error {
	var d infeasibleDocument
	if err := readInto(data, &d, minor); err != nil {
		return laterMinor(fmt.Errorf("read plan: %w", err), minor)
	}
	errs := []error{ErrInfeasible}
	for _, e := range d.Infeasible {
		one := &planner.Infeasible{
			Path: e.Path, Constraint: e.Constraint, Margin: string(e.Margin), Remedy: string(e.Remedy),
		}
		syncSet(reading, &e.Limit, &one.Limit)
		syncSet(reading, &e.Need, &one.Need)
		errs = append(errs, one)
	}
	return fmt.Errorf("read plan: %w", errors.Join(errs...))
}

// heading is what a document says of itself.
type heading struct {
	minor    int
	feasible bool
}

// readHead checks the syntax and the version, and returns the minor and whether
// the document holds a plan.
func readHead(data []byte) (heading, error) {
	var head struct {
		FormatVersion *string `json:"format_version"`
		Feasible      *bool   `json:"feasible"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return heading{}, fmt.Errorf("%s: not JSON: %w", position(data, syntax.Offset), err)
		}
		if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			if mismatch.Field == "" {
				return heading{}, fmt.Errorf("want a JSON object, got %s", mismatch.Value)
			}
			return heading{}, fmt.Errorf("%s: want %s, got %s", mismatch.Field, goWords(mismatch.Type.String()), mismatch.Value)
		}
		return heading{}, err
	}
	if head.FormatVersion == nil {
		return heading{}, errors.New("format_version: is missing; this is no document of scantling")
	}
	minor, err := minorOf(*head.FormatVersion)
	if err != nil {
		return heading{}, err
	}
	if head.Feasible == nil {
		return heading{}, errors.New("feasible: is missing; this is no plan")
	}
	return heading{minor: minor, feasible: *head.Feasible}, nil
}

// minorOf returns the minor of a version of the format that is read.
func minorOf(version string) (int, error) {
	major, rest, _ := strings.Cut(version, ".")
	minor, err := strconv.ParseUint(rest, 10, 31)
	if major != supportedMajor || err != nil {
		return 0, fmt.Errorf("format %q is not supported (want %s.x)", version, supportedMajor)
	}
	return int(minor), nil
}

// opening returns the strings that a JSON object begins with, up to its first value of
// another kind. What a document says of itself is among them unless its keys were sorted,
// and the rest, of megabytes, need not be looked through for it.
func opening(data []byte) map[string]string {
	out := make(map[string]string)
	in := json.NewDecoder(bytes.NewReader(data))
	if t, err := in.Token(); err != nil || t != json.Delim('{') {
		return out
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			break
		}
		value, err := in.Token()
		text, plain := value.(string)
		if err != nil || !plain {
			break
		}
		out[fmt.Sprint(key)] = text
	}
	return out
}

// goWords names a Go type in the words of JSON.
func goWords(goType string) string {
	if strings.HasSuffix(goType, "bool") {
		return "true or false"
	}
	return "a " + strings.TrimPrefix(goType, "*")
}

// position returns the line and column of an offset, both from 1.
func position(data []byte, offset int64) string {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("line %d, column %d", line, max(column, 1))
}
