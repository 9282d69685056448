package catalogs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// The encoding is text, one row a line and cells parted by tabs, because it is
// read faster than JSON, compresses better, and shows in a diff what changed:
//
//	scantling-catalog	1.0
//	provider	aws
//	region	us-east-1
//	source	snapshot
//	date	2026-11-20
//	section	zones	2
//	name	id
//	us-east-1a	use1-az1
//	us-east-1b	use1-az2
//	…
//	sha256	d2a1…
//
// Each section says how many rows it has and names its columns. A zero is an
// empty cell. The last line is the digest of all bytes before it.
const (
	magic = "scantling-catalog"
	// FormatVersion of the encoding. A reader accepts unknown sections and
	// columns of its own major and refuses another major.
	FormatVersion = "1.0"
	formatMajor   = "1"
)

// ErrDamaged is wrapped by the errors of Decode for bytes that are not what an
// encoder wrote: cut short, changed, or no catalog at all.
var ErrDamaged = errors.New("damaged catalog")

// ErrFormat is wrapped by the error of Decode for a whole catalog of another
// major format version.
var ErrFormat = errors.New("catalog format not supported")

// Encode returns the canonical encoding of c: equal catalogs have equal bytes.
// It refuses a catalog that Validate refuses. c.SHA256 is not read.
func Encode(c Catalog) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, 1<<12+len(c.Types)*256)
	for _, line := range [][2]string{
		{magic, FormatVersion}, {"provider", c.Provider}, {"region", c.Region}, {"source", c.Source}, {"date", string(c.Date)},
	} {
		b = append(append(b, line[0]...), '\t')
		b = append(appendEscaped(b, line[1]), '\n')
	}
	var commitments []typeCommitment
	for _, t := range c.Types {
		for _, k := range t.Commitments {
			commitments = append(commitments, typeCommitment{typeName: t.Name, Commitment: k})
		}
	}
	b = appendSection(b, "sources", sourceColumns(), c.Sources)
	b = appendSection(b, "zones", zoneColumns(), c.Zones)
	b = appendSection(b, "types", typeColumns(), c.Types)
	b = appendSection(b, "commitments", commitmentColumns(), commitments)
	b = appendSection(b, "disks", diskColumns(), c.Disks)
	b = appendSection(b, "fees", feeColumns(), c.Fees)
	b = appendSection(b, "versions", versionColumns(), c.Versions)
	b = append(append(b, "sha256\t"...), digest(b)...)
	return append(b, '\n'), nil
}

// Seal returns c with the SHA256 of its canonical encoding, and that encoding.
// It fails where Encode does.
func Seal(c Catalog) (Catalog, []byte, error) {
	b, err := Encode(c)
	if err != nil {
		return Catalog{}, nil, err
	}
	c.SHA256, _ = strings.CutSuffix(string(b[len(b)-2*sha256.Size-1:]), "\n")
	return c, b, nil
}

// Decode reads a catalog that Encode wrote, checks its digest and validates it.
// Its errors wrap ErrDamaged or ErrFormat, or are an *InvalidError where the rows
// are wrong.
func Decode(b []byte) (Catalog, error) {
	body, sum, err := splitDigest(string(b))
	if err != nil {
		return Catalog{}, err
	}
	d := &decoder{rest: body}
	c := d.catalog()
	if errors.Is(d.err, ErrFormat) {
		return Catalog{}, d.err
	}
	if d.err != nil {
		return Catalog{}, fmt.Errorf("line %d: %w: %w", d.line, ErrDamaged, d.err)
	}
	c.SHA256 = sum
	if err := c.Validate(); err != nil {
		return Catalog{}, err
	}
	return c, nil
}

// splitDigest returns what stands before the digest's line, and the digest, which
// it has checked.
func splitDigest(s string) (body, sum string, err error) {
	const tail = len("sha256\t") + 2*sha256.Size + 1
	if len(s) < tail {
		return "", "", fmt.Errorf("%w: cut short", ErrDamaged)
	}
	body = s[:len(s)-tail]
	sum, ok := strings.CutPrefix(s[len(body):len(s)-1], "sha256\t")
	if !ok || s[len(s)-1] != '\n' {
		return "", "", fmt.Errorf("%w: the last line is no sha256", ErrDamaged)
	}
	if got := digest([]byte(body)); got != sum {
		return "", "", fmt.Errorf("%w: its sha256 is %s, not %s", ErrDamaged, got, sum)
	}
	return body, sum, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func appendSection[T any](b []byte, name string, cols []column[T], rows []T) []byte {
	b = fmt.Appendf(b, "section\t%s\t%d\n", name, len(rows))
	cols = slices.DeleteFunc(cols, func(c column[T]) bool {
		return c.optional && !slices.ContainsFunc(rows, func(row T) bool { return len(c.put(nil, &row)) > 0 })
	})
	for i, c := range cols {
		if i > 0 {
			b = append(b, '\t')
		}
		b = append(b, c.name...)
	}
	b = append(b, '\n')
	for i := range rows {
		for j, c := range cols {
			if j > 0 {
				b = append(b, '\t')
			}
			b = c.put(b, &rows[i])
		}
		b = append(b, '\n')
	}
	return b
}

// decoder reads lines until the first error, which it keeps.
type decoder struct {
	rest string
	line int
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// next returns the next line, without its end; "" after an error.
func (d *decoder) next() string {
	if d.err != nil {
		return ""
	}
	line, rest, ok := strings.Cut(d.rest, "\n")
	if !ok {
		d.fail("cut short")
		return ""
	}
	d.rest = rest
	d.line++
	return line
}

// value returns the value of the next line, which must have the given key.
func (d *decoder) value(key string) string {
	name, cell, ok := strings.Cut(d.next(), "\t")
	if !ok || name != key {
		d.fail("%s expected", key)
		return ""
	}
	v, err := unescape(cell)
	if err != nil {
		d.fail("%s: %w", key, err)
	}
	return v
}

func (d *decoder) catalog() Catalog {
	format := d.value(magic)
	if major, _, _ := strings.Cut(format, "."); d.err == nil && major != formatMajor {
		d.fail("%w: %q (want %s.x)", ErrFormat, format, formatMajor)
	}
	c := Catalog{Provider: d.value("provider"), Region: d.value("region"), Source: d.value("source")}
	c.Date = units.Date(d.value("date"))
	var seen []string
	for d.err == nil && d.rest != "" {
		name, rows := d.section()
		if slices.Contains(seen, name) {
			d.fail("section %s twice", name)
		}
		seen = append(seen, name)
		switch name {
		case "sources":
			c.Sources = readRows(d, sourceColumns(), rows)
		case "zones":
			c.Zones = readRows(d, zoneColumns(), rows)
		case "types":
			c.Types = readRows(d, typeColumns(), rows)
		case "commitments":
			d.attach(c.Types, readRows(d, commitmentColumns(), rows))
		case "disks":
			c.Disks = readRows(d, diskColumns(), rows)
		case "fees":
			c.Fees = readRows(d, feeColumns(), rows)
		case "versions":
			c.Versions = readRows(d, versionColumns(), rows)
		default: // of a later minor version
			for i := 0; i <= rows && d.err == nil; i++ {
				d.next()
			}
		}
	}
	return c
}

// section reads the line that opens a section.
func (d *decoder) section() (name string, rows int) {
	name, count, ok := strings.Cut(d.value("section"), "\t")
	if !ok {
		d.fail("section without a row count")
		return "", 0
	}
	rows, err := strconv.Atoi(count)
	if err != nil || rows < 0 || strconv.Itoa(rows) != count {
		d.fail("section %s: %q is not a row count", name, count)
		return "", 0
	}
	return name, rows
}

// readRows reads the column names and the rows of a section. Columns that this
// version does not know are passed over.
func readRows[T any](d *decoder, cols []column[T], count int) []T {
	names := strings.Split(d.next(), "\t")
	set := make([]func(*T, string) error, len(names))
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			d.fail("column %s twice", name)
		}
		if at := slices.IndexFunc(cols, func(c column[T]) bool { return c.name == name }); at >= 0 {
			set[i] = cols[at].set
		}
	}
	if count == 0 || d.err != nil {
		return nil
	}
	// A row has at least one byte a column: a wrong count reserves no memory that
	// the text could not fill.
	rows := make([]T, 0, min(count, len(d.rest)/len(set)))
	for range count {
		line := d.next()
		if d.err != nil {
			return nil
		}
		var zero T
		rows = append(rows, zero)
		row := &rows[len(rows)-1]
		for i, apply := range set {
			cell, rest, more := strings.Cut(line, "\t")
			if more != (i < len(set)-1) {
				d.fail("%d cells expected", len(set))
				return nil
			}
			line = rest
			if apply == nil {
				continue
			}
			if err := apply(row, cell); err != nil {
				d.fail("%s: %w", names[i], err)
				return nil
			}
		}
	}
	return rows
}

// attach gives each type its commitments, which stand in the order of the types.
func (d *decoder) attach(types []InstanceType, rows []typeCommitment) {
	all := make([]Commitment, len(rows))
	for i, r := range rows {
		all[i] = r.Commitment
	}
	at := 0
	for i := 0; i < len(rows); {
		for at < len(types) && types[at].Name != rows[i].typeName {
			at++
		}
		if at == len(types) {
			d.fail("commitment for %q, which is not among the types or out of order", rows[i].typeName)
			return
		}
		end := i
		for end < len(rows) && rows[end].typeName == rows[i].typeName {
			end++
		}
		types[at].Commitments = all[i:end:end]
		i = end
	}
}
