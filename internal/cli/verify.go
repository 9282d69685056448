package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/verify"
)

func verifyCommand(w *World) *cobra.Command {
	var flag catalogFlag
	cmd := &cobra.Command{
		Use:   "verify PLAN",
		Short: "Check a plan document independently of the planner",
		Long: `Check a plan that 'scantling plan --out' wrote: that every pod fits, that zones are
balanced, that every declared failure is survived, and that the bill adds up to the
cent. The checker shares no algorithm with the planner. Exit 3 if anything is wrong.`,
		Example: "  scantling plan --out plan.json && scantling verify plan.json",
		Args:    exactly("PLAN"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := readPlan(args[0])
			if err != nil {
				return err
			}
			if err := flag.check(w, args[0], p); err != nil {
				return err
			}
			return w.print(fmt.Appendf(nil, "%s holds.\n", args[0]))
		},
	}
	flag.register(cmd)
	return cmd
}

// check verifies the plan of the document at path. What is wrong with it has been
// told when it returns an error.
func (f *catalogFlag) check(w *World, path string, p *planner.Plan) error {
	offers, err := f.offers(w)
	if err != nil {
		return err
	}
	unknown, err := run.Verify(offers, p)
	if unknown {
		return exit(WrongInput, fmt.Errorf("%s: %w", path, err))
	}
	return w.violated(path, err)
}

// violated tells the places where a plan is wrong.
func (w *World) violated(path string, err error) error {
	violations := verify.Violations(err)
	if len(violations) == 0 {
		return err
	}
	for _, v := range violations {
		w.note("%s: %s: %s\n", v.Path, v.Rule, v.Message)
	}
	w.note("%s is wrong in %s.\n", path, count(len(violations), "place", "places"))
	return said(GateFailed)
}

// checkKnown checks a plan document that is compared with something else. One whose catalog
// is not at hand, such as that of last year, is compared all the same, and that is told.
func (f *catalogFlag) checkKnown(w *World, path string, p *planner.Plan) error {
	offers, err := f.offers(w)
	if err != nil {
		return err
	}
	unknown, err := run.Verify(offers, p)
	if unknown {
		w.note("Note: %s: not verified: %s\n", path, err)
		return nil
	}
	return w.violated(path, err)
}

// exactly asks for the named arguments, no more and no fewer.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return usage(fmt.Errorf("%q takes %s, got %s", cmd.CommandPath(), strings.Join(names, " "), count(len(args), "argument", "arguments")))
	}
}
