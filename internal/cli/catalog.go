package cli

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func catalogCommand(w *World) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Look into the catalog: instance types, prices, and where they come from",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		catalogListCommand(w), catalogShowCommand(w), catalogStatusCommand(w),
		catalogRefreshCommand(w), catalogDiffCommand(w), catalogAddCommand(w), catalogExportCommand(w), catalogImportCommand(w), catalogRemoveCommand(w),
	)
	return cmd
}

// regionFlags name a catalog and the node that its types are shown as.
type regionFlags struct {
	catalogFlag
	provider, region, output string
	model                    map[string]string
}

func (f *regionFlags) register(cmd *cobra.Command) {
	f.catalogFlag.register(cmd)
	cmd.Flags().StringVar(&f.provider, "provider", "aws", "the `cloud`: aws or gcp")
	cmd.Flags().StringVar(&f.region, "region", "", "the cloud's `region` (default us-east-1, us-central1)")
	cmd.Flags().StringToStringVar(&f.model, "node-model", nil,
		"the node that allocatable is of: image, cni, max_pods, disk_gib, disk_type (default of aws image=al2023,cni=vpc,disk_gib=20)")
	f.registerOutput(cmd)
}

func (f *regionFlags) registerOutput(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "`format` on stdout: text or json")
}

// load returns the catalog, and how a row of it is made: with what a node offers,
// or why that is not known.
func (f *regionFlags) load(w *World) (*catalogs.Catalog, func(catalogs.InstanceType) document.CatalogRow, error) {
	if err := oneOf("output", f.output, "text", "json"); err != nil {
		return nil, nil, err
	}
	if f.region == "" {
		f.region = map[string]string{"aws": "us-east-1", "gcp": "us-central1"}[f.provider]
	}
	cat, err := f.catalog(w)
	if err != nil {
		return nil, nil, err
	}
	ground, ok := run.GroundOf(f.provider, planner.Managed)
	if !ok {
		if len(f.model) > 0 {
			return nil, nil, usage(fmt.Errorf("--node-model: the nodes of %s are not modelled yet", f.provider))
		}
		why := fmt.Sprintf("the nodes of %s are not modelled yet", f.provider)
		return &cat, func(t catalogs.InstanceType) document.CatalogRow {
			return document.CatalogRow{Type: t, NotKnown: why}
		}, nil
	}
	prov := ground.New(&cat)
	group, cluster, err := f.nodeModel(&ground.Terms)
	if err != nil {
		return nil, nil, err
	}
	return &cat, func(t catalogs.InstanceType) document.CatalogRow {
		a, err := prov.Allocatable(cluster, group, &t)
		if err != nil {
			return document.CatalogRow{Type: t, NotKnown: err.Error()}
		}
		return document.CatalogRow{Type: t, Allocatable: &a}
	}, nil
}

// catalog returns the catalog of the region.
func (f *regionFlags) catalog(w *World) (catalogs.Catalog, error) {
	offers, err := f.offers(w)
	if err != nil {
		return catalogs.Catalog{}, err
	}
	cat, err := offers.Load(f.provider, f.region)
	if !errors.Is(err, cache.ErrAbsent) {
		return cat, err
	}
	regions := offers.Regions(f.provider)
	if len(regions) == 0 {
		return cat, usage(fmt.Errorf("there is no catalog of a provider %q; there are %s", f.provider, strings.Join(snapshot.Providers(), ", ")))
	}
	return cat, usage(fmt.Errorf("there is no catalog of %s %q; there are %s", f.provider, f.region, strings.Join(regions, ", ")))
}

// nodeModel is the provider's node of a managed group unless --node-model differs.
func (f *regionFlags) nodeModel(terms *planner.Terms) (*planner.NodeGroup, *planner.Cluster, error) {
	group := &planner.NodeGroup{Image: terms.Images[0], Disk: planner.Disk{Type: terms.DiskType, Size: terms.NodeDisk}}
	cluster := &planner.Cluster{
		Provider: f.provider, Region: f.region, Network: planner.Network{CNI: terms.CNIs[0]},
		ControlPlane: planner.ControlPlaneSpec{Mode: terms.Mode},
	}
	for _, key := range slices.Sorted(maps.Keys(f.model)) {
		value := f.model[key]
		switch key {
		case "image":
			if err := oneOf("node-model", value, words(terms.Images)...); err != nil {
				return nil, nil, err
			}
			group.Image = planner.Image(value)
		case "cni":
			if err := oneOf("node-model", value, words(terms.CNIs)...); err != nil {
				return nil, nil, err
			}
			cluster.Network.CNI = planner.CNI(value)
		case "disk_type":
			group.Disk.Type = value
		case "max_pods", "disk_gib":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > 1<<20 {
				return nil, nil, usage(fmt.Errorf("--node-model: %s=%s is not a number of one and more", key, value))
			}
			if key == "max_pods" {
				cluster.Network.MaxPods = n
			} else {
				group.Disk.Size = units.Bytes(n) * units.GiB
			}
		default:
			return nil, nil, oneOf("node-model", key, "image", "cni", "max_pods", "disk_gib", "disk_type")
		}
	}
	return group, cluster, nil
}

// words are the names of a list's elements.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

type listOptions struct {
	regionFlags
	filter    catalogs.Filter
	classes   []string
	minMemory int
}

func catalogListCommand(w *World) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the instance types of a region",
		Long: `List the instance types of a region: what a node of each offers to pods after the
kubelet's reserves, and what it costs. Types of the classes metal, burstable, flex, gpu
and previous_generation are left out, as in plans; --class lists those.`,
		Example: `  scantling catalog list --family 'm7*' --arch arm64
  scantling catalog list --region eu-west-1 --min-vcpus 4 --max-vcpus 16 -o json
  scantling catalog list --class burstable --node-model image=bottlerocket,cni=vpc_prefix`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return o.run(w) },
	}
	o.register(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&o.filter.Families, "family", nil, "only families that match the `glob`; may be repeated")
	flags.StringSliceVar(&o.filter.Types, "type", nil, "only types that match the `glob`; may be repeated")
	flags.StringSliceVar(&o.filter.Architectures, "arch", nil, "only the `architecture`: amd64, arm64")
	flags.StringSliceVar(&o.classes, "class", nil, "types of the `class`: metal, burstable, flex, gpu, previous_generation, or all")
	flags.IntVar(&o.filter.MinVCPUs, "min-vcpus", 0, "at least so many vCPUs")
	flags.IntVar(&o.filter.MaxVCPUs, "max-vcpus", 0, "at most so many vCPUs")
	flags.IntVar(&o.minMemory, "min-memory-gib", 0, "at least so much memory")
	flags.BoolVar(&o.filter.Priced, "priced", false, "only types whose on-demand price is known")
	return cmd
}

func (o *listOptions) run(w *World) error {
	if err := o.bounds(); err != nil {
		return err
	}
	if err := o.classFilter(); err != nil {
		return err
	}
	for _, a := range o.filter.Architectures {
		if err := oneOf("arch", a, catalogs.AMD64, catalogs.ARM64); err != nil {
			return err
		}
	}
	cat, row, err := o.load(w)
	if err != nil {
		return err
	}
	var rows []document.CatalogRow
	for _, t := range cat.Select(o.filter) {
		rows = append(rows, row(t))
	}
	var answer bytes.Buffer
	if o.output == "json" {
		err = document.EncodeCatalogList(&answer, cat, rows, Version)
	} else {
		err = report.CatalogList(&answer, cat, rows, w.look())
	}
	if err != nil {
		return err
	}
	return w.print(answer.Bytes())
}

// mostOfANode bounds the filters: no machine has more vCPUs or GiB.
const mostOfANode = 1 << 20

// bounds checks the filters and sets that of memory.
func (o *listOptions) bounds() error {
	for _, b := range []struct {
		flag  string
		value int
	}{{"min-vcpus", o.filter.MinVCPUs}, {"max-vcpus", o.filter.MaxVCPUs}, {"min-memory-gib", o.minMemory}} {
		if b.value < 0 || b.value > mostOfANode {
			return usage(fmt.Errorf("--%s: %d is not between 0 and %d", b.flag, b.value, mostOfANode))
		}
	}
	if lo, hi := o.filter.MinVCPUs, o.filter.MaxVCPUs; hi > 0 && lo > hi {
		return usage(fmt.Errorf("--min-vcpus: %d is more than --max-vcpus: %d", lo, hi))
	}
	o.filter.MinMemory = units.Bytes(o.minMemory) * units.GiB
	for _, f := range []struct {
		flag  string
		globs []string
	}{{"family", o.filter.Families}, {"type", o.filter.Types}} {
		for _, glob := range f.globs {
			if glob == "" || strings.ContainsFunc(glob, notOfGlob) {
				return usage(fmt.Errorf("--%s: %q is no pattern of names: small letters, digits, \".\", \"-\", \"*\" for any text and \"?\" for any character", f.flag, glob))
			}
		}
	}
	return nil
}

// notOfGlob reports whether r stands in no pattern of names.
func notOfGlob(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(".-*?", r)
}

// classFilter leaves out the classes that plans leave out, or selects those
// asked for.
func (o *listOptions) classFilter() error {
	all := catalogs.AllClasses()
	if len(o.classes) == 0 {
		// A type that is named in full is wanted whatever its class.
		if !slices.ContainsFunc(o.filter.Types, func(t string) bool { return !strings.ContainsAny(t, "*?") }) {
			o.filter.ExcludeClasses = all
		}
		return nil
	}
	choices := []string{"all"}
	for _, c := range all {
		choices = append(choices, string(c))
	}
	for _, c := range o.classes {
		if err := oneOf("class", c, choices...); err != nil {
			return err
		}
		if c == "all" {
			o.filter.Classes = nil
			return nil
		}
		o.filter.Classes = append(o.filter.Classes, catalogs.Class(c))
	}
	return nil
}

func catalogShowCommand(w *World) *cobra.Command {
	var f regionFlags
	cmd := &cobra.Command{
		Use:   "show TYPE",
		Short: "Show how every figure of an instance type comes about",
		Long: `Show an instance type: each price with its basis, date and source, and what a node
of it offers to pods, derived step by step.`,
		Example: "  scantling catalog show m7g.xlarge --region eu-west-1",
		Args:    exactly("TYPE"),
		RunE: func(_ *cobra.Command, args []string) error {
			cat, makeRow, err := f.load(w)
			if err != nil {
				return err
			}
			t, ok := cat.Type(args[0])
			if !ok {
				return exit(WrongInput, unknownType(cat, args[0]))
			}
			row := makeRow(t)
			var answer bytes.Buffer
			if f.output == "json" {
				err = document.EncodeCatalogShow(&answer, cat, row, Version)
			} else {
				err = report.CatalogShow(&answer, cat, row, w.look())
			}
			if err != nil {
				return err
			}
			return w.print(answer.Bytes())
		},
	}
	f.register(cmd)
	return cmd
}

// unknownType names the sizes of the same family, if there are any.
func unknownType(cat *catalogs.Catalog, name string) error {
	family, _, _ := strings.Cut(name, ".")
	var siblings []string
	for i := range cat.Types {
		if cat.Types[i].Family == family {
			siblings = append(siblings, cat.Types[i].Name)
		}
	}
	err := fmt.Errorf("%s %s offers no type %q", cat.Provider, cat.Region, name)
	if len(siblings) > 0 {
		err = fmt.Errorf("%w; of its family there are %s", err, strings.Join(siblings, ", "))
	}
	return err
}
