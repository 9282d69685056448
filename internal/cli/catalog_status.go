package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner/units"
)

type statusOptions struct {
	catalogFlag
	provider, region, output, today string
}

func catalogStatusCommand(w *World) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say where the catalogs are, how old, and how sure their prices",
		Long: `Say of each region which catalog plans are made from: where it is, of which day and how
old, how many of its prices are known and how, and how many rows were not believed when
it was refreshed; and which files of machines 'catalog add' keeps. Exit 5 if a catalog of the cache cannot be used.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("output", o.output, "text", "json"); err != nil {
				return err
			}
			return o.run(w)
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.provider, "provider", "", "only this `cloud`: aws or gcp")
	f.StringVar(&o.region, "region", "", "only this `region`")
	f.StringVar(&o.today, "today", "", "count ages to this `date` (default: the day it is)")
	f.StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text or json")
	return cmd
}

// day is the day that ages are counted to.
func (o *statusOptions) day(w *World) (units.Date, error) {
	switch {
	case o.today != "":
		day, err := units.ParseDate(o.today)
		if err != nil {
			return "", usage(fmt.Errorf("--today: %w", err))
		}
		return day, nil
	case w.Now == nil:
		return "", usage(errors.New("there is no clock: give the day with --today"))
	}
	return dayOf(w.Now()), nil
}

func (o *statusOptions) run(w *World) error {
	day, err := o.day(w)
	if err != nil {
		return err
	}
	offers, err := o.offers(w)
	if err != nil {
		return err
	}
	list, err := states(offers)
	if err != nil {
		return err
	}
	var machines []document.MachinesState
	if o.provider == "" && o.region == "" && (o.source == anyCatalog || o.source == onlyCache) {
		if machines, err = w.machineStates(); err != nil {
			return err
		}
	}
	list = slices.DeleteFunc(list, func(s document.CatalogState) bool {
		return o.provider != "" && s.Provider != o.provider || o.region != "" && s.Region != o.region
	})
	if len(list)+len(machines) == 0 {
		return usage(o.none())
	}
	var damaged error
	for i := range list {
		if list[i].Problem != "" {
			damaged = exit(EnvironmentFailed, fmt.Errorf("the catalog of %s %s cannot be used", list[i].Provider, list[i].Region))
			continue
		}
		list[i].AgeDays = list[i].Date.DaysUntil(day)
	}
	for _, m := range machines {
		if m.Problem != "" {
			damaged = exit(EnvironmentFailed, fmt.Errorf("the machines named %s cannot be used", m.Name))
		}
	}
	var answer bytes.Buffer
	if o.output == "json" {
		err = document.EncodeCatalogStatus(&answer, list, machines, Version)
	} else {
		err = report.CatalogStatus(&answer, list, machines, w.look())
	}
	if err != nil {
		return err
	}
	return errors.Join(damaged, w.print(answer.Bytes()))
}

// none says that there is no catalog.
func (o *statusOptions) none() error {
	what := strings.TrimSpace(o.provider + " " + o.region)
	switch {
	case what != "":
		return fmt.Errorf("there is no catalog of %s", what)
	case o.source == onlyCache:
		return errors.New("the cache is empty: scantling catalog refresh --region REGION, or scantling catalog import FILE, fills it")
	}
	return fmt.Errorf("there is no catalog in %s", o.source)
}

// states returns the catalogs that plans are made from, sorted by provider and region.
// One that cannot be used says so.
func states(o run.Offers) ([]document.CatalogState, error) {
	var list []document.CatalogState
	stored := map[cache.Name]bool{}
	if o.Store != nil {
		names, err := o.Store.List()
		if err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
		for _, n := range names {
			s := document.CatalogState{From: onlyCache}
			if _, isCache := o.Store.(*cache.Cache); !isCache {
				s.From = "bundle"
			}
			stored[n] = true
			e, err := o.Store.Get(n)
			if err != nil {
				s.Summary, s.Problem = catalogs.Summary{Provider: n.Provider, Region: n.Region}, err.Error()
				list = append(list, s)
				continue
			}
			s.Summary = e.Catalog.Summarize()
			if s.Report = e.Report != nil; s.Report {
				s.Quarantined = e.Report.Quarantined
			}
			list = append(list, s)
		}
	}
	if !o.OnlyStore {
		index, err := snapshot.ReadIndex()
		if err != nil {
			return nil, err
		}
		for _, s := range index.Catalogs {
			if !stored[cache.Name{Provider: s.Provider, Region: s.Region}] {
				list = append(list, document.CatalogState{Summary: s, From: onlySnapshot})
			}
		}
	}
	slices.SortFunc(list, func(a, b document.CatalogState) int {
		return compareNames(cache.Name{Provider: a.Provider, Region: a.Region}, cache.Name{Provider: b.Provider, Region: b.Region})
	})
	return list, nil
}
