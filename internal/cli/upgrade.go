package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// compareAll asks for all strategies, as the spec does where it says nothing.
const compareAll = "compare"

// mostStay is how many months staying is priced for at most: minors are supported for
// less.
const mostStay = 120

type upgradeOptions struct {
	spec      specFlags
	to        string
	strategy  string
	stayUntil string
	output    string
	out       string
	timeline  bool
	check     bool
	// all: --strategy compare, whatever the spec asks for.
	all bool
}

func upgradeCommand(w *World) *cobra.Command {
	var o upgradeOptions
	cmd := &cobra.Command{
		Use:   "upgrade [SPEC|PLAN]",
		Short: "Compare the ways to upgrade: time, cost, what stays ready, the way back",
		Long: `Compare the ways to upgrade the cluster of SPEC (or of the plan document PLAN) to a
newer minor of Kubernetes, before anything is touched:

  each strategy   how long it takes, what it costs beyond what runs anyway, the most
                  nodes at a time, the least that stays ready, for how long targets are
                  missed and declared losses not survived, how long one can go back, and
                  what blocks it
  the choice      the recommended strategy and why, and those that no other one beats
  its course      a chart over time, how many nodes are replaced at a time in each group,
                  the longest drain, the worst step, and what becomes of the pods
  its dates       fees and support of both minors, what staying costs month by month, and
                  a calendar with an upgrade about every four months

The minor is that of the spec's upgrade block, or --to. Days are counted from the
spec's as_of. -o markdown writes a runbook to work through: checks before, steps in
order with their commands, what to watch, how to go back and until when, what to verify
after. -o html writes a page to hand around: one file that loads nothing. A document is
verified first, as by 'scantling verify': exit 3 if anything is wrong with it.`,
		Example: `  scantling upgrade examples/shop-eks
  scantling upgrade --to 1.36 --strategy minimal --timeline
  scantling upgrade plan.json -o markdown --out runbook.md
  scantling upgrade plan.json -o html --out upgrade.html
  scantling upgrade plan.json --check                # in CI`,
		Args: atMostOneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", o.output, "text", "json", "markdown", "html"); err != nil {
				return err
			}
			if o.out == "-" {
				return usage(errors.New("--out takes a file; without it everything goes to stdout"))
			}
			if o.strategy == compareAll {
				o.strategy, o.all = "", true
			}
			var until units.Date
			if o.stayUntil != "" {
				var err error
				if until, err = units.ParseDate(o.stayUntil); err != nil {
					return usage(fmt.Errorf("--stay-until: %w", err))
				}
			}
			return o.run(cmd.Context(), w, pathArg(args), until)
		},
	}
	o.spec.register(cmd)
	o.spec.registerLock(cmd)
	o.spec.registerAge(cmd)
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "compare an upgrade to `minor`, whatever the spec declares: 1.36")
	f.StringVar(&o.strategy, "strategy", "", "show the course of the strategy `name` instead of the recommended one; compare recommends one, whatever the spec asks for")
	f.BoolVar(&o.timeline, "timeline", false, "show the events of the course, alike ones of a round together")
	f.StringVar(&o.stayUntil, "stay-until", "", "price staying to this `date`, not counted (default: the end of support)")
	f.StringVarP(&o.output, "output", "o", "text", "`format`: text, json, markdown (a runbook) or html (the text as a page, with its chart)")
	f.StringVar(&o.out, "out", "", "write to `file` instead of stdout")
	f.BoolVar(&o.check, "check", false, "exit 3 if the strategy is blocked, does not meet a declared keep, finish_within or max_extra_usd, or is one that breaks what is kept by default since these limits block all others")
	return cmd
}

func (o *upgradeOptions) run(ctx context.Context, w *World, source string, until units.Date) error {
	p, isDocument, err := o.spec.planFrom(ctx, w, source)
	if err != nil {
		return err
	}
	if err := o.spec.apart(o.out); err != nil {
		return err
	}
	if isDocument {
		if err := o.spec.check(w, source, p); err != nil {
			return err
		}
	}
	offers, err := o.spec.offers(w)
	if err != nil {
		return err
	}
	shown, err := o.compare(ctx, offers, p, until)
	if err != nil {
		return err
	}
	o.spec.age.passed(w, p.Cluster.AsOf, shown.Outlook)
	var out bytes.Buffer
	switch o.output {
	case "json":
		err = document.EncodeUpgrade(&out, p, shown.Upgrade, shown.Outlook, o.strategy, Version)
	case "markdown":
		err = report.Runbook(&out, shown)
	case "html":
		err = report.UpgradeHTML(&out, shown, o.look(w, p, source))
	default:
		err = report.Upgrade(&out, shown, o.look(w, p, source))
	}
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := files.Write(o.out, out.Bytes()); err != nil {
			return writeError(err)
		}
		w.note("Wrote %s\n", o.out)
	} else if err := w.print(out.Bytes()); err != nil {
		return err
	}
	return o.gate(w, &shown)
}

// look is how a text or page of the upgrade is laid out.
func (o *upgradeOptions) look(w *World, p *planner.Plan, source string) report.Options {
	look := w.lookAt(p)
	look.Spec = o.spec.typed(source)
	return look
}

// compare plans the upgrade that is asked for, and says whose course to show.
func (o *upgradeOptions) compare(ctx context.Context, offers run.Offers, p *planner.Plan, until units.Date) (report.UpgradeShown, error) {
	shown := report.UpgradeShown{Plan: p, Asked: p.Cluster.Upgrade, Timeline: o.timeline, StayUntil: until}
	var other *planner.Upgrade
	switch {
	case o.to != "":
		other = &planner.Upgrade{Strategy: compareAll}
		if p.Cluster.Upgrade != nil {
			*other = *p.Cluster.Upgrade
		}
		other.To = o.to
		shown.Asked = other
	case o.all && p.Cluster.Upgrade != nil:
		other = new(*p.Cluster.Upgrade)
		shown.Asked = other
	case p.Upgrade == nil:
		return shown, usage(fmt.Errorf("%s declares no upgrade of Kubernetes %s: say to which minor with --to, or in an upgrade block", p.Cluster.Name, p.Cluster.KubernetesVersion))
	}
	if o.all {
		other.Strategy = compareAll
	}
	if p.Cluster.AsOf.IsZero() {
		return shown, exit(WrongInput, fmt.Errorf("the plan of %s has no day to count from (as_of): plan again", p.Cluster.Name))
	}
	if !until.IsZero() && until <= p.Cluster.AsOf {
		return shown, usage(fmt.Errorf("--stay-until %s: not after %s, the day of the plan", until, p.Cluster.AsOf))
	}
	if !until.IsZero() && until > p.Cluster.AsOf.AddMonths(mostStay) {
		return shown, usage(fmt.Errorf("--stay-until %s: more than ten years after %s, the day of the plan", until, p.Cluster.AsOf))
	}
	u, ahead, err := run.Upgrade(ctx, offers, p, other, until)
	if wrong := planner.Infeasibles(err); len(wrong) > 0 {
		return shown, exit(WrongInput, fmt.Errorf("--to %s: %s; %s", shown.Asked.To, wrong[0].Constraint, wrong[0].Remedy))
	}
	if err != nil {
		return shown, err
	}
	shown.Upgrade, shown.Outlook = u, &ahead
	if o.strategy != "" && u.Named(o.strategy) == nil {
		names := []string{compareAll}
		for i := range u.Strategies {
			names = append(names, u.Strategies[i].Name)
		}
		return shown, usage(fmt.Errorf("--strategy: %s is not one of %s.%s", o.strategy, strings.Join(names, ", "), spec.DidYouMean(o.strategy, names)))
	}
	if o.strategy != "" && o.strategy != u.Recommended {
		if shown.Upgrade, err = o.inFull(ctx, offers, p, &shown, until); err != nil {
			return shown, err
		}
	}
	switch {
	case o.strategy != "":
		shown.Strategy = o.strategy
	case u.Recommended != "":
		shown.Strategy = u.Recommended
	case u.Nearest != "":
		shown.Strategy = u.Nearest
	case shown.Asked.Strategy != compareAll:
		shown.Strategy = shown.Asked.Strategy
	}
	return shown, nil
}

// inFull returns the comparison with the events of the strategy that is asked about, with
// the failures in its middle, and with the reasons of its widths: a plan has these of the
// one that it recommends.
func (o *upgradeOptions) inFull(ctx context.Context, offers run.Offers, p *planner.Plan, shown *report.UpgradeShown, until units.Date) (*planner.UpgradePlan, error) {
	out := *shown.Upgrade
	row := slices.IndexFunc(out.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == o.strategy })
	if out.Strategies[row].Duration == 0 {
		return &out, nil
	}
	asked := *shown.Asked
	asked.Strategy = o.strategy
	u, _, err := run.Upgrade(ctx, offers, p, &asked, until)
	if err != nil {
		return nil, err
	}
	out.Strategies = slices.Clone(out.Strategies)
	full := u.Named(o.strategy)
	out.Strategies[row].Timeline, out.Strategies[row].Failure, out.Strategies[row].Groups = full.Timeline, full.Failure, full.Groups
	return &out, nil
}

// gate fails, with --check, where the shown strategy is blocked: also by a declared keep,
// finish_within or max_extra_usd that it does not meet. Targets that are missed within what
// budgets let go are no breach of any keep but targets, of which they block.
func (o *upgradeOptions) gate(w *World, shown *report.UpgradeShown) error {
	if !o.check {
		return nil
	}
	u := shown.Upgrade
	s := u.Named(shown.Strategy)
	switch {
	case s == nil || u.Recommended == "" && o.strategy == "" && shown.Asked.Strategy == compareAll:
		w.note("No strategy can be used (--check)\n")
	case u.Compromise != "" && s.Name == u.Recommended:
		w.note("%s (--check)\n", u.Compromise)
	case len(s.BlockedBy) > 0:
		w.note("%s is blocked: %s (--check)\n", s.Name, strings.Join(s.BlockedBy, "; "))
	default:
		return nil
	}
	return said(GateFailed)
}
