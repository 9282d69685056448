package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/planner"
)

func emitCommand(w *World) *cobra.Command {
	var flags specFlags
	var out string
	cmd := &cobra.Command{
		Use:   "emit terraform [PLAN|SPEC] [--out DIR]",
		Short: "Write a plan as Terraform variables",
		Long: `Write the plan document PLAN, or the plan of SPEC, as typed Terraform variables:
for the EKS module, for the GKE module, or plain ones where people run the control
plane themselves. variables.tf and scantling.auto.tfvars.json go into DIR (default:
the directory of the spec's emit block, seen from the folder of the spec or of the
plan document). A document is verified first, as by 'scantling verify': exit 3 if anything
is wrong with it. Either both files are written or none.`,
		Example: `  scantling plan --out plan.json && scantling emit terraform plan.json --out infra/shop
  scantling emit terraform examples/shop-eks --out infra/shop`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage(fmt.Errorf("%q takes a tool (terraform) and a plan or spec", cmd.CommandPath()))
			}
			if args[0] != terraform.Tool {
				return usage(fmt.Errorf("%s is no tool that plans can be written for: choose terraform", args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			source := pathArg(args[1:])
			p, document, err := flags.planFrom(cmd.Context(), w, source)
			if err != nil {
				return err
			}
			if document {
				if err := w.check(source, p); err != nil {
					return err
				}
			}
			dir, err := emitDirectory(p, args[0], out, source)
			if err != nil {
				return err
			}
			return emitTerraform(w, p, dir, &flags)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&out, "out", "", "write into `dir`")
	return cmd
}

// emitDirectory is what --out says, else what the emit block says, seen from the
// folder of the spec or plan at source.
func emitDirectory(p *planner.Plan, tool, out, source string) (string, error) {
	if out != "" {
		return out, nil
	}
	for _, e := range p.Cluster.Emits {
		if e.Tool == tool && e.Directory != "" {
			if filepath.IsAbs(e.Directory) {
				return e.Directory, nil
			}
			if info, err := os.Stat(source); err == nil && !info.IsDir() {
				source = filepath.Dir(source)
			}
			return filepath.Join(source, e.Directory), nil
		}
	}
	return "", usage(fmt.Errorf("where to? Give --out DIR, or an emit %q block in the spec", tool))
}

// emitTerraform writes the variables of p into dir, but not over what was read.
func emitTerraform(w *World, p *planner.Plan, dir string, flags *specFlags) error {
	made, err := terraform.Files(p)
	if err != nil {
		return exit(WrongInput, err)
	}
	list := make([]files.File, len(made))
	for i := range made {
		list[i] = files.File(made[i])
		if err := flags.apart(filepath.Join(dir, list[i].Name)); err != nil {
			return err
		}
	}
	if err := files.WriteAll(dir, list); err != nil {
		return writeError(err)
	}
	for _, f := range list {
		if err := w.print(fmt.Appendf(nil, "Wrote %s\n", filepath.Join(dir, f.Name))); err != nil {
			return err
		}
	}
	return nil
}
