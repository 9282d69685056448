package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/diff"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// anyChange is the word of --fail-on for whatever differs.
const anyChange = "change"

type diffOptions struct {
	spec        specFlags
	output      string
	failOn      string
	maxIncrease string
	quick       bool
	// terraform and nodes are the dumps that a plan is compared with.
	terraform, nodes string
}

func diffCommand(w *World) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW | diff PLAN [--terraform FILE] [--nodes FILE]",
		Short: "Say what changed from one plan to another and why, or what drifted from a plan",
		Long: `Say what changed from OLD to NEW, and why. Each is a plan document, a lock file or a
spec, which is planned. The cause of a line is what the plans were made from otherwise:

  rule     the program is another version
  lock     other types are locked, or none
  demand   what workloads carry: throughput, counts, targets, load tests, growth
  spec     anything else that the spec says
  catalog  what can be bought
  price    what it costs

A document is verified first, as by 'scantling verify': exit 3 if anything is wrong with
it. One whose catalog is not at hand is compared all the same, and that is told.

Where several changed, plans are made anew with one more of them changed at a time.
What cannot be planned anew is not told apart, and the line says so ("catalog or price").

With --terraform and --nodes, PLAN is compared with what Terraform has and with what
runs: types, counts by group and zone, bounds, versions, labels, taints, replicas. FILE
is what 'terraform show -json' prints of a state or a plan file, or the emitted
values; and what 'kubectl get nodes,pods --all-namespaces -o json' prints; "-" is
stdin. Exit 3 where something differs, unless --fail-on is none. A count within the
planned bounds is no drift: Terraform leaves it to the autoscaler. What a side cannot say
is listed.`,
		Example: `  scantling diff old.json new.json
  scantling diff scantling.lock.json plan.json -o markdown > comment.md
  scantling diff scantling.lock.json plan.json --max-increase 5%
  terraform show -json | scantling diff plan.json --terraform -
  kubectl get nodes,pods -A -o json | scantling diff plan.json --nodes -`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.terraform != "" || o.nodes != "" {
				return exactly("PLAN")(cmd, args)
			}
			if len(args) == 1 {
				return usage(fmt.Errorf("%q takes OLD NEW, or PLAN with --terraform or --nodes: with what is %s compared?", cmd.CommandPath(), args[0]))
			}
			return exactly("OLD", "NEW")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.compare(cmd, w, args) },
	}
	o.spec.register(cmd)
	o.spec.registerLock(cmd)
	o.spec.registerAge(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text, markdown (a comment for a pull request) or json")
	cmd.Flags().StringVar(&o.failOn, "fail-on", "none", "exit 3 `on` change (anything; the default for drift), or on a new finding of that severity: info, warning or error")
	cmd.Flags().StringVar(&o.maxIncrease, "max-increase", "", "exit 3 if the bill grows by more than this `share`")
	cmd.Flags().StringVar(&o.terraform, "terraform", "", "compare with what Terraform has: `file` from terraform show -json, or - for stdin")
	cmd.Flags().StringVar(&o.nodes, "nodes", "", "compare with what runs: `file` from kubectl get nodes,pods -o json, or - for stdin")
	cmd.Flags().BoolVar(&o.quick, "quick", false, "plan nothing anew: where several things changed, causes are not told apart")
	return cmd
}

// compare compares two plans, or a plan with what Terraform has and what runs.
func (o *diffOptions) compare(cmd *cobra.Command, w *World, args []string) error {
	if err := oneOf("output", o.output, "text", "markdown", "json"); err != nil {
		return err
	}
	if err := oneOf("fail-on", o.failOn, "none", anyChange, "info", "warning", "error"); err != nil {
		return err
	}
	if o.terraform == "" && o.nodes == "" {
		return o.run(cmd.Context(), w, args)
	}
	if !cmd.Flags().Changed("fail-on") {
		o.failOn = anyChange
	}
	if o.maxIncrease != "" {
		return usage(errors.New("--max-increase compares two plans"))
	}
	p, read, err := o.spec.planFrom(cmd.Context(), w, args[0])
	if err != nil {
		return err
	}
	if read {
		if err := o.spec.checkKnown(w, args[0], p); err != nil {
			return err
		}
	}
	return o.runDrift(w, p)
}

func (o *diffOptions) run(ctx context.Context, w *World, args []string) error {
	var most *units.Ratio
	if o.maxIncrease != "" {
		share, err := parseShare("max-increase", o.maxIncrease)
		if err != nil {
			return err
		}
		most = &share
	}
	old, err := o.side(ctx, w, args[0])
	if err != nil {
		return o.explained(w, "OLD", err)
	}
	now, err := o.side(ctx, w, args[1])
	if err != nil {
		return o.explained(w, "NEW", err)
	}
	if o.failOn != "none" && o.failOn != anyChange && (old.Plan == nil || now.Plan == nil) {
		return usage(fmt.Errorf("--fail-on %s compares findings, which a lock file does not have: compare documents, or give scantling plan --fail-on %s", o.failOn, o.failOn))
	}
	var again diff.Planner
	if !o.quick {
		offers, err := o.spec.offers(w)
		if err != nil {
			return err
		}
		again = run.Again{Context: ctx, Offers: offers}
	}
	d, err := diff.Between(old, now, again, Version)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var out bytes.Buffer
	switch o.output {
	case "json":
		err = document.EncodeDifference(&out, &d, Version)
	case "markdown":
		err = report.DifferenceMarkdown(&out, &d)
	default:
		err = report.Difference(&out, &d, w.look())
	}
	if err != nil {
		return err
	}
	if err := w.print(out.Bytes()); err != nil {
		return err
	}
	return o.gates(w, &d, most)
}

// gates tells which gates a difference does not pass.
func (o *diffOptions) gates(w *World, d *planner.Difference, most *units.Ratio) error {
	failed := false
	if most != nil {
		failed = !w.withinIncrease(d.Old.Name, d.Old.Total, d.New.Total, *most)
	}
	n := 0
	for i := range d.Changes {
		if c := &d.Changes[i]; o.failOn == anyChange || c.Kind == planner.FindingChange && worse(c, planner.Severity(o.failOn)) {
			n++
		}
	}
	if n > 0 && o.failOn != "none" {
		w.note("%s (--fail-on %s)\n", count(n, "line", "lines"), o.failOn)
		failed = true
	}
	if failed {
		return said(GateFailed)
	}
	return nil
}

// worse reports whether a finding of that severity or above is new. One that was there and
// says other figures is not, one that was less severe is.
func worse(c *planner.Change, than planner.Severity) bool {
	is := severityOf(c.New).Rank()
	return is >= max(1, than.Rank()) && is > severityOf(c.Old).Rank()
}

// severityOf is the severity that a finding's words start with.
func severityOf(words string) planner.Severity {
	for _, s := range []planner.Severity{planner.Error, planner.Warning, planner.Info} {
		if len(words) > len(s) && words[:len(s)] == string(s) {
			return s
		}
	}
	return planner.Off
}

// side reads one of the two: a lock file, a plan document, or a spec.
func (o *diffOptions) side(ctx context.Context, w *World, name string) (diff.Side, error) {
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		file, err := files.Read(name, maxPlanBytes)
		if err != nil {
			return diff.Side{}, readError(err)
		}
		if isDocument(file.Content) && document.IsLock(file.Content) {
			l, err := document.DecodeLock(file.Content)
			if err != nil {
				return diff.Side{}, exit(WrongInput, fmt.Errorf("%s: %w", name, err))
			}
			return diff.Side{Name: name, Lock: *l}, nil
		}
		if isDocument(file.Content) {
			p, err := decodePlan(file)
			if err != nil {
				return diff.Side{}, err
			}
			if err := o.spec.checkKnown(w, name, p); err != nil {
				return diff.Side{}, err
			}
			return sideOf(name, p, document.Tool(file.Content), document.Minor(file.Content)), nil
		}
	}
	p, _, err := o.spec.planFrom(ctx, w, name)
	if err != nil {
		return diff.Side{}, err
	}
	return sideOf(name, p, Version, document.CurrentMinor()), nil
}

// sideOf is a plan as a side.
func sideOf(name string, p *planner.Plan, tool string, minor int) diff.Side {
	return diff.Side{Name: name, Lock: planner.LockOf(p, tool), Plan: p, Minor: minor}
}

// explained says which side cannot be compared. A new plan that cannot be is what its
// spec is told too.
func (o *diffOptions) explained(w *World, side string, err error) error {
	if errors.Is(err, document.ErrInfeasible) {
		w.note("Error: %s: %s\n", side, err)
		if side == "NEW" {
			return said(CannotBeMet)
		}
		return said(WrongInput)
	}
	return err
}
