package cli

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/calibrate"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

type calibrateOptions struct {
	spec                     specFlags
	nodes, output, tolerance string
}

func calibrateCommand(w *World) *cobra.Command {
	var o calibrateOptions
	cmd := &cobra.Command{
		Use:   "calibrate [PLAN|SPEC] --nodes FILE",
		Short: "Compare what nodes offer with what is planned",
		Long: `Compare what the plan takes nodes to offer to pods with what nodes that run say of
themselves (kubectl get nodes -o json): CPU, memory, pods and ephemeral storage of each
type in each group, the worst first. Exit 3 if the plan counts on more than the least of
the nodes offers, by more than --tolerance. Memory that systems see and the catalog does
not have as measured is told too.`,
		Example: "  kubectl get nodes -o json | scantling calibrate plan.json --nodes -",
		Args:    atMostOneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", o.output, "text", "json"); err != nil {
				return err
			}
			if o.nodes == "" {
				return usage(errors.New("--nodes is missing: what kubectl get nodes -o json prints, or -"))
			}
			p, _, err := o.spec.planFrom(cmd.Context(), w, pathArg(args))
			if err != nil {
				return err
			}
			return o.run(w, p)
		},
	}
	o.spec.register(cmd)
	o.spec.registerLock(cmd)
	cmd.Flags().StringVar(&o.nodes, "nodes", "", "what kubectl get nodes -o json prints: a `file`, or - for stdin")
	cmd.Flags().StringVar(&o.tolerance, "tolerance", "1%", "`share` that a plan may count on above what nodes offer")
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text or json")
	return cmd
}

func (o *calibrateOptions) run(w *World, p *planner.Plan) error {
	tolerance, err := parseShare("tolerance", o.tolerance)
	if err != nil {
		return err
	}
	content, err := w.dump(o.nodes)
	if err != nil {
		return err
	}
	found := importer.Read([]spec.File{{Name: o.nodes, Content: content}})
	if len(found.Nodes) == 0 {
		return exit(WrongInput, fmt.Errorf("%s: there is no node in it; want the output of kubectl get nodes -o json", o.nodes))
	}
	c := report.Calibrated{Cluster: p.Cluster.Name, Result: calibrate.Compare(p, found.Nodes), Tolerance: tolerance}
	var out bytes.Buffer
	if o.output == "json" {
		var rows []document.CalibrateRow
		for _, r := range c.Rows {
			rows = append(rows, document.CalibrateRow{
				Group: r.Group, Type: r.Type, Resource: r.Resource, Nodes: r.Nodes, Planned: r.Planned, Least: r.Least, Most: r.Most, Error: r.Error, Over: r.Error > tolerance,
			})
		}
		var memory []document.MeasuredMemory
		for _, m := range c.Memory {
			memory = append(memory, document.MeasuredMemory(m))
		}
		err = document.EncodeCalibration(&out, c.Cluster, rows, memory, c.Unknown, Version)
	} else {
		err = report.Calibration(&out, &c, w.look())
	}
	if err != nil {
		return err
	}
	if err := w.print(out.Bytes()); err != nil {
		return err
	}
	if len(c.Over(tolerance)) > 0 {
		return said(GateFailed)
	}
	return nil
}
