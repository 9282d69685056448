package pipeline

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// shortMachines is the shortage of machines of one's own: no more stand there.
const shortMachines placement.Shortage = "machines"

// stock is what is left of machines of one's own, by machine and zone. A machine
// that is not in it can be had in any number.
type stock map[string]map[string]int

// fullStock is what stands there before anything is planned; nil where machines
// are bought.
func fullStock(c *planner.Cluster) stock {
	var s stock
	for _, machine := range c.Machines {
		if machine.CountByZone == nil {
			continue
		}
		zones := map[string]int{}
		for _, z := range machine.CountByZone {
			zones[z.Zone] = z.Nodes
		}
		if s == nil {
			s = stock{}
		}
		s[machine.Name] = zones
	}
	return s
}

// counted reports whether a machine is one of one's own whose number is declared: those
// stand there and are paid for, in use or not.
func (m *maker) counted(machine string) bool {
	return slices.ContainsFunc(m.cluster.Machines, func(o planner.Machine) bool { return o.Name == machine && o.CountByZone != nil })
}

// room returns how many of a machine are left in each of the zones; nil where
// there is no limit.
func (s stock) room(machine string, zones []string) []int {
	left, limited := s[machine]
	if !limited {
		return nil
	}
	out := make([]int, len(zones))
	for i, z := range zones {
		out[i] = left[z]
	}
	return out
}

// take takes machines away.
func (s stock) take(machine string, used []planner.ZoneCount) {
	if left, limited := s[machine]; limited {
		for _, z := range used {
			left[z.Zone] -= z.Nodes
		}
	}
}

// give puts the machines of a control plane back.
func (s stock) give(machines []planner.ControlPlaneMachines) {
	for _, c := range machines {
		for _, z := range c.NodesByZone {
			if left, limited := s[c.InstanceType]; limited {
				left[z.Zone] += z.Nodes
			}
		}
	}
}

// split spreads so many machines over the zones as evenly as there is room; false
// where there is not.
func (s stock) split(machine string, nodes int, zones []string) ([]int, bool) {
	if room := s.room(machine, zones); room != nil {
		return layout.Fill(nodes, room)
	}
	return layout.Balance(nodes, len(zones)), true
}

// zoneCounts names the zones of counts.
func zoneCounts(zones []string, counts []int) []planner.ZoneCount {
	var out []planner.ZoneCount
	for i, z := range zones {
		out = append(out, planner.ZoneCount{Zone: z, Nodes: counts[i]})
	}
	return out
}

// shortOf reports whether err says that machines of one's own ran out.
func shortOf(err error) bool {
	var short *shortError
	return errors.As(err, &short)
}

// shortError marks what cannot be met for want of machines.
type shortError struct{ *planner.Infeasible }

func (e *shortError) Unwrap() error { return e.Infeasible }

// controlPlane stands for the control plane in an order of groups.
const controlPlane = -1

// failure is a part of the cluster, a group's index or controlPlane, that cannot be
// planned.
type failure struct {
	part int
	err  error
}

// arrange plans the groups and the control plane. The provider's own pods may grow
// with the cluster, which may then need more nodes for them: until nothing changes.
func (m *maker) arrange(ctx context.Context, control *planner.ControlPlane) ([]planner.GroupPlan, error) {
	const rounds = 12
	for round := 1; ; round++ {
		plans, err := m.share(ctx, control)
		if err != nil {
			return nil, err
		}
		size := m.sizeOf(plans)
		if round > rounds/2 { // it went to and fro: settle for the larger
			size.Nodes, size.VCPUs = max(size.Nodes, m.size.Nodes), max(size.VCPUs, m.size.VCPUs)
		}
		before := m.provider.SystemWorkloads(&m.cluster, m.size)
		if round == rounds || reflect.DeepEqual(before, m.provider.SystemWorkloads(&m.cluster, size)) {
			return plans, nil
		}
		m.size = size
	}
}

// sizeOf is the size of a planned cluster.
func (m *maker) sizeOf(groups []planner.GroupPlan) planner.Size {
	var size planner.Size
	for i := range groups {
		for _, p := range groups[i].Pools {
			size.Nodes += p.Nodes
			if t, ok := m.catalog.Type(p.InstanceType); ok {
				size.VCPUs += p.Nodes * t.VCPUs
			}
		}
	}
	return size
}

// share plans every part. Machines of one's own serve one part after another: first
// the groups that may use the fewest kinds, the control plane last. A part that
// finds too few is planned first, and all is tried again, each part moving to the
// front once at most.
func (m *maker) share(ctx context.Context, control *planner.ControlPlane) ([]planner.GroupPlan, error) {
	guests, err := m.guests()
	if err != nil {
		return nil, err
	}
	order := m.choosiestFirst()
	moved := map[int]bool{}
	var sizedFor []planner.GroupPlan
	for {
		plans, failures, err := m.inOrder(ctx, order, guests, control, sizedFor)
		if err != nil {
			return nil, err
		}
		if len(failures) == 0 {
			m.order = slices.DeleteFunc(slices.Clone(order), func(i int) bool { return i == controlPlane })
			return plans, nil
		}
		at := slices.IndexFunc(failures, func(f failure) bool { return shortOf(f.err) && !moved[f.part] && f.part != order[0] })
		if at < 0 {
			var errs []error
			for _, f := range failures {
				errs = append(errs, f.err)
			}
			return nil, errors.Join(errs...)
		}
		part := failures[at].part
		if part == controlPlane {
			sizedFor = plans
		}
		moved[part] = true
		order = append([]int{part}, slices.DeleteFunc(order, func(i int) bool { return i == part })...)
	}
}

// choosiestFirst returns the parts in the order in which they are planned first.
func (m *maker) choosiestFirst() []int {
	var order []int
	for i := range m.cluster.NodeGroups {
		order = append(order, i)
	}
	if m.terms.OwnMachines {
		kinds := make([]int, len(order))
		for i := range kinds {
			// Groups that have no machine at all say so when they are planned.
			offers, _ := m.offersFor(&m.cluster.NodeGroups[i])
			kinds[i] = len(offers.list)
		}
		slices.SortStableFunc(order, func(a, b int) int { return kinds[a] - kinds[b] })
	}
	return append(order, controlPlane)
}

// inOrder plans the parts in an order; plans are in the order of the groups. A
// control plane that does not come last is sized for given plans, and again at the
// end. The error is the cause of the context's end.
func (m *maker) inOrder(ctx context.Context, order []int, guests [][]planner.Workload, control *planner.ControlPlane, sizedFor []planner.GroupPlan) ([]planner.GroupPlan, []failure, error) {
	m.stock = fullStock(&m.cluster)
	plans := make([]planner.GroupPlan, len(m.cluster.NodeGroups))
	var failures []failure
	last := len(order) - 1
	for at, part := range order {
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		var err error
		switch {
		case part != controlPlane:
			plans[part], err = m.group(ctx, &m.cluster.NodeGroups[part], guests[part], m.monthsAhead())
		case at < last:
			err = m.selfManaged(control, sizedFor)
		case len(failures) == 0:
			err = m.selfManaged(control, plans)
		}
		if err != nil {
			failures = append(failures, failure{part, err})
		}
	}
	if order[last] != controlPlane && len(failures) == 0 {
		m.stock = m.stockAfter(plans)
		if err := m.selfManaged(control, plans); err != nil {
			failures = append(failures, failure{controlPlane, err})
		}
	}
	return plans, failures, nil
}

// stockAfter is what the planned groups leave.
func (m *maker) stockAfter(groups []planner.GroupPlan) stock {
	s := fullStock(&m.cluster)
	for i := range groups {
		for _, p := range groups[i].Pools {
			s.take(p.InstanceType, p.NodesByZone)
		}
	}
	return s
}

// noMachines says that a group needs more of its machines than stand there: of the
// kind that comes closest, in which zones and by how many.
func (p *problem) noMachines() error {
	full := p.m.stock
	p.m.stock = nil // what would do if any number could be had
	defer func() { p.m.stock = full }()
	var closest *lack
	for i := range p.offers {
		o := &p.offers[i]
		room := full.room(o.instance.Name, p.group.Zones)
		if room == nil {
			continue
		}
		zones := p.leastZones(i)
		if zones == nil {
			continue
		}
		l := lack{machine: o.instance.Name, need: zones, room: room}
		if closest == nil || l.total() < closest.total() {
			closest = &l
		}
	}
	bad := &planner.Infeasible{
		Path:       p.path,
		Constraint: "too few machines stand there, whatever their number",
		Remedy:     "admit other machines in instances, or declare a smaller redundancy",
	}
	if closest != nil {
		bad.Constraint = fmt.Sprintf("too few machines stand there: of %s, which comes closest, it needs %s; left for it are %s",
			closest.machine, listRoom(p.group.Zones, closest.need), listRoom(p.group.Zones, closest.room))
		bad.Margin = closest.words(p.group.Zones)
		bad.Remedy = "raise count_by_zone, admit other machines in instances, declare a smaller redundancy, or split the group so that its parts run on different machines"
	}
	return &shortError{bad}
}

// lack is what a group needs of a machine by zone, and what is left of it.
type lack struct {
	machine    string
	need, room []int
}

// total is how many machines are missing.
func (l *lack) total() int {
	n := 0
	for i := range l.need {
		n += max(l.need[i]-l.room[i], 0)
	}
	return n
}

// words names what is missing by zone: "1 too few in room-a".
func (l *lack) words(zones []string) string {
	var parts []string
	for i, z := range zones {
		if short := l.need[i] - l.room[i]; short > 0 {
			parts = append(parts, fmt.Sprintf("%d too few in %s", short, z))
		}
	}
	if len(parts) == 0 {
		// As many would do if they stood as evenly as this.
		return "they stand too unevenly"
	}
	return strings.Join(parts, ", ")
}

// leastZones returns the least nodes by zone of an offer that hold; nil where none
// do.
func (p *problem) leastZones(offer int) []int {
	start, ok := p.start(offer)
	if !ok {
		return nil
	}
	for n := units.CeilDiv(start, p.step()) * p.step(); n <= p.mostNodes(); n += p.step() {
		a, failure := p.try(&p.offers[offer], n, p.losses)
		if failure == nil {
			return a.zones[0]
		}
		if failure.Stopped {
			return nil
		}
	}
	return nil
}

// listRoom writes what is left by zone: "2 in room-a, 0 in room-b".
func listRoom(zones []string, room []int) string {
	parts := make([]string, len(zones))
	for i, z := range zones {
		parts[i] = fmt.Sprintf("%d in %s", room[i], z)
	}
	return strings.Join(parts, ", ")
}
