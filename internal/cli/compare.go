package cli

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
)

func compareCommand(w *World) *cobra.Command {
	var flags specFlags
	var output string
	cmd := &cobra.Command{
		Use:   "compare [SPEC|PLAN]",
		Short: "Set a plan beside what others would buy for the same pods",
		Long: `Set each node group of the plan of SPEC (or of the plan document PLAN) beside what
others would buy for the same pods, of the same types at the same prices:

  packed       our packing with no redundancy, of mixed types and of one type, with a
               proved bound below which no nodes carry the pods
  first fit    first fit decreasing on the type that is cheapest with it, and on the
               type whose core costs least
  Karpenter    what its rule makes of the pods in one batch

These place every pod once and promise nothing more. The plan's own row holds what the
plan says: the scheduler, rollouts and every declared loss. A document is verified
first, as by 'scantling verify': exit 3 if anything is wrong with it.`,
		Example: `  scantling compare examples/shop-eks
  scantling compare plan.json -o json`,
		Args: atMostOneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, "text", "json"); err != nil {
				return err
			}
			source := pathArg(args)
			p, isDocument, err := flags.planFrom(cmd.Context(), w, source)
			if err != nil {
				return err
			}
			if isDocument {
				if err := flags.check(w, source, p); err != nil {
					return err
				}
			}
			offers, err := flags.offers(w)
			if err != nil {
				return err
			}
			c, err := run.Compare(cmd.Context(), offers, p)
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if output == "json" {
				err = document.EncodeComparison(&out, p, &c, Version)
			} else {
				err = report.Comparison(&out, p, &c, w.lookAt(p))
			}
			if err != nil {
				return err
			}
			return w.print(out.Bytes())
		},
	}
	flags.register(cmd)
	flags.registerLock(cmd)
	flags.registerAge(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "`format` on stdout: text or json")
	return cmd
}
