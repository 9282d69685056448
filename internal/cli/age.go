package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

// ageFlags bound the age of prices. The day is given: nothing reads a clock.
type ageFlags struct {
	today string
	most  time.Duration
}

// registerAge adds the flags to a command that plans specs.
func (f *specFlags) registerAge(cmd *cobra.Command) {
	f.age = &ageFlags{}
	cmd.Flags().StringVar(&f.age.today, "today", "", "the `day` from which ages are counted, as 2026-11-20")
	cmd.Flags().DurationVar(&f.age.most, "catalog-max-age", 0, "exit 3 without a plan if the catalog or a price that it pays is older, as `2160h`; in place of the spec's; needs --today")
}

// check refuses flags that cannot be meant. Nil is checked.
func (f *ageFlags) check() error {
	if f == nil {
		return nil
	}
	if f.most < 0 {
		return usage(errors.New("--catalog-max-age: an age is above 0"))
	}
	if f.today == "" {
		return nil
	}
	if _, err := units.ParseDate(f.today); err != nil {
		return usage(fmt.Errorf("--today: %w", err))
	}
	return nil
}

// given reports whether one of the flags is.
func (f *ageFlags) given() bool { return f != nil && (f.today != "" || f.most != 0) }

// limit is the greatest age for a cluster, 0 for none. One that cannot be counted is
// wrong use.
func (f *ageFlags) limit(c *planner.Cluster) (time.Duration, error) {
	if f == nil {
		return 0, nil
	}
	most := cmp.Or(f.most, c.CatalogMaxAge)
	if most > 0 && f.today == "" {
		return 0, usage(errors.New("ages are counted from --today, which is not given: add --today \"$(date +%F)\" for catalog_max_age"))
	}
	return most, nil
}

// gate fails where the plan rests on a price that is older.
func (f *ageFlags) gate(w *World, p *planner.Plan, most time.Duration) error {
	if most == 0 {
		return nil
	}
	old := run.OldestPrice(p, units.Date(f.today))
	if old.Age <= most {
		return nil
	}
	c := &p.Cluster
	what := fmt.Sprintf("the catalog of %s %s", c.Provider, c.Region)
	if old.Of != "" {
		what = fmt.Sprintf("the oldest price, of %s (%s),", old.Of, old.Detail)
	}
	w.note("%s is of %s, %d days before %s; at most %s are allowed (catalog_max_age): there is no plan\n",
		what, old.Date, int(old.Age.Hours()/hoursADay), f.today, most)
	if day := time.Duration(p.Catalog.Date.DaysUntil(units.Date(f.today))) * hoursADay * time.Hour; day > most {
		w.note("refresh it: scantling catalog refresh --provider %s --region %s\n", c.Provider, c.Region)
	}
	if old.Of != "" {
		w.note("what a refresh does not renew can be agreed on: pricing { price_book \"paid\" { date = %q, and %s } }\n", f.today, agreement(p, old.Of))
	}
	return said(GateFailed)
}

const hoursADay = 24

// agreement is the entry of a price book for what a line of the bill pays for.
func agreement(p *planner.Plan, path string) string {
	switch path {
	case "control_plane." + controlplane.FeeCluster:
		return fmt.Sprintf("fee %q { usd_per_hour = … }", p.ControlPlane.Tier)
	case "control_plane." + controlplane.FeeExtended, "control_plane." + controlplane.FeeExtendedTotal:
		return `fee "extended" { usd_per_hour = … }`
	}
	return "a type or disk block with its price"
}

// passed says which support of an upgrade's minors ends between the day of the plan and
// --today: what the upgrade says of it, fees included, belongs to the day of the plan.
func (f *ageFlags) passed(w *World, asOf units.Date, o *planner.UpgradeOutlook) {
	if f == nil || f.today == "" {
		return
	}
	var ends []string
	for _, m := range []*planner.MinorOutlook{&o.From, &o.To} {
		for _, end := range []struct {
			of  string
			day units.Date
		}{{"standard support", m.StandardEnd}, {"all support", m.ExtendedEnd}} {
			if end.day > asOf && end.day <= units.Date(f.today) {
				ends = append(ends, fmt.Sprintf("%s of %s ends on %s", end.of, m.Minor, end.day))
			}
		}
	}
	if len(ends) > 0 {
		w.note("dates and fees are as of %s and not of %s, and between them %s: as_of = %q in the spec says what holds then\n",
			asOf, f.today, strings.Join(ends, ", "), f.today)
	}
}
