package cli

import (
	"cmp"
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
	"github.com/scantling-dev/scantling/planner/units"
)

type initOptions struct {
	catalogFlag
	dir, name, provider, region string
}

func initCommand(w *World) *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first spec that plans as it stands",
		Long: `Write cluster.hcl into DIR (default: this folder): a small spec with comments that
plans as it stands. An existing file is never overwritten.`,
		Example: "  scantling init --name shop --region eu-west-1\n" +
			"  scantling init --provider gcp\n" +
			"  scantling init --provider on_premises --region dc1",
		Args: atMostOneArg,
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = pathArg(args)
			return o.run(w)
		},
	}
	o.register(cmd)
	cmd.Flags().StringVar(&o.name, "name", "shop", "the cluster's `name`")
	cmd.Flags().StringVar(&o.provider, "provider", "aws", "the `provider` of the machines: aws, gcp or on_premises, for machines of your own")
	cmd.Flags().StringVar(&o.region, "region", "", "the provider's `region`; of your own machines, any name (default us-east-1, us-central1, dc1)")
	return cmd
}

// zonesInFirstSpec is how many zones the written spec uses: the fewest that let
// one fail at a spare of a half.
const zonesInFirstSpec = 3

// firstRegion is the region of a first spec that names none.
func firstRegion(provider string) string {
	switch provider {
	case "aws":
		return "us-east-1"
	case "gcp":
		return "us-central1"
	}
	return "dc1"
}

// first returns what the spec is made from.
func (o *initOptions) first(offers run.Offers, ground *planner.Ground) (spec.First, error) {
	f := spec.First{Name: o.name, Provider: o.provider, Region: cmp.Or(o.region, firstRegion(o.provider)), OwnMachines: ground.Terms.OwnMachines}
	if f.OwnMachines {
		calendar, err := offers.Kubernetes()
		if err != nil {
			return f, err
		}
		f.Zones = []string{"room-a", "room-b", "room-c"}
		f.Version = newestStandard(ground.New(&calendar).Versions(&calendar), calendar.Date)
		return f, nil
	}
	if regions := offers.Regions(o.provider); !slices.Contains(regions, f.Region) {
		return f, usage(fmt.Errorf("--region: %s is not one of %s", f.Region, strings.Join(regions, ", ")))
	}
	cat, err := offers.Load(o.provider, f.Region)
	if err != nil {
		return f, err
	}
	for _, z := range cat.Zones[:min(zonesInFirstSpec, len(cat.Zones))] {
		f.Zones = append(f.Zones, z.Name)
	}
	f.Version = newestStandard(ground.New(&cat).Versions(&cat), cat.Date)
	return f, nil
}

func (o *initOptions) run(w *World) error {
	ground, ok := run.GroundOf(o.provider, "")
	if !ok {
		return usage(fmt.Errorf("--provider: %s is not one of %s", o.provider, strings.Join(providers(), ", ")))
	}
	offers, err := o.offers(w)
	if err != nil {
		return err
	}
	f, err := o.first(offers, &ground)
	if err != nil {
		return err
	}
	path := filepath.Join(o.dir, "cluster.hcl")
	if _, err := os.Lstat(path); err == nil {
		return exit(WrongInput, fmt.Errorf("%s is there already: nothing was written", path))
	} else if !errors.Is(err, os.ErrNotExist) {
		return readError(err)
	}
	first := spec.File{Name: path, Content: spec.Skeleton(f)}
	if _, diags := spec.Load([]spec.File{first}, spec.Inputs{}, offers); diags.HasErrors() {
		// The name is the user's, the rest the region's: no spec to correct is there.
		var reasons []string
		for _, d := range diags.Errs() {
			if d, ok := errors.AsType[*hcl.Diagnostic](d); ok {
				reasons = append(reasons, d.Detail)
			}
		}
		return usage(fmt.Errorf("no first spec can be made for %q in %s: nothing was written: %s", o.name, f.Region, strings.Join(reasons, " ")))
	}
	if err := files.Write(path, first.Content); err != nil {
		return writeError(err)
	}
	return w.print(fmt.Appendf(nil, "Wrote %s. Next: scantling plan %s\n", path, quoted(o.dir)))
}

// providers lists those that are registered.
func providers() []string {
	var names []string
	for _, g := range run.Grounds() {
		if !slices.Contains(names, g.Terms.Provider) {
			names = append(names, g.Terms.Provider)
		}
	}
	return names
}

// newestStandard returns the newest minor of a calendar that is out and in
// standard support on a day.
func newestStandard(calendar []catalogs.Version, day units.Date) string {
	newest := ""
	for _, v := range calendar {
		if !v.Release.IsZero() && v.Release <= day && v.StandardEnd > day {
			newest = v.Minor
		}
	}
	return newest
}
