package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func validateCommand(w *World) *cobra.Command {
	var flags specFlags
	var output string
	cmd := &cobra.Command{
		Use:   "validate [SPEC]",
		Short: "Check a spec and name every mistake with its place",
		Long: `Check the spec at SPEC (a file or a folder of *.hcl; default: this folder) against
the language and the catalog, without planning it. Every mistake is named at once. With
-o sarif the mistakes are also written to stdout as SARIF 2.1.0, by file and line, for
annotations of a change; there is one result a mistake, and none where there is none.`,
		Example: `  scantling validate
  scantling validate -o sarif > scantling.sarif`,
		Args: atMostOneArg,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("output", output, "text", "sarif"); err != nil {
				return err
			}
			s, err := flags.load(w, pathArg(args))
			if output == "sarif" && (err == nil || len(flags.diags) > 0) {
				log, bad := sarif(flags.diags)
				return errors.Join(err, bad, w.print(log))
			}
			if err != nil {
				return err
			}
			workloads := 0
			for i := range s.Cluster.NodeGroups {
				workloads += len(s.Cluster.NodeGroups[i].Workloads)
			}
			return w.print(fmt.Appendf(nil, "%s is valid: %s, %s.\n", s.Cluster.Name,
				count(len(s.Cluster.NodeGroups), "node group", "node groups"), count(workloads, "workload", "workloads")))
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "`format` on stdout: text or sarif")
	return cmd
}
