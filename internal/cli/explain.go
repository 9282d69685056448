package cli

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/report"
)

func explainCommand(w *World) *cobra.Command {
	var flags specFlags
	cmd := &cobra.Command{
		Use:   "explain assumptions [SPEC|PLAN]",
		Short: "List every value that the plan assumes, and where it comes from",
		Long: `List every value that the plan of SPEC (or the plan document PLAN) rests on
and that the spec does not give, with the source of each.`,
		Example: "  scantling explain assumptions examples/shop-eks",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 || args[0] != "assumptions" {
				return usage(fmt.Errorf("explain takes the topic %q and a spec or plan", "assumptions"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, _, err := flags.planFrom(cmd.Context(), w, pathArg(args[1:]))
			if err != nil {
				return err
			}
			var text bytes.Buffer
			if err := report.Assumptions(&text, p, w.look()); err != nil {
				return err
			}
			return w.print(text.Bytes())
		},
	}
	flags.register(cmd)
	return cmd
}
