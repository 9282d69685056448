package report

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// useItems say how busy the machines are that are left of a control plane, role by role:
// of CPU and memory the busier.
func useItems(c *planner.ControlPlane) []string {
	var items []string
	for i := range c.Use {
		u := &c.Use[i]
		busy := percentUp(max(u.CPU, u.Memory))
		switch u.Case {
		case planner.UseAllUp:
			if u.Left == 1 {
				items = append(items, fmt.Sprintf("%s %s busy, alone", roleWords(u.Role), busy))
				continue
			}
			items = append(items, fmt.Sprintf("%s %s busy with all %d up", roleWords(u.Role), busy, u.Left))
		case planner.UseAfterLoss:
			if m := machinesOf(c, u.Role); m != nil && m.Nodes > u.Left {
				items = append(items, fmt.Sprintf("%s with the %d that the declared losses leave", busy, u.Left))
			}
		case planner.UseInUpgrade:
			if u.Left > 0 {
				items = append(items, fmt.Sprintf("%s with %d while one is upgraded", busy, u.Left))
			}
		}
	}
	return items
}

// percentUp writes a share of what there is, which is never understated.
func percentUp(r units.Ratio) string {
	return number(int(units.CeilDiv(r, units.Percent))) + "%"
}

// memberUse writes how busy the machines of a control plane are, case by case.
func (p *page) memberUse(c *planner.ControlPlane) {
	if len(c.Use) == 0 {
		return
	}
	t := table{columns: []column{{title: "WHAT IS LEFT"}, {title: "WHEN"}, {title: "UP", right: true}, {title: "CPU", right: true}, {title: "MEMORY", right: true}, {title: "ALL UP AT MOST", right: true}, {title: "HOW", wraps: true}}}
	for i := range c.Use {
		u := &c.Use[i]
		m := machinesOf(c, u.Role)
		if m == nil || m.Nodes == 0 {
			continue
		}
		when, how := "all up", fmt.Sprintf("%d vCPU and %s is the published size of one", m.LeastVCPUs, size(m.LeastMemory))
		switch u.Case {
		case planner.UseAfterLoss:
			when, how = "declared losses", fmt.Sprintf("the work of %d on %d", m.Nodes, u.Left)
		case planner.UseInUpgrade:
			when, how = "one upgraded", fmt.Sprintf("the work of %d on %d", m.Nodes, u.Left)
		case planner.UseAllUp:
			if m.Nodes > 2 {
				how += ", of which three are 60% busy"
			}
		}
		most := number(int(100*u.Left/m.Nodes)) + "%"
		t.add(roleWords(u.Role), when, number(u.Left), percentUp(u.CPU), percentUp(u.Memory), most, how)
	}
	p.table(&t)
	p.prose("All up at most: (n - f) / n, so that what is left carries the load. A member of etcd does every write, and takes no less with fewer others.")
	p.blank()
}

// machinesOf are the machines of a role; nil where there are none.
func machinesOf(c *planner.ControlPlane, role string) *planner.ControlPlaneMachines {
	for i := range c.Machines {
		if c.Machines[i].Role == role {
			return &c.Machines[i]
		}
	}
	return nil
}
