package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// The scalars of the documents. Each is written exactly and read exactly: a
// number with more digits than its type holds is refused, not rounded.
type (
	// dollars in billionths, written as a decimal number of dollars.
	dollars int64
	// seconds in billionths, written as a decimal number of seconds.
	seconds int64
	// ratio in millionths, written as a decimal factor.
	ratio int64
	// perSecond in millionths of an event a second, written as a decimal number.
	perSecond int64
	// date is written as "2026-11-20"; none is null.
	date string
	// text is written as a string; none is null.
	text string
)

// The number of decimals that the scalars hold.
const (
	nanoDigits  = 9
	microDigits = 6
)

// scalar is read from one JSON token.
type scalar interface {
	read(tok json.Token) error
}

func (d dollars) MarshalJSON() ([]byte, error)   { return decimal(int64(d), nanoDigits), nil }
func (s seconds) MarshalJSON() ([]byte, error)   { return decimal(int64(s), nanoDigits), nil }
func (r ratio) MarshalJSON() ([]byte, error)     { return decimal(int64(r), microDigits), nil }
func (r perSecond) MarshalJSON() ([]byte, error) { return decimal(int64(r), microDigits), nil }
func (d date) MarshalJSON() ([]byte, error)      { return stringOrNull(string(d)) }
func (t text) MarshalJSON() ([]byte, error)      { return stringOrNull(string(t)) }

func (d *dollars) read(tok json.Token) error   { return readDecimal((*int64)(d), tok, nanoDigits) }
func (s *seconds) read(tok json.Token) error   { return readDecimal((*int64)(s), tok, nanoDigits) }
func (r *ratio) read(tok json.Token) error     { return readDecimal((*int64)(r), tok, microDigits) }
func (r *perSecond) read(tok json.Token) error { return readDecimal((*int64)(r), tok, microDigits) }

func (t *text) read(tok json.Token) error {
	switch s := tok.(type) {
	case nil:
		*t = ""
	case string:
		*t = text(s)
	default:
		return wrongKind("a string or null", tok)
	}
	return nil
}

func (d *date) read(tok json.Token) error {
	switch s := tok.(type) {
	case nil:
		*d = ""
	case string:
		day, err := units.ParseDate(s)
		if err != nil {
			return err
		}
		*d = date(day)
	default:
		return wrongKind("a date or null", tok)
	}
	return nil
}

func stringOrNull(s string) ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(s)
}

func readDecimal(to *int64, tok json.Token, digits int) error {
	n, ok := tok.(json.Number)
	if !ok {
		return wrongKind("a number", tok)
	}
	v, err := parseDecimal(string(n), digits)
	if err != nil {
		return err
	}
	*to = v
	return nil
}

// decimal writes v / 10^digits with no more decimals than it needs.
func decimal(v int64, digits int) []byte {
	abs := uint64(v)
	if v < 0 {
		abs = -abs
	}
	s := strconv.FormatUint(abs, 10)
	if pad := digits + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	whole, part := s[:len(s)-digits], strings.TrimRight(s[len(s)-digits:], "0")
	if part != "" {
		whole += "." + part
	}
	if v < 0 {
		whole = "-" + whole
	}
	return []byte(whole)
}

// errTooLarge and errTooFine are why a number cannot be held exactly.
var (
	errTooLarge = errors.New("the number is too large")
	errTooFine  = errors.New("the number has more decimals than are kept")
)

// parseDecimal returns the JSON number s times 10^digits, exactly. Exponents are
// understood, because other tools write them.
func parseDecimal(s string, digits int) (int64, error) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e < -1000 || e > 1000 {
			return 0, errTooLarge
		}
		mantissa, exponent = s[:i], e
	}
	negative := strings.HasPrefix(mantissa, "-")
	whole, part, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	// The number is all * 10^shift in the unit asked for.
	all, shift := strings.TrimLeft(whole+part, "0"), exponent-len(part)+digits
	if trimmed := strings.TrimRight(all, "0"); trimmed != all {
		shift += len(all) - len(trimmed)
		all = trimmed
	}
	if all == "" {
		return 0, nil
	}
	if shift < 0 {
		return 0, errTooFine
	}
	if len(all)+shift > 19 {
		return 0, errTooLarge
	}
	v, err := strconv.ParseUint(all+strings.Repeat("0", shift), 10, 64)
	if err != nil || v > math.MaxInt64 {
		return 0, errTooLarge
	}
	if negative {
		return -int64(v), nil
	}
	return int64(v), nil
}

// wrongKind says what was wanted instead of tok.
func wrongKind(want string, tok json.Token) error {
	got := "something else"
	switch t := tok.(type) {
	case nil:
		got = "null"
	case string:
		got = "a string"
	case bool:
		got = strconv.FormatBool(t)
	case json.Number:
		got = "the number " + string(t)
	case json.Delim:
		got = map[json.Delim]string{'{': "an object", '[': "a list"}[t]
	}
	return fmt.Errorf("want %s, got %s", want, got)
}
