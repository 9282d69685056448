package drift

import (
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
	eks := false
	for i := range c.Pools {
		eks = eks || c.Pools[i].Kind == tfread.EKS
		s.pool(&c.Pools[i], groups)
	}
	if eks {
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
	name := p.Labels[GroupLabel]
	if name == "" {
		name = longest(p.Name, groups)
	}
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
