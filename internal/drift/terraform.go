package drift

import (
	"cmp"
	"maps"
	"slices"

	"github.com/scantling-dev/scantling/internal/tfread"
)

// Written reads what Terraform has: what `terraform show -json` prints of a state or a plan
// file, a raw state, or the values of emitted variables. Groups are the names of the planned
// ones.
func Written(data []byte, groups []string) (*Side, error) {
	c, err := tfread.Read(data)
	if err != nil {
		return nil, err
	}
	s := &Side{Version: c.Version}
	subnets := false
	several := map[string]bool{} // planned groups of which some nodes may be in several zones
	for i := range c.Pools {
		if p := &c.Pools[i]; len(p.Zones) != 1 || p.Desired == nil {
			several[plannedOf(p, groups)] = true
		}
	}
	for i := range c.Pools {
		p := &c.Pools[i]
		if p.Kind == tfread.EKS && !several[plannedOf(p, groups)] {
			p.ByZone = map[string]int{p.Zones[0]: *p.Desired}
		}
		subnets = subnets || p.Kind == tfread.EKS && p.ByZone == nil
		s.pool(p, groups)
	}
	if subnets {
		s.Unknown = append(s.Unknown, "nodes by zone: node groups of EKS name subnets")
	}
	if s.Version == "" {
		s.Unknown = append(s.Unknown, "the version of the control plane: the cluster is not in it")
	}
	slices.Sort(s.Strays)
	return s, nil
}

// pool adds a group of Terraform to the planned group that it is part of, or notes it as a
// stray.
func (s *Side) pool(p *tfread.Pool, groups []string) {
	name := plannedOf(p, groups)
	if name == "" {
		what := "node group"
		if p.Kind == tfread.GKE {
			what = "node pool"
		}
		s.Strays = append(s.Strays, what+" "+p.Name)
		return
	}
	g := s.of(name)
	for _, t := range p.Types {
		g.Types = with(g.Types, t)
	}
	g.Capacity, g.Versions = with(g.Capacity, p.Capacity), with(g.Versions, p.Version)
	plus(&g.Min, p.Min)
	plus(&g.Desired, p.Desired)
	plus(&g.Max, p.Max)
	g.addPart(p)
	for z, n := range p.ByZone {
		if g.Zones == nil {
			g.Zones = map[string]int{}
		}
		g.Zones[z] += n
	}
	if g.Labels == nil {
		g.Labels = map[string]string{}
	}
	maps.Copy(g.Labels, p.Labels)
	if g.Taints == nil {
		g.Taints = []string{}
	}
	for _, t := range p.Taints {
		g.Taints = with(g.Taints, taint(t.Key, t.Value, t.Effect))
	}
}

// plannedOf is the planned group that a group of Terraform is part of, by its label or name;
// empty where it is of none.
func plannedOf(p *tfread.Pool, groups []string) string {
	return cmp.Or(p.Labels[GroupLabel], longest(p.Name, groups))
}

// plus adds a count that may not be known.
func plus(to **int, n *int) {
	switch {
	case n == nil:
	case *to == nil:
		*to = new(*n)
	default:
		*to = new(**to + *n)
	}
}
