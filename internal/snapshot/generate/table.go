package generate

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// table reads a CSV file row by row. It keeps the first error and from then on
// gives zeros, so that callers look once, at the end.
type table struct {
	name    string
	columns []string
	rows    [][]string
	row     int
	err     error
}

// openTable reads a file of fsys, which must have exactly these columns.
func openTable(fsys fs.FS, name string, columns ...string) *table {
	t := &table{name: name, columns: columns, row: -1}
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.err = err
		return t
	}
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.err = fmt.Errorf("%s: %w", name, err)
		return t
	}
	if len(records) == 0 || !slices.Equal(records[0], columns) {
		t.err = fmt.Errorf("%s: the first line must name the columns %q", name, columns)
		return t
	}
	t.rows = records[1:]
	return t
}

// next goes to the next row and reports whether there is one.
func (t *table) next() bool {
	t.row++
	return t.err == nil && t.row < len(t.rows)
}

func (t *table) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("%s, row %d: %w", t.name, t.row+1, fmt.Errorf(format, args...))
	}
}

// text returns the cell of that column.
func (t *table) text(column string) string {
	at := slices.Index(t.columns, column)
	if at < 0 {
		panic("generate: no column " + column + " in " + t.name)
	}
	return t.rows[t.row][at]
}

// required returns a cell that must not be empty.
func (t *table) required(column string) string {
	s := t.text(column)
	if s == "" {
		t.fail("%s is empty", column)
	}
	return s
}

// number returns a whole number, 0 for an empty cell.
func (t *table) number(column string) int {
	s := t.text(column)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		t.fail("%s: %q is not a whole number", column, s)
		return 0
	}
	return n
}

// mib returns a number of MiB as bytes.
func (t *table) mib(column string) units.Bytes { return units.Bytes(t.number(column)) * units.MiB }

// flag returns whether a cell says "true"; empty is false.
func (t *table) flag(column string) bool {
	s := t.text(column)
	if s != "" && s != "true" {
		t.fail("%s: %q is not true or empty", column, s)
	}
	return s == "true"
}

// date returns a day, zero for an empty cell.
func (t *table) date(column string) units.Date {
	s := t.text(column)
	if s == "" {
		return ""
	}
	d, err := units.ParseDate(s)
	if err != nil {
		t.fail("%s: %w", column, err)
	}
	return d
}

// rate returns dollars an hour; ok is false for an empty cell. A price of zero is
// an error: it is always a gap of the source.
func (t *table) rate(column string) (rate units.USDPerHour, ok bool) {
	s := t.text(column)
	if s == "" {
		return 0, false
	}
	rate, err := catalogs.ParseRate(s)
	if err != nil {
		t.fail("%s: %w", column, err)
	} else if rate == 0 {
		t.fail("%s is zero", column)
	}
	return rate, err == nil
}

// ratio returns a factor, 0 for an empty cell.
func (t *table) ratio(column string) units.Ratio {
	s := t.text(column)
	if s == "" {
		return 0
	}
	r, err := catalogs.ParseRatio(s)
	if err != nil {
		t.fail("%s: %w", column, err)
	}
	return r
}
