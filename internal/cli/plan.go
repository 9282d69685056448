package cli

import (
	"bytes"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

type planOptions struct {
	spec   specFlags
	path   string
	output string
	out    string
	failOn string
	// lock writes the lock file; check compares with it and with what was emitted.
	lock, check bool
	maxIncrease string
}

func planCommand(w *World) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan [SPEC]",
		Short: "Plan the cluster: replicas, nodes in each zone, cost, upgrade",
		Long: `Plan the cluster that SPEC describes (a file or a folder of *.hcl; default: this
folder). Every plan is checked by an independent verifier before it is shown.`,
		Example: `  scantling plan examples/shop-eks
  scantling plan --var peak_rps=2000
  scantling plan --out plan.json --fail-on warning   # in CI
  scantling plan -o json | jq .cost`,
		Args: atMostOneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = pathArg(args)
			if err := oneOf("output", o.output, "text", "json"); err != nil {
				return err
			}
			if err := oneOf("fail-on", o.failOn, "none", "info", "warning", "error"); err != nil {
				return err
			}
			if o.out == "-" {
				return usage(errors.New("--out takes a file; for stdout use -o json"))
			}
			if o.lock && o.check {
				return usage(errors.New("--lock writes what --check only compares: give one of them"))
			}
			return o.run(cmd.Context(), w)
		},
	}
	o.spec.register(cmd)
	o.spec.registerLock(cmd)
	o.spec.registerAge(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text or json")
	cmd.Flags().StringVar(&o.out, "out", "", "also write the plan as JSON to `file`")
	cmd.Flags().StringVar(&o.failOn, "fail-on", "none", "exit 3 if a finding is at least this `severity`: info, warning or error")
	cmd.Flags().BoolVar(&o.lock, "lock", false, "write the lock file: later plans keep its instance types")
	cmd.Flags().BoolVar(&o.check, "check", false, "exit 3 if the lock file, or what the emit blocks write, is not what the plan says")
	cmd.Flags().StringVar(&o.maxIncrease, "max-increase", "", "exit 3 if the bill is more than this `share` above the lock's")
	return cmd
}

func (o *planOptions) run(ctx context.Context, w *World) error {
	most, err := o.mostIncrease()
	if err != nil {
		return err
	}
	s, err := o.spec.load(w, o.path)
	if err != nil {
		return err
	}
	if err := o.spec.apart(o.out); err != nil {
		return err
	}
	p, err := o.spec.plan(ctx, w, s)
	if err != nil {
		return o.explainInfeasible(w, s, err)
	}
	var doc bytes.Buffer
	if err := document.Encode(&doc, p, Version); err != nil {
		return err
	}
	text := doc
	if o.output == "text" {
		text = bytes.Buffer{}
		look := w.lookAt(p)
		look.Spec = o.spec.typed(o.path)
		if o.out != "" {
			look.Document = quoted(o.out)
		}
		if look.Since, err = o.since(p); err != nil {
			return err
		}
		if err := report.Text(&text, p, look); err != nil {
			return err
		}
	}
	if o.out != "" {
		if err := files.Write(o.out, doc.Bytes()); err != nil {
			return writeError(err)
		}
	}
	if err := w.print(text.Bytes()); err != nil {
		return err
	}
	return o.gates(w, p, most)
}

// explainInfeasible gives readers of JSON the reason as a document too.
func (o *planOptions) explainInfeasible(w *World, s *spec.Spec, err error) error {
	if o.output != "json" || !errors.Is(err, planner.ErrInfeasible) {
		return err
	}
	var doc bytes.Buffer
	if err := document.EncodeInfeasible(&doc, s.Info, &s.Cluster, catalogInfo(s), planner.Infeasibles(err), Version); err != nil {
		return err
	}
	return errors.Join(err, w.print(doc.Bytes()))
}

func catalogInfo(s *spec.Spec) planner.CatalogInfo {
	return planner.CatalogInfo{Source: s.Catalog.Source, Date: s.Catalog.Date, SHA256: s.Catalog.SHA256}
}

// gate fails when a finding is at least as severe as limit.
func gate(w *World, p *planner.Plan, limit planner.Severity) error {
	if limit == "none" {
		return nil
	}
	n := 0
	for _, f := range p.Findings {
		if f.Severity.Rank() >= limit.Rank() {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	w.note("%d of %d findings are at least of severity %s (--fail-on)\n", n, len(p.Findings), limit)
	return said(GateFailed)
}

func (w *World) look() report.Options {
	return report.Options{Color: w.colour(w.Stdout), Width: w.width(w.Stdout)}
}

// lookAt is look for texts about a plan, which name what the provider runs.
func (w *World) lookAt(p *planner.Plan) report.Options {
	o := w.look()
	if ground, ok := run.GroundOf(p.Cluster.Provider, p.ControlPlane.Mode); ok {
		o.Service = ground.Terms.Title
		o.Mechanics = ground.New(new(catalogs.Catalog)).Mechanics(&p.Cluster) // which no row of a catalog decides
	}
	return o
}

// print writes the whole answer to stdout at once.
func (w *World) print(b []byte) error {
	if _, err := w.Stdout.Write(b); err != nil {
		return exit(EnvironmentFailed, err)
	}
	return nil
}
