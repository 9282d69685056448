package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/report"
)

func explainCommand(w *World) *cobra.Command {
	var flags specFlags
	cmd := &cobra.Command{
		Use:   "explain TOPIC [SPEC|PLAN]",
		Short: "Say where the figures of a plan come from",
		Long: `Say where the figures of the plan of SPEC (or of the plan document PLAN) come from.
TOPIC is one of

  assumptions         every default that the plan rests on where the spec says nothing;
                      what is calculated stands in the plan itself
  cost                the bill line by line: for what, for which term or by which statistic,
                      how each price is known and of which day, and what was agreed on
  control_plane       its machines: what they have to carry, and what they cost
  node_group.NAME     its nodes: what bounds their cost, what a pod is worth, and the
                      sizes of the chosen families beside each other
  node_group.NAME.workload.NAME
                      its pods: how many, for which reasons, and what each asks for
  upgrade             its time and cost: every duration that they are made of and where it
                      is from, with the formula of each group; of the strategy to take, or
                      of upgrade.STRATEGY
  control_plane.etcd  members, disk, quota, timing and backups of etcd, with the formulas`,
		Example: `  scantling explain assumptions examples/shop-eks
  scantling explain cost examples/agreed-prices
  scantling explain node_group.web examples/shop-eks
  scantling explain node_group.web.workload.checkout examples/shop-eks
  scantling explain upgrade examples/shop-eks
  scantling explain control_plane.etcd examples/payments-kubeadm`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 || !report.IsTopic(args[0]) {
				return usage(fmt.Errorf("explain takes a topic (%s) and a spec or plan", strings.Join(append(report.Topics(), "node_group.NAME", "node_group.NAME.workload.NAME", "upgrade.STRATEGY"), ", ")))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, _, err := flags.planFrom(cmd.Context(), w, pathArg(args[1:]))
			if err != nil {
				return err
			}
			var text bytes.Buffer
			if err := report.Explain(&text, p, args[0], w.lookAt(p)); err != nil {
				if _, unknown := errors.AsType[*report.UnknownTopicError](err); unknown {
					return usage(err)
				}
				return err
			}
			return w.print(text.Bytes())
		},
	}
	flags.register(cmd)
	flags.registerLock(cmd)
	flags.registerAge(cmd)
	return cmd
}
