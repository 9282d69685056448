package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// oneZone is the zone of a cluster whose nodes say none.
const oneZone = "zone-a"

// controlDisk is the disk of a machine that stands in for a control plane's: twice what
// plans take etcd's data and the system to need.
const controlDisk = 100 * units.GiB

// ownMachines has the options say what machines of one's own offer.
func ownMachines(out *importer.Options, ground *planner.Ground, offers run.Offers) error {
	calendar, err := offers.Kubernetes()
	if err != nil {
		return err
	}
	node := ground.New(&calendar)
	out.Node = func(m planner.Machine) (planner.Allocatable, error) {
		c := planner.Cluster{Provider: out.Provider, Region: out.Region, Zones: out.Zones, AsOf: calendar.Date, Machines: []planner.Machine{m}}
		cat, err := ground.Catalog(&c, &calendar)
		if err != nil {
			return planner.Allocatable{}, err
		}
		return node.Allocatable(&c, &planner.NodeGroup{}, &cat.Types[0])
	}
	for _, image := range ground.Terms.Images {
		out.Images = append(out.Images, string(image))
	}
	out.HasType = func(string) bool { return false } // the nodes say which there are
	return nil
}

// own writes the spec of a cluster on machines of one's own; t is nil without Terraform.
// Where what stands there cannot carry what runs there and survive what a spec survives
// when it says nothing, the counts are left out, so that the plan says how many it takes.
func (o *importOptions) own(ctx context.Context, w *World, target string, t *tfread.Cluster, read []spec.File, found *importer.Found, options *importer.Options, offers run.Offers) error {
	usable := importer.UsableNodes(found, options)
	w.problems(&usable)
	if !o.copy {
		options.Refer = o.refer
	}
	text, err := importer.WriteOwn(t, read, &usable, options)
	if err != nil {
		return exit(WrongInput, err)
	}
	left := o.infeasible(ctx, target, text, offers)
	for left != nil && o.loosen(options, left, len(usable.Nodes)) {
		if text, err = importer.WriteOwn(t, read, &usable, options); err != nil {
			return exit(WrongInput, err)
		}
		left = o.infeasible(ctx, target, text, offers)
	}
	if left != nil {
		w.unplanned(left)
	}
	return o.write(w, target, text, offers, count(len(usable.Nodes), "node", "nodes")+", "+count(len(usable.Planned()), "workload", "workloads"))
}

// loosen has the options give way to what cannot be planned, and reports whether they can.
func (o *importOptions) loosen(options *importer.Options, left *planner.Infeasible, nodes int) bool {
	size, ok := layout.ControlPlaneSize(layout.ProfileGeneral, 2*nodes)
	switch {
	case strings.HasPrefix(left.Path, "control_plane") && options.Control == nil && ok:
		options.Control = &planner.Machine{Name: "control-plane", VCPUs: size.VCPUs, Memory: size.Memory, Disk: planner.MachineDisk{Size: controlDisk}}
	case options.Open == "":
		options.Open = fmt.Sprintf("what stands there is too little (%s)", left.Constraint)
	default:
		return false
	}
	return true
}

// infeasible returns the first reason why a spec cannot be planned; nil where it can, or
// is refused before it comes to that.
func (o *importOptions) infeasible(ctx context.Context, target string, text []byte, offers run.Offers) *planner.Infeasible {
	var f specFlags
	shown := []spec.File{{Name: target, Content: text}}
	s, diags := spec.Load(shown[:1], spec.Inputs{Manifests: f.manifests(&shown)}, offers)
	if diags.HasErrors() {
		return nil
	}
	_, err := run.Plan(ctx, s)
	if !errors.Is(err, planner.ErrInfeasible) {
		return nil
	}
	return planner.Infeasibles(err)[0]
}
