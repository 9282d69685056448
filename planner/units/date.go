package units

import (
	"fmt"
	"time"
)

// Date is a calendar day, written as in ISO 8601: "2026-11-20". The zero value
// is no date. Dates compare as strings do: an earlier day is smaller.
type Date string

// dateLayout is ISO 8601's calendar date.
const dateLayout = "2006-01-02"

// ParseDate returns the day that s names. It refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(dateLayout, s); err != nil {
		return "", fmt.Errorf("%q is not a date of the form 2026-11-20", s)
	}
	return Date(s), nil
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == "" }

// AddDays returns the day n days after d. d must be a date.
func (d Date) AddDays(n int) Date { return Date(d.time().AddDate(0, 0, n).Format(dateLayout)) }

// AddMonths returns the day n calendar months after d; a day past the end of the
// month becomes the month's last. d must be a date.
func (d Date) AddMonths(n int) Date {
	t := d.time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date(first.AddDate(0, 0, min(t.Day(), last)-1).Format(dateLayout))
}

// DaysUntil returns the number of days from d to e, negative when e is earlier.
// Both must be dates.
func (d Date) DaysUntil(e Date) int { return int(e.time().Sub(d.time()).Hours() / 24) }

func (d Date) time() time.Time {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		panic("units: " + err.Error())
	}
	return t
}
