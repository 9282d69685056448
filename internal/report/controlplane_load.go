package report

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// controlPlaneLoad writes what the cluster asks of its control plane: a column for
// each moment, then the objects of the first.
func (p *page) controlPlaneLoad(c *planner.ControlPlane) {
	if len(c.Load) == 0 {
		return
	}
	t := table{columns: []column{{title: "LOAD"}}}
	for i := range c.Load {
		t.columns = append(t.columns, column{title: momentWords(c.Load[i].Moment), right: true})
	}
	t.columns = append(t.columns, column{title: "HOW", wraps: true})
	row := func(figure, how string, of func(*planner.ControlPlaneLoad) string) {
		cells := []string{figure}
		for i := range c.Load {
			cells = append(cells, of(&c.Load[i]))
		}
		t.add(append(cells, how)...)
	}
	type load = planner.ControlPlaneLoad
	row("nodes", "all that the groups may have", func(l *load) string { return number(l.Nodes) })
	row("pods", "", func(l *load) string { return number(l.Pods) })
	row("pods started an hour", c.Load[0].Churn, func(l *load) string { return number(l.PodsPerHour) })
	row("watches", "kubelets, kube-proxy, DaemonSets, controllers", func(l *load) string { return number(l.Watches) })
	row("writes a second", "to etcd", func(l *load) string { return tenth(l.Writes) })
	row("reads a second", "from the API servers", func(l *load) string { return tenth(l.Reads) })
	row("objects", "sum of number x size, below", func(l *load) string { return stored(l.Live) })
	row("history", "written over, not compacted yet: 10 min at the most", func(l *load) string { return stored(l.History) })
	row("database", "1.25 x (objects + history)", func(l *load) string { return stored(l.File) })
	row("planned with", "the database, and twice the objects at least", func(l *load) string { return stored(l.Peak) })
	row("memory of etcd", "a member's process, beside the pages of the database", func(l *load) string { return stored(l.EtcdMemory) })
	p.table(&t)
	p.blank()
	objects := table{columns: []column{
		{title: "OBJECTS"}, {title: "NUMBER", right: true}, {title: "SIZE", right: true}, {title: "IN ALL", right: true}, {title: "WRITES/S", right: true},
	}}
	for _, o := range c.Load[0].Objects {
		objects.add(o.Kind, number(o.Count), fmt.Sprintf("%.1f KiB", float64(o.Size)/float64(units.KiB)), stored(units.Bytes(o.Count)*o.Size), tenth(o.Writes))
	}
	p.table(&objects)
	p.blank()
}

// stored is sizeUp, with sizes below a MiB in KiB.
func stored(b units.Bytes) string {
	if b < units.MiB {
		return number(int(units.CeilDiv(b, units.KiB))) + " KiB"
	}
	return sizeUp(b)
}

// tenth writes a rate with a decimal, rounded up.
func tenth(r units.Rate) string {
	tenths := units.CeilDiv(10*int64(r), int64(units.PerSecond))
	return fmt.Sprintf("%s.%d", thousands(tenths/10), tenths%10)
}

func momentWords(m planner.LoadMoment) string {
	switch m {
	case planner.LoadAtHorizon:
		return "AT HORIZON"
	case planner.LoadInUpgrade:
		return "IN UPGRADE"
	case planner.LoadNow:
	}
	return "NOW"
}
