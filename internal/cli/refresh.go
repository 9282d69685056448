package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

type refreshOptions struct {
	provider, output string
	regions          []string
	spot             refresh.SpotWindow
	account          Account
	exchange         string
	parallel, calls  int
	force            bool
}

// The bounds of what is asked at once, and of the window of spot prices: AWS keeps the
// history of 90 days.
const (
	mostParallel   = 16
	mostCalls      = 64
	mostSpotWindow = 90 * 24 * time.Hour
)

func catalogRefreshCommand(w *World) *cobra.Command {
	var o refreshOptions
	cmd := &cobra.Command{
		Use:   "refresh [--region REGION[,REGION...]]",
		Short: "Ask the clouds for today's offers and prices, and keep them in the cache",
		Long: `Ask the cloud for what it offers in each REGION and at which prices, and make that the
catalog that plans are made from. Without --region the regions that are in the cache are
asked again. A region is replaced whole or not at all: whatever fails, the old catalog
stays. Regions of today stay as they are unless --force, so that a refresh that was
interrupted goes on where it was.

Credentials are found as the clouds' own programs find them: profiles, the environment,
the machine's role for aws; application default credentials for gcp. Only calls that
read are made; docs/catalogs.md lists them. Exit 5 if a region failed: the message says
what to do.`,
		Example: `  scantling catalog refresh --region us-east-1,eu-west-1 --profile dev
  scantling catalog refresh --provider gcp --region europe-west1 --project my-project
  scantling catalog refresh && scantling plan        # nightly: what is in the cache, anew`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd.Flags()); err != nil {
				return err
			}
			return o.run(cmd.Context(), w)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.provider, "provider", "", "the `cloud`: aws or gcp (default aws, or all that are in the cache)")
	f.StringSliceVar(&o.regions, "region", nil, "the cloud's `region`; may be repeated (default those in the cache)")
	f.StringVar(&o.spot.Statistic, "spot", "mean", "aws: the `statistic` of spot prices: mean (weighted by time), max or current")
	f.DurationVar(&o.spot.Window, "spot-window", 30*24*time.Hour, "aws: the time that it is taken over")
	f.StringVar(&o.account.Profile, "profile", "", "aws: the `profile` of the shared configuration")
	f.StringVar(&o.account.RoleARN, "role-arn", "", "aws: a `role` to assume")
	f.StringVar(&o.account.ExternalID, "external-id", "", "aws: the external `id` that the role asks for")
	f.StringVar(&o.account.PricingProfile, "pricing-profile", "", "aws: the `profile` for the price list; us-gov regions need one of a commercial account")
	f.StringVar(&o.exchange, "exchange", "", "aws: what one CNY costs in `dollars`; cn regions are refused without")
	f.BoolVar(&o.account.WithoutCommitments, "no-commitments", false, "aws: leave out savings plans and reserved instances")
	f.BoolVar(&o.account.WithoutQuotas, "no-quotas", false, "aws: leave out the quotas of the account")
	f.StringVar(&o.account.Project, "project", "", "gcp: the `project` in whose name to ask (default $GOOGLE_CLOUD_PROJECT)")
	f.StringVar(&o.account.ServiceAccount, "impersonate-service-account", "", "gcp: the `account` to act as")
	f.IntVar(&o.parallel, "parallel", 2, "how many regions are asked at once")
	f.IntVar(&o.calls, "concurrency", refresh.DefaultConcurrency, "how many calls a region has under way at once")
	f.BoolVar(&o.force, "force", false, "ask for regions of today too")
	f.StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text or json")
	return cmd
}

// ofCloud says which cloud a flag is about.
func ofCloud() map[string]string {
	clouds := map[string]string{}
	for cloud, flags := range map[string][]string{
		"aws": {"spot", "spot-window", "profile", "role-arn", "external-id", "pricing-profile", "exchange", "no-commitments", "no-quotas"},
		"gcp": {"project", "impersonate-service-account"},
	} {
		for _, f := range flags {
			clouds[f] = cloud
		}
	}
	return clouds
}

// check checks the flags before anything is asked.
func (o *refreshOptions) check(flags *pflag.FlagSet) error {
	if err := oneOf("output", o.output, "text", "json"); err != nil {
		return err
	}
	if err := oneOf("spot", o.spot.Statistic, "mean", "max", "current"); err != nil {
		return err
	}
	if o.spot.Window <= 0 || o.spot.Window > mostSpotWindow {
		return usage(fmt.Errorf("--spot-window: %s is not between 0 and %s", o.spot.Window, mostSpotWindow))
	}
	for _, b := range []struct {
		flag        string
		value, most int
	}{{"parallel", o.parallel, mostParallel}, {"concurrency", o.calls, mostCalls}} {
		if b.value < 1 || b.value > b.most {
			return usage(fmt.Errorf("--%s: %d is not between 1 and %d", b.flag, b.value, b.most))
		}
	}
	if len(o.regions) > 0 && o.provider == "" {
		o.provider = "aws"
	}
	if o.provider != "" {
		if err := oneOf("provider", o.provider, "aws", "gcp"); err != nil {
			return err
		}
	}
	if o.exchange != "" {
		rate, err := strconv.ParseFloat(o.exchange, 64)
		o.account.Exchange = units.Ratio(rate * float64(units.Whole))
		if err != nil || o.account.Exchange <= 0 || rate > 1000 {
			return usage(fmt.Errorf("--exchange: %s is no number of dollars above 0, as in 0.14", o.exchange))
		}
	}
	return o.checkClouds(flags)
}

// checkClouds refuses flags of another cloud than the one that is asked.
func (o *refreshOptions) checkClouds(flags *pflag.FlagSet) error {
	clouds := ofCloud()
	for _, flag := range slices.Sorted(maps.Keys(clouds)) {
		if cloud := clouds[flag]; o.provider != "" && o.provider != cloud && flags.Changed(flag) {
			return usage(fmt.Errorf("--%s is of %s, and --provider is %s", flag, cloud, o.provider))
		}
	}
	for _, region := range o.regions {
		if err := (cache.Name{Provider: o.provider, Region: region}).Check(); err != nil {
			return usage(fmt.Errorf("--region: %w", err))
		}
	}
	return nil
}

// names are the regions to refresh, sorted.
func (o *refreshOptions) names(c *cache.Cache) ([]cache.Name, error) {
	var names []cache.Name
	for _, region := range o.regions {
		names = append(names, cache.Name{Provider: o.provider, Region: region})
	}
	if len(o.regions) == 0 {
		all, err := c.List()
		if err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
		for _, n := range all {
			if o.provider == "" || n.Provider == o.provider {
				names = append(names, n)
			}
		}
		if len(names) == 0 {
			return nil, usage(errors.New("which regions? None is in the cache to be refreshed: name some with --region"))
		}
	}
	slices.SortFunc(names, func(a, b cache.Name) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(names), nil
}

func (o *refreshOptions) run(ctx context.Context, w *World) error {
	if w.Now == nil {
		return exit(EnvironmentFailed, errors.New("a refresh needs a clock"))
	}
	c, err := w.cache()
	if err != nil {
		return exit(EnvironmentFailed, err)
	}
	names, err := o.names(c)
	if err != nil {
		return err
	}
	if o.account.Project == "" {
		o.account.Project = w.getenv("GOOGLE_CLOUD_PROJECT")
	}
	if o.account.Project == "" && slices.ContainsFunc(names, func(n cache.Name) bool { return n.Provider == "gcp" }) {
		return usage(errors.New("--project: in the name of which project is gcp to be asked?"))
	}
	done := w.refreshAll(ctx, o, c, names)
	rows := make([]document.Refreshed, len(done))
	for i := range done {
		rows[i] = done[i].row
	}
	var out bytes.Buffer
	if o.output == "json" {
		err = document.EncodeCatalogRefresh(&out, rows, Version)
	} else {
		err = report.CatalogRefresh(&out, rows, w.look())
	}
	if err != nil {
		return err
	}
	return errors.Join(w.judge(ctx, done), w.print(out.Bytes()))
}

// judge tells what failed, and returns the exit code for it.
func (w *World) judge(ctx context.Context, done []regionDone) error {
	failed, refused := 0, 0
	var told []string
	for i := range done {
		d := &done[i]
		if bug := d.bug; bug != nil {
			return bug
		}
		if d.row.Outcome != document.OutcomeFailed {
			continue
		}
		failed++
		if e, ok := errors.AsType[*refresh.Error](d.err); ok && e.Kind == refresh.Refused {
			refused++
		}
		if ctx.Err() != nil && errors.Is(d.err, context.Cause(ctx)) {
			continue
		}
		w.note("Error: %s %s: %s\n", d.row.Provider, d.row.Region, d.row.Problem)
		if advice := d.row.Advice; advice != "" && !slices.Contains(told, advice) {
			w.note("What to do: %s\n", advice)
			told = append(told, advice)
		}
	}
	switch {
	case failed == 0:
		return nil
	case ctx.Err() != nil:
		w.note("Interrupted: %d of %d regions are done, the others are as they were. The same command goes on from here.\n", len(done)-failed, len(done))
		return said(EnvironmentFailed)
	}
	w.note("%d of %d regions failed, and are as they were.\n", failed, len(done))
	if refused == failed {
		return said(WrongUse)
	}
	return said(EnvironmentFailed)
}
