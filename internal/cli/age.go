package cli

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// ageFlags bound the age of prices. The day is given: nothing reads a clock.
type ageFlags struct {
	today string
	most  time.Duration
}

func (f *ageFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.today, "today", "", "the `day` from which ages are counted, as 2026-11-20")
	cmd.Flags().DurationVar(&f.most, "catalog-max-age", 0, "exit 3 without a plan if the catalog or a price that it pays is older, as `2160h`; in place of the spec's; needs --today")
}

// check refuses flags that cannot be meant.
func (f *ageFlags) check() error {
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

// limit is the greatest age for a spec, 0 for none. One that cannot be counted is wrong
// use.
func (f *ageFlags) limit(s *spec.Spec) (time.Duration, error) {
	most := cmp.Or(f.most, s.Cluster.CatalogMaxAge)
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
	what := fmt.Sprintf("the catalog of %s %s", p.Cluster.Provider, p.Cluster.Region)
	if old.Of != "" {
		what = fmt.Sprintf("the oldest price, of %s (%s),", old.Of, old.Detail)
	}
	w.note("%s is of %s, %d days before %s; at most %s are allowed (catalog_max_age): there is no plan\n"+
		"refresh it: scantling catalog refresh --provider %s --region %s; a price that a refresh does not renew can be agreed on in a price_book\n",
		what, old.Date, int(old.Age.Hours()/24), f.today, most, p.Cluster.Provider, p.Cluster.Region)
	return said(GateFailed)
}
