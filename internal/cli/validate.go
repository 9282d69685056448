package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func validateCommand(w *World) *cobra.Command {
	var flags specFlags
	cmd := &cobra.Command{
		Use:   "validate [SPEC]",
		Short: "Check a spec and name every mistake with its place",
		Long: `Check the spec at SPEC (a file or a folder of *.hcl; default: this folder) against
the language and the catalog, without planning it. Every mistake is named at once.`,
		Args: atMostOneArg,
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := flags.load(w, pathArg(args))
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
	return cmd
}
