package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

type initOptions struct {
	dir, name, provider, region string
}

func initCommand(w *World) *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first spec that plans as it stands",
		Long: `Write cluster.hcl into DIR (default: this folder): a small spec with comments that
plans as it stands. An existing file is never overwritten.`,
		Example: "  scantling init --name shop --region eu-west-1",
		Args:    atMostOneArg,
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = pathArg(args)
			return o.run(w)
		},
	}
	cmd.Flags().StringVar(&o.name, "name", "shop", "the cluster's `name`")
	cmd.Flags().StringVar(&o.provider, "provider", "aws", "the `cloud`: aws")
	cmd.Flags().StringVar(&o.region, "region", "us-east-1", "the cloud's `region`")
	return cmd
}

// zonesInFirstSpec is how many zones the written spec uses: the fewest that let
// one fail at a spare of a half.
const zonesInFirstSpec = 3

func (o *initOptions) run(w *World) error {
	offers := run.Offers{}
	if _, ok := run.GroundOf(o.provider, planner.Managed); !ok {
		return usage(fmt.Errorf("--provider: %s is not supported yet; use aws", o.provider))
	}
	if regions := offers.Regions(o.provider); !slices.Contains(regions, o.region) {
		return usage(fmt.Errorf("--region: %s is not one of %s", o.region, strings.Join(regions, ", ")))
	}
	cat, err := offers.Load(o.provider, o.region)
	if err != nil {
		return err
	}
	var zones []string
	for _, z := range cat.Zones[:min(zonesInFirstSpec, len(cat.Zones))] {
		zones = append(zones, z.Name)
	}
	path := filepath.Join(o.dir, "cluster.hcl")
	if _, err := os.Lstat(path); err == nil {
		return exit(WrongInput, fmt.Errorf("%s is there already: nothing was written", path))
	} else if !errors.Is(err, os.ErrNotExist) {
		return readError(err)
	}
	first := spec.File{Name: path, Content: spec.Skeleton(o.name, o.provider, o.region, zones, newestStandard(&cat))}
	if _, diags := spec.Load([]spec.File{first}, spec.Inputs{}, offers); diags.HasErrors() {
		// The name is the user's, the rest the region's: no spec to correct is there.
		var reasons []string
		for _, d := range diags.Errs() {
			if d, ok := errors.AsType[*hcl.Diagnostic](d); ok {
				reasons = append(reasons, d.Detail)
			}
		}
		return usage(fmt.Errorf("no first spec can be made for %q in %s: nothing was written: %s", o.name, o.region, strings.Join(reasons, " ")))
	}
	if err := files.Write(path, first.Content); err != nil {
		return writeError(err)
	}
	return w.print(fmt.Appendf(nil, "Wrote %s. Next: scantling plan %s\n", path, o.dir))
}

// newestStandard returns the newest minor that is out and in standard support
// on the catalog's date.
func newestStandard(cat *catalogs.Catalog) string {
	newest := ""
	for _, v := range cat.Versions {
		if !v.Release.IsZero() && v.Release <= cat.Date && v.StandardEnd > cat.Date {
			newest = v.Minor
		}
	}
	return newest
}
