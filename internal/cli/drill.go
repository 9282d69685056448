package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
)

type drillOptions struct {
	spec   specFlags
	kill   []string
	output string
	check  bool
}

func drillCommand(w *World) *cobra.Command {
	var o drillOptions
	cmd := &cobra.Command{
		Use:   "drill [PLAN|SPEC]",
		Short: "Replay a failure on a plan: what finds room, what does not, and why",
		Long: `Replay a failure on the placement of the plan document PLAN, or of the plan of SPEC:
what is displaced, where it finds room without moving a running pod, what no longer
fits and why, how many pods stay ready, which targets do not hold, and whether a
control plane of one's own keeps its quorum. Failures given with --kill strike
together:

  zone=ZONE         the whole of a zone
  nodes=COUNT       so many nodes of each group, the worst ones, found by trying
  node=GROUP/ZONE   one node of a group in a zone, the worst one; GROUP may be
                    control_plane where people run it themselves

Without --kill every loss that the plan declares is tried, each at its worst. A
document is verified first, as by 'scantling verify': exit 3 if anything is wrong
with it.`,
		Example: `  scantling drill examples/shop-eks --kill zone=us-east-1a
  scantling drill plan.json --kill zone=us-east-1a --kill nodes=1
  scantling drill plan.json --check                  # in CI`,
		Args: atMostOneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", o.output, "text", "json"); err != nil {
				return err
			}
			var kills []planner.Kill
			for _, text := range o.kill {
				k, err := parseKill(text)
				if err != nil {
					return usage(fmt.Errorf("--kill %s: %w", text, err))
				}
				kills = append(kills, k)
			}
			return o.run(cmd.Context(), w, pathArg(args), kills)
		},
	}
	o.spec.register(cmd)
	o.spec.registerLock(cmd)
	o.spec.registerAge(cmd)
	cmd.Flags().StringArrayVar(&o.kill, "kill", nil, "fail `what`: zone=ZONE, nodes=COUNT or node=GROUP/ZONE; may be repeated")
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "`format` on stdout: text or json")
	cmd.Flags().BoolVar(&o.check, "check", false, "exit 3 if not everything finds a place, stays ready and keeps its quorum")
	return cmd
}

func (o *drillOptions) run(ctx context.Context, w *World, source string, kills []planner.Kill) error {
	p, isDocument, err := o.spec.planFrom(ctx, w, source)
	if err != nil {
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
	r, err := run.Replay(ctx, offers, p, kills)
	if wrong, ok := errors.AsType[*planner.KillError](err); ok {
		return usage(fmt.Errorf("--kill %w", wrong))
	}
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if o.output == "json" {
		err = document.EncodeReplay(&out, p, &r, Version)
	} else {
		err = report.Replay(&out, p, &r, w.lookAt(p))
	}
	if err != nil {
		return err
	}
	if err := w.print(out.Bytes()); err != nil {
		return err
	}
	if o.check && !r.Holds() {
		w.note("The plan does not survive this (--check)\n")
		return said(GateFailed)
	}
	return nil
}

// mostKilled bounds the nodes of one --kill: Kubernetes is built for 5,000.
const mostKilled = 5000

// parseKill reads "zone=a", "nodes=2" or "node=web/a".
func parseKill(text string) (planner.Kill, error) {
	what, value, _ := strings.Cut(text, "=")
	switch what {
	case "zone":
		if value == "" {
			return planner.Kill{}, errors.New("which zone? As in zone=us-east-1a")
		}
		return planner.Kill{Zone: value}, nil
	case "nodes":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > mostKilled {
			return planner.Kill{}, fmt.Errorf("how many nodes? A whole number from 1 to %d, as in nodes=2", mostKilled)
		}
		return planner.Kill{Nodes: n}, nil
	case "node":
		group, zone, ok := strings.Cut(strings.TrimPrefix(value, "node_group."), "/")
		if !ok || group == "" || zone == "" {
			return planner.Kill{}, errors.New("which node? A group and a zone, as in node=web/us-east-1a")
		}
		return planner.Kill{Group: group, In: zone}, nil
	}
	return planner.Kill{}, errors.New("not one of zone=ZONE, nodes=COUNT, node=GROUP/ZONE")
}
