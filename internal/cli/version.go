package cli

import "github.com/spf13/cobra"

func versionCommand(w *World) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return w.print([]byte("scantling " + Version + "\n")) },
	}
}
