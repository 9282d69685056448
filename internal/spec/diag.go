package spec

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
)

// maxDiagnostics bounds how many mistakes are reported at once.
const maxDiagnostics = 200

type diagKey struct {
	code   Code
	detail string
	file   string
	offset int
}

// add reports a problem at rng, which may be nil.
func (r *reader) add(code Code, rng *hcl.Range, format string, args ...any) {
	r.put(r.diagnostic(code, rng, format, args...))
}

// diagnostic returns the diagnostic of a problem.
func (r *reader) diagnostic(code Code, rng *hcl.Range, format string, args ...any) *hcl.Diagnostic {
	p := r.summaries[code]
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: p.Summary, Detail: fmt.Sprintf(format, args...), Extra: code}
	if p.Warning {
		d.Severity = hcl.DiagWarning
	}
	if rng != nil {
		c := *rng
		d.Subject = &c
	}
	return d
}

// foreign reports what HCL itself found, under our code.
func (r *reader) foreign(code Code, diags hcl.Diagnostics) {
	for _, d := range diags {
		c := *d
		c.Extra = code
		r.put(&c)
	}
}

// firstCauses returns the errors of a parser without those that follow from
// others: of each line the first, and none after one that spans lines, such as
// a string without its end.
func firstCauses(diags hcl.Diagnostics) hcl.Diagnostics {
	var out hcl.Diagnostics
	line := 0
	for _, d := range sortDiagnostics(diags) {
		if d.Subject != nil && d.Subject.Start.Line == line {
			continue
		}
		out = append(out, d)
		if d.Subject == nil {
			continue
		}
		if line = d.Subject.Start.Line; d.Subject.End.Line > line {
			break
		}
	}
	return out
}

// sourceText returns the text at rng, shortened.
func (r *reader) sourceText(rng hcl.Range) string {
	src := r.sources[rng.Filename]
	if !rng.CanSliceBytes(src) {
		return ""
	}
	return short(string(rng.SliceBytes(src)))
}

func (r *reader) put(d *hcl.Diagnostic) {
	if d.Severity == hcl.DiagError {
		r.errors++
	}
	code, _ := d.Extra.(Code)
	key := diagKey{code: code, detail: d.Detail}
	if d.Subject != nil {
		key.file, key.offset = d.Subject.Filename, d.Subject.Start.Byte
	}
	if r.seen[key] || len(r.diags) > maxDiagnostics {
		return
	}
	if len(r.diags) == maxDiagnostics {
		d = r.diagnostic(TooManyMistakes, d.Subject, "More than %d mistakes were found; the rest is not shown.", maxDiagnostics)
	}
	r.seen[key] = true
	r.diags = append(r.diags, d)
}

// forget takes back what was reported within rng, but for other refusals of the
// ground.
func (r *reader) forget(rng hcl.Range) {
	var kept hcl.Diagnostics
	for _, d := range r.diags {
		inside := d.Extra != NotOnGround && d.Subject != nil && d.Subject.Filename == rng.Filename &&
			rng.Start.Byte <= d.Subject.Start.Byte && d.Subject.End.Byte <= rng.End.Byte
		switch {
		case !inside:
			kept = append(kept, d)
		case d.Severity == hcl.DiagError:
			r.errors--
		}
	}
	r.diags = kept
}

// failed reports whether there was an error.
func (r *reader) failed() bool { return r.errors > 0 }

// sorted returns the diagnostics in their order of output.
func (r *reader) sorted() hcl.Diagnostics { return sortDiagnostics(r.diags) }

// sortDiagnostics returns diags by file, line, column, summary and detail;
// those without a place come first.
func sortDiagnostics(diags hcl.Diagnostics) hcl.Diagnostics {
	diags = slices.Clone(diags)
	place := func(d *hcl.Diagnostic) hcl.Range {
		if d.Subject == nil {
			return hcl.Range{}
		}
		return *d.Subject
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		p, q := place(a), place(b)
		return cmp.Or(
			cmp.Compare(p.Filename, q.Filename),
			cmp.Compare(p.Start.Line, q.Start.Line),
			cmp.Compare(p.Start.Column, q.Start.Column),
			cmp.Compare(a.Summary, b.Summary),
			cmp.Compare(a.Detail, b.Detail),
		)
	})
	return diags
}

// nearest returns the candidate that is closest to name by edit distance: at
// most 2 and less than the length of name; ties go to the first by name. It is
// empty where none is close.
func nearest(name string, candidates []string) string {
	if len(name) > 100 {
		return ""
	}
	best, distance := "", 3
	for _, c := range candidates {
		d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(c), nil)
		if d >= max(len(name), 2) {
			continue
		}
		if d < distance || d == distance && best != "" && c < best {
			best, distance = c, d
		}
	}
	return best
}

// DidYouMean is " Did you mean …?", or nothing where no candidate is near.
func DidYouMean(name string, candidates []string) string { return didYouMean(name, candidates) }

// didYouMean returns " Did you mean …?" or nothing.
func didYouMean(name string, candidates []string) string {
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	return ""
}

// quoteAll returns the words quoted, with commas and an "or" before the last.
func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return orList(quoted)
}

// orList joins words with commas and an "or" before the last.
func orList(words []string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

const (
	// maxSourceLine is the longest line of a file whose source is shown.
	maxSourceLine = 2000
	// maxSourceScan bounds the bytes read to show source: HCL's writer reads a
	// file from its start for every diagnostic.
	maxSourceScan = 8 << 20
)

// WriteDiagnostics writes diags for people, by file, line, column and summary,
// each with its source line and its code. Details are wrapped at width; 0 does
// not wrap. Source is left out of files that hold very long lines, and after
// many diagnostics of a large file. Bytes that are not printable text are shown as "?".
func WriteDiagnostics(w io.Writer, files []File, diags hcl.Diagnostics, color bool, width int) error {
	shown := map[string]*hcl.File{}
	long := map[string]bool{}
	for _, f := range files {
		src := printable(f.Content)
		if len(src) > MaxFileBytes {
			continue
		}
		shown[f.Name] = &hcl.File{Bytes: src}
		for line := range bytes.Lines(src) {
			if len(line) > maxSourceLine {
				long[f.Name] = true
			}
		}
	}
	all := hcl.NewDiagnosticTextWriter(w, shown, uint(max(width, 0)), color)
	none := hcl.NewDiagnosticTextWriter(w, nil, uint(max(width, 0)), color)
	scan := 0
	for _, d := range sortDiagnostics(diags) {
		out := *d
		out.Detail = string(printable([]byte(d.Detail)))
		if code, ok := d.Extra.(Code); ok && code != "" {
			out.Summary = fmt.Sprintf("%s [%s]", d.Summary, code)
		}
		writer := all
		if d.Subject != nil && shown[d.Subject.Filename] != nil {
			scan += len(shown[d.Subject.Filename].Bytes)
			if scan > maxSourceScan || long[d.Subject.Filename] {
				writer = none
			}
		}
		if err := writer.WriteDiagnostic(&out); err != nil {
			return err
		}
	}
	return nil
}

// printable returns src with each byte that is no printable text replaced by
// "?": its length does not change, so that ranges keep their meaning.
func printable(src []byte) []byte {
	out := slices.Clone(src)
	for i := 0; i < len(out); {
		ch, size := utf8.DecodeRune(out[i:])
		control := ch < ' ' && ch != '\n' && ch != '\t' && ch != '\r' || ch >= 0x7f && ch < 0xa0
		bidi := ch >= 0x202a && ch <= 0x202e || ch >= 0x2066 && ch <= 0x2069
		if ch == utf8.RuneError && size <= 1 || control || bidi {
			for j := range size {
				out[i+j] = '?'
			}
		}
		i += max(size, 1)
	}
	return out
}
