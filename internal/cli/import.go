package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

type importOptions struct {
	catalogFlag
	name, provider, region, version string
	zones                           []string
	out, nodes                      string
	copy, force                     bool
}

func importCommand(w *World) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import [FILE|DIR|-]...",
		Short: "Write a spec for what already runs",
		Long: `Write cluster.hcl into the folder --out for Kubernetes objects: files, folders (read
with all *.yaml, *.yml and *.json in them) and stdin (-, the default), as they stand in a
repository, come out of helm template, or are dumped by kubectl get -o json.

The spec plans as it stands. It refers to the manifests and says what they lack;
with --copy, and where they come from stdin, all is written out. What the objects do not
say, such as targets, is marked with QUESTION. Nodes among the objects say provider,
region, zones and version; flags win over them. Nodes of no cloud that is known, and all
nodes with --provider on_premises, become machine blocks: a kind for each hardware, with
what stands in each zone and what kubelets keep. Groups of them that run no workload among
the objects are held at their count by placeholders.

What is unknown or broken is told on stderr, and the rest is imported.`,
		Example: "  scantling import k8s --out cluster\n" +
			"  helm template shop ./chart | scantling import --out cluster\n" +
			"  kubectl get deploy,sts,ds,job,cronjob,hpa,pdb,nodes -A -o json | scantling import --out cluster\n" +
			"  kubectl get nodes -o json | scantling import --provider on_premises --out cluster",
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), w, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.name, "name", "imported", "the cluster's `name`")
	flags.StringVar(&o.provider, "provider", "", "the `provider`: aws, gcp or on_premises (default: that of the nodes, else aws)")
	flags.StringVar(&o.region, "region", "", "the provider's `region` (default: that of the nodes, else us-east-1, us-central1, dc1)")
	flags.StringSliceVar(&o.zones, "zones", nil, "`zones`, comma-separated (default: those of the nodes, else the first three)")
	flags.StringVar(&o.version, "kubernetes-version", "", "the `minor` that runs today (default: that of the nodes, else the newest in standard support)")
	flags.StringVar(&o.nodes, "nodes", "", "what kubectl get nodes -o json prints, in a `file` or - for stdin; as good as among the arguments")
	flags.StringVar(&o.out, "out", ".", "the `folder` to write cluster.hcl to")
	flags.BoolVar(&o.copy, "copy", false, "write everything out instead of referring to the manifests")
	flags.BoolVar(&o.force, "force", false, "overwrite an existing cluster.hcl")
	o.register(cmd)
	cmd.AddCommand(importTerraformCommand(w))
	return cmd
}

// target returns the file to write, unless it is there already.
func (o *importOptions) target() (string, error) {
	target := filepath.Join(o.out, "cluster.hcl")
	if _, err := os.Lstat(target); err == nil && !o.force {
		return "", exit(WrongInput, fmt.Errorf("%s is there already: nothing was written (--force overwrites it)", target))
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			err = p.Err // its path is of a file that need not be there
		}
		return "", readError(fmt.Errorf("--out %s: %w", o.out, err))
	}
	return target, nil
}

func (o *importOptions) run(ctx context.Context, w *World, args []string) error {
	target, err := o.target()
	if err != nil {
		return err
	}
	read, err := manifestFiles(ctx, w, o.named(args))
	if err != nil {
		return err
	}
	found := importer.Read(read)
	offers, err := o.offers(w)
	if err != nil {
		return err
	}
	options, err := o.cluster(found.Facts(), "", offers)
	if err != nil {
		w.problems(&found)
		return err
	}
	if options.Provider == importer.OnPremises {
		return o.own(ctx, w, target, nil, read, &found, options, offers)
	}
	w.problems(&found)
	if !o.copy {
		options.Refer = o.refer
	}
	text, err := importer.Write(read, &found, options)
	if err != nil {
		return exit(WrongInput, fmt.Errorf("%w in %s%s", err, count(found.Objects, "object", "objects"), nodesAlone(&found)))
	}
	if err := o.write(w, target, text, offers, count(len(found.Planned()), "workload", "workloads")); err != nil {
		return err
	}
	return o.planned(ctx, w, target, text, len(found.Planned()), offers)
}

// nodesAlone says what nodes of a provider without workloads are for.
func nodesAlone(found *importer.Found) string {
	if len(found.Nodes) == 0 {
		return ""
	}
	return ": nodes say where, and of what machines; give the manifests too, or what Terraform has (scantling import terraform)"
}

// write checks the spec and writes it.
func (o *importOptions) write(w *World, target string, text []byte, offers run.Offers, of string) error {
	if err := o.check(w, target, text, offers); err != nil {
		return err
	}
	if err := files.Write(target, text); err != nil {
		return writeError(err)
	}
	questions := strings.Count(string(text), "QUESTION: ")
	return w.print(fmt.Appendf(nil, "Wrote %s: %s, %s. Next: scantling plan %s\n", target, of, count(questions, "question", "questions"), quoted(o.out)))
}

// mostChecked is how many workloads the spec of an import may have to be planned at once:
// so many take a few seconds.
const mostChecked = 200

// planned tells what stands in the way of a plan, and the change that frees it. Without
// workloads nothing does: placeholders are as large as there is room.
func (o *importOptions) planned(ctx context.Context, w *World, target string, text []byte, workloads int, offers run.Offers) error {
	if workloads == 0 || workloads > mostChecked {
		return nil
	}
	if left := o.infeasible(ctx, target, text, offers); left != nil {
		w.unplanned(left)
	}
	return context.Cause(ctx)
}

// unplanned tells why a spec that was written cannot be planned yet.
func (w *World) unplanned(left *planner.Infeasible) { w.note("Not planned yet: %s\n", left.Error()) }

// named are the arguments and the dump of nodes, which is read as they are.
func (o *importOptions) named(args []string) []string {
	if o.nodes == "" {
		return args
	}
	return append(slices.Clone(args), o.nodes)
}

// manifestFiles reads what the arguments name; - is stdin, and so is nothing.
func manifestFiles(ctx context.Context, w *World, args []string) ([]spec.File, error) {
	if len(args) == 0 {
		args = []string{"-"}
	}
	var out []spec.File
	for _, arg := range args {
		if arg == "-" {
			content, err := readAll(ctx, io.LimitReader(w.Stdin, importer.MaxFileBytes+1))
			if err != nil {
				return nil, exit(EnvironmentFailed, err)
			}
			out = append(out, spec.File{Name: "<stdin>", Content: content})
			continue
		}
		names, err := files.Named(arg)
		if err != nil {
			return nil, readError(err)
		}
		if len(names) == 0 {
			return nil, exit(WrongInput, fmt.Errorf("%s: no manifest is there", arg))
		}
		for _, name := range names {
			f, err := files.Read(name, importer.MaxFileBytes)
			if err != nil {
				return nil, readError(err)
			}
			out = append(out, spec.File{Name: filepath.ToSlash(f.Name), Content: f.Content})
		}
	}
	for _, f := range out {
		if len(f.Content) > importer.MaxFileBytes {
			return nil, exit(WrongInput, fmt.Errorf("%s: larger than %d MiB", f.Name, importer.MaxFileBytes>>20))
		}
	}
	slices.SortStableFunc(out, func(a, b spec.File) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(out, func(a, b spec.File) bool { return a.Name == b.Name }), nil
}

// problems tells what was not imported, and what of the rest was not.
func (w *World) problems(found *importer.Found) {
	list := slices.Clone(found.Problems)
	for i := range found.Workloads {
		list = append(list, found.Workloads[i].Notes...)
	}
	for i := range found.DaemonSets {
		list = append(list, found.DaemonSets[i].Notes...)
	}
	for i := range list {
		level := "Note"
		if list[i].Broken {
			level = "Not imported"
		}
		w.note("%s: %s\n", level, list[i].String())
	}
}

// refer returns the path of a file as a spec in the folder --out writes it.
func (o *importOptions) refer(file string) (string, bool) {
	if file == "<stdin>" {
		return "", false
	}
	from, err := filepath.Abs(o.out)
	if err != nil {
		return "", false
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return "", false
	}
	path, err := filepath.Rel(from, to)
	return filepath.ToSlash(path), err == nil
}

// cluster returns what the spec says of the cluster: the flags, else the facts that were
// read, else what a first spec has.
func (o *importOptions) cluster(facts importer.Facts, mode planner.Mode, offers run.Offers) (*importer.Options, error) {
	out := &importer.Options{Name: o.name, Provider: cmp.Or(o.provider, facts.Provider, "aws")}
	if err := oneOf("provider", out.Provider, "aws", "gcp", importer.OnPremises); err != nil {
		return nil, err
	}
	ground, ok := run.GroundOf(out.Provider, mode)
	if !ok {
		return nil, &run.BugError{What: fmt.Errorf("no ground of provider %q is registered", out.Provider)}
	}
	own := ground.Terms.OwnMachines // whose machines the nodes are, wherever they are
	if facts.Provider != "" && facts.Provider != out.Provider && !own {
		facts = importer.Facts{Version: facts.Version} // the cluster is to move
	}
	region := cmp.Or(o.region, facts.Region)
	first := initOptions{name: o.name, provider: out.Provider, region: region}
	f, err := first.first(offers, &ground)
	if err != nil {
		return nil, err
	}
	out.Region, out.Zones, out.Version = f.Region, f.Zones, cmp.Or(o.version, facts.Version, f.Version)
	here := len(facts.Zones) > 0 && cmp.Or(facts.Region, out.Region) == out.Region
	switch {
	case len(o.zones) > 0:
		out.Zones = slices.Sorted(slices.Values(o.zones))
	case here:
		out.Zones = facts.Zones
	case own:
		out.Zones = []string{oneZone}
	}
	for _, guess := range []struct {
		name  string
		known bool
	}{
		{"provider", o.provider != "" || facts.Provider != ""},
		{"region", region != ""},
		{"zones", len(o.zones) > 0 || here},
		{"kubernetes_version", o.version != "" || facts.Version != ""},
	} {
		if !guess.known {
			out.Guessed = append(out.Guessed, guess.name)
		}
	}
	if own {
		return out, ownMachines(out, &ground, offers)
	}
	cat, err := offers.Load(out.Provider, out.Region)
	if err != nil {
		return nil, exit(WrongInput, err)
	}
	out.DiskType = ground.Terms.DiskType
	for _, image := range ground.Terms.Images {
		out.Images = append(out.Images, string(image))
	}
	offered(out, &cat)
	r := regionOffers{ground: &ground, cat: &cat, cluster: planner.Cluster{Provider: out.Provider, Region: out.Region, Zones: out.Zones, KubernetesVersion: out.Version}}
	out.BootDisk, out.Holds = r.bootDisk, r.holds
	return out, nil
}

// nvidia is the device whose machines catalogs know.
const nvidia = "nvidia.com/gpu"

// offered has the options say what a region has.
func offered(out *importer.Options, cat *catalogs.Catalog) {
	of := func(name string) int {
		return slices.IndexFunc(cat.Types, func(t catalogs.InstanceType) bool { return t.Name == name })
	}
	out.HasDevice = func(name string) bool {
		return name == nvidia && slices.ContainsFunc(cat.Types, func(t catalogs.InstanceType) bool { return t.GPUs.Milli > 0 })
	}
	out.HasType = func(name string) bool { return of(name) >= 0 }
	out.Machine = func(name string) (importer.Machine, bool) {
		at := of(name)
		if at < 0 {
			return importer.Machine{}, false
		}
		t := &cat.Types[at]
		cpu := cmp.Or(t.BaselineCPU, units.MilliCPU(t.VCPUs)*units.Core)
		return importer.Machine{CPU: cpu, Memory: t.Memory, Architecture: t.Architecture, GPUs: t.GPUs.Milli / 1000, Burstable: t.Burstable}, true
	}
	out.Disk = func(typ string) (least, most units.Bytes, ok bool) {
		at := slices.IndexFunc(cat.Disks, func(d catalogs.Disk) bool { return d.Type == typ })
		if at < 0 {
			return 0, 0, false
		}
		return cat.Disks[at].MinSize, cat.Disks[at].MaxSize, true
	}
}

// check reads the spec before it is written: what would not plan is not written.
func (o *importOptions) check(w *World, target string, text []byte, offers run.Offers) error {
	var f specFlags
	shown := []spec.File{{Name: target, Content: text}}
	_, diags := spec.Load(shown[:1], spec.Inputs{Manifests: f.manifests(&shown)}, offers)
	if !diags.HasErrors() {
		return nil
	}
	if err := w.tell(shown, diags); err != nil {
		return err
	}
	w.note("Nothing was written: the spec would be refused.\n")
	return said(WrongInput)
}
