package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// perYear writes a time of each year in minutes, below one in seconds, rounded up to
// a tenth: "17.4 min".
func perYear(d time.Duration) string {
	unit, name := time.Minute, "min"
	if d < time.Minute {
		unit, name = time.Second, "s"
	}
	tenths := units.CeilDiv(int64(d), int64(unit)/10)
	return fmt.Sprintf("%s.%d %s", thousands(tenths/10), tenths%10, name)
}

// outageWords say what is missing: "below the load (8 of 10 pods)".
func outageWords(o *planner.Outage, of int, noun string) string {
	share := fmt.Sprintf(" (%s of %s)", number(o.Need), count(of, noun))
	switch o.Below {
	case planner.BelowLoad:
		return "below the load" + share
	case planner.BelowMinReady:
		return "below min_ready" + share
	case planner.BelowQuorum:
		return "without a quorum" + share
	case planner.BelowOne:
		return "with none of " + count(of, noun)
	}
	return "below " + string(o.Below) + share
}

// outages writes how much of a year too few pods of each workload are up, and etcd and
// the API servers of a self-managed control plane.
func (p *page) outages(plan *planner.Plan) {
	label := "DOWN A YEAR"
	line := func(name string, outages []planner.Outage, of int, noun string) {
		var items []string
		for i := range outages {
			items = append(items, perYear(outages[i].PerYear)+" "+outageWords(&outages[i], of, noun))
		}
		if len(items) > 0 {
			items[0] = name + ": " + items[0]
			p.labelled(label, plain, items...)
			label = ""
		}
	}
	for _, row := range rowsOf(plan, false) {
		line(row.name, row.plan.Outages, row.plan.Replicas, "pod")
	}
	c := &plan.ControlPlane
	for i := range c.Outages {
		o := &c.Outages[i]
		if o.Below == planner.BelowQuorum && c.Etcd != nil {
			line("etcd", c.Outages[i:i+1], c.Etcd.Members, "member")
		} else {
			line("API servers", c.Outages[i:i+1], serversOf(c), "server")
		}
	}
}

// serversOf counts the machines that run API servers.
func serversOf(c *planner.ControlPlane) int {
	n := 0
	for _, m := range c.Members {
		if m.Role == planner.RoleControlPlane {
			n++
		}
	}
	return n
}

// explainOutages adds how often too few are up, and what that rests on.
func explainOutages(t *table, plan *planner.Plan, outages []planner.Outage, of int, noun string) {
	up := plan.Cluster.Availability
	for i := range outages {
		how := outageWords(&outages[i], of, noun)
		if up != nil {
			how += fmt.Sprintf(": of every set of nodes and zones that may be down, a node %s of the time and a zone %s; nothing moves meanwhile",
				shareDown(up.Node), shareDown(up.Zone))
		}
		t.add("down a year", perYear(outages[i].PerYear), how)
	}
}

// shareDown writes the share of the time that something is down, with all its digits.
func shareDown(up units.Ratio) string {
	const percent = units.Whole / 100
	down := units.Whole - up
	words := fmt.Sprintf("%d", down/percent)
	if rest := down % percent; rest != 0 {
		words += strings.TrimRight(fmt.Sprintf(".%04d", rest), "0")
	}
	return words + "%"
}
