package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// The topics of Explain: the assumptions, the bill, and addresses in a plan.
const (
	TopicAssumptions  = "assumptions"
	TopicCost         = "cost"
	TopicControlPlane = "control_plane"
	TopicEtcd         = "control_plane.etcd"
	TopicNetwork      = "network"
	TopicRetention    = "retention"
	TopicRecovery     = "disaster_recovery"
	TopicTenancy      = "tenancy"
)

// Topics returns what Explain knows, sorted.
func Topics() []string {
	return []string{TopicAssumptions, TopicControlPlane, TopicEtcd, TopicCost, TopicNetwork, TopicRecovery, TopicRetention, TopicTenancy, TopicUpgrade}
}

// UnknownTopicError says that Explain knows no such topic.
type UnknownTopicError struct {
	Topic string
	// Known are the topics that there are.
	Known []string
}

func (e *UnknownTopicError) Error() string {
	return fmt.Sprintf("%q is not one of %s", e.Topic, strings.Join(e.Known, ", "))
}

// Explain writes how the figures of a topic come about. The error is an
// *UnknownTopicError for a topic that is none of Topics and no group or workload of the
// plan.
func Explain(w io.Writer, p *planner.Plan, topic string, o Options) error {
	out := &page{o: o}
	switch topic {
	case TopicAssumptions:
		return Assumptions(w, p, o)
	case TopicCost:
		out.explainCost(p)
	case TopicControlPlane:
		out.explainControlPlane(p)
	case TopicNetwork:
		out.explainNetwork(p)
	case TopicRecovery:
		out.explainRecovery(p)
	case TopicEtcd:
		out.explainEtcd(p)
	case TopicRetention:
		out.explainRetention(p)
	case TopicTenancy:
		out.explainTenancy(p)
	case TopicUpgrade:
		out.explainUpgrade(p, topic)
	default:
		if strings.HasPrefix(topic, TopicUpgrade+".") {
			if known := out.explainUpgrade(p, topic); known != nil {
				return &UnknownTopicError{Topic: topic, Known: append(Topics(), known...)}
			}
			return out.flush(w)
		}
		known := Topics()
		for i := range p.NodeGroups {
			g := &p.NodeGroups[i]
			known = append(known, g.Path())
			if g.Path() == topic {
				out.explainGroup(p, g)
				return out.flush(w)
			}
			for j := range g.Workloads {
				path := g.Path() + workloadInfix + g.Workloads[j].Name
				if strings.HasPrefix(topic, g.Path()+".") {
					known = append(known, path)
				}
				if path == topic {
					out.explainWorkload(p, g, &g.Workloads[j])
					return out.flush(w)
				}
			}
		}
		return &UnknownTopicError{Topic: topic, Known: known}
	}
	return out.flush(w)
}

// figureTable has a line for each figure, with how it comes about.
func figureTable() table {
	return table{columns: []column{{title: "FIGURE"}, {title: "VALUE"}, {title: "HOW", wraps: true}}}
}

// explainControlPlane writes who runs the control plane, on what, and what that
// costs.
func (p *page) explainControlPlane(plan *planner.Plan) {
	c := &plan.ControlPlane
	p.heading(TopicControlPlane, p.groundWords(plan), "Kubernetes "+plan.Cluster.KubernetesVersion)
	p.blank()
	t := figureTable()
	if c.Mode == planner.SelfManaged {
		for i := range c.Machines {
			p.explainMachines(&t, plan, &c.Machines[i])
		}
		if c.LoadBalancer != nil {
			items := balancerItems(c.LoadBalancer)
			t.add("load balancer", items[0], strings.Join(items[1:], ", "))
		}
		t.add("support", c.Support, supportWords(plan))
		for i := range c.Outages {
			of, noun := serversOf(c), "API server"
			if c.Outages[i].Below == planner.BelowQuorum && c.Etcd != nil {
				of, noun = c.Etcd.Members, "etcd member"
			}
			explainOutages(&t, plan, c.Outages[i:i+1], of, noun)
		}
	} else {
		how := "the provider publishes no end"
		if c.SupportEnds != "" {
			how = "until " + string(c.SupportEnds)
		}
		t.add("support", c.Support, how)
		if plan.Cluster.Provider == "gcp" && c.Tier == "zonal" {
			t.add("credit", "not taken off", zonalCredit)
		}
	}
	p.table(&t)
	p.blank()
	p.controlPlaneLines(plan)
	p.blank()
	p.tiers(c)
	p.controlPlaneLoad(c)
	p.memberUse(c)
	p.platformLimits(plan)
	drills := table{columns: []column{{title: "SURVIVES"}, {title: "TRIED", right: true}, {title: "HELD", right: true}, {title: "TIGHTEST CASE", wraps: true}}}
	for _, d := range c.Survives {
		drills.add(d.Event, number(d.Tried), number(d.Held), d.Tightest)
	}
	p.table(&drills)
	p.blank()
	if c.Etcd != nil {
		p.prose("etcd: " + p.o.run("explain "+TopicEtcd))
	}
}

// explainMachines adds how many machines of a role there are and how large they
// have to be.
func (p *page) explainMachines(t *table, plan *planner.Plan, m *planner.ControlPlaneMachines) {
	role := roleWords(m.Role)
	spec := &plan.Cluster.ControlPlane
	how := "as declared"
	switch {
	case m.Role == planner.RoleLoadBalancer:
		how = "one stays " + lossWords(spec.Redundancy)
	case m.Role == planner.RoleControlPlane && spec.Nodes == 0 && spec.EtcdTopology == planner.External:
		how = serversWords(spec.Redundancy)
	case m.Role == planner.RoleControlPlane && spec.Nodes == 0, m.Role == planner.RoleEtcd && spec.Etcd.Members == 0:
		how = "the least odd number that keeps a quorum " + lossWords(spec.Redundancy)
	}
	var zones []string
	for _, z := range m.NodesByZone {
		zones = append(zones, number(z.Nodes)+" in "+z.Zone)
	}
	t.add(role+" machines", number(m.Nodes), how+": "+strings.Join(zones, ", "))
	t.add(role+" size", fmt.Sprintf("%d vCPU, %s", m.LeastVCPUs, size(m.LeastMemory)), m.Reason)
	chosen := "the cheapest that is admitted and as large"
	if ownMachines(plan) {
		chosen += ", of which enough can be had"
	}
	t.add(role+" type", m.InstanceType, chosen)
	for i, d := range m.Disks {
		figure, what := role+" root disk", "of each machine"
		switch i {
		case 1:
			figure, what = "etcd disk", "of each "+role+" machine, for etcd alone"
		case 2:
			figure, what = "events disk", "of each "+role+" machine, for the etcd of events alone"
		}
		t.add(figure, etcdDiskWords(d), what)
	}
}

// zonalCredit is what GKE's fee of a zonal cluster may be set off against
// (cloud.google.com/kubernetes-engine/pricing).
const zonalCredit = "Google credits each billing account with 74.40 USD a month, which covers one zonal cluster; another cluster of the account may have it"

// serversWords says why there are so many API servers with no etcd beside them.
func serversWords(r planner.Redundancy) string {
	if r.Nodes == 0 && r.Zones == 0 {
		return "one is enough, as no loss is declared"
	}
	return "API servers need no quorum: the least odd number from 3 on of which one is left " + lossWords(r)
}

// lossWords says through which declared losses something holds.
func lossWords(r planner.Redundancy) string {
	nodes, zones := count(r.Nodes, "machine"), count(r.Zones, "zone")
	switch {
	case r.Nodes == 0 && r.Zones == 0:
		return "while nothing is lost, as no loss is declared"
	case r.Zones == 0:
		return "through the loss of any " + nodes
	case r.Nodes == 0:
		return "through the loss of any " + zones
	case r.AtOnce:
		return "through the loss of any " + nodes + " and " + zones + " at once"
	default:
		return "through the loss of any " + nodes + " or any " + zones
	}
}

// controlPlaneLines writes the control plane's lines of the bill.
func (p *page) controlPlaneLines(plan *planner.Plan) {
	t := table{columns: []column{{title: "COST"}, {title: "USD/MONTH", right: true}, {title: "PRICE"}, {title: "DATE", drop: 1}, {title: "FOR", wraps: true}}}
	for _, l := range plan.Cost.Lines {
		if name, ok := strings.CutPrefix(l.Path, "control_plane."); ok {
			t.add(strings.ReplaceAll(name, "_", " "), monthly(l.Amount), basisWords(l.Basis), orDash(string(l.Date)), l.Detail)
		}
	}
	if len(t.rows) > 1 {
		t.add("in all", monthly(controlPlaneCost(plan)))
	}
	p.table(&t)
}

// explainEtcd writes how each figure of etcd comes about.
func (p *page) explainEtcd(plan *planner.Plan) {
	e := plan.ControlPlane.Etcd
	if e == nil {
		p.heading(TopicEtcd, p.groundWords(plan))
		p.blank()
		p.prose("The provider runs etcd: nothing is planned for it, and nothing is to be set.")
		return
	}
	p.heading(TopicEtcd, count(e.Members, "member")+" "+topologyWords(e.Topology))
	p.blank()
	t := figureTable()
	explainQuorum(&t, plan)
	t.add("class", e.Class, e.ClassReason)
	t.add("database", exactBytes(e.Database), "planned with at the peak, objects and what compaction keeps: "+p.o.run("explain "+TopicControlPlane))
	t.add("quota", size(e.Quota), "the least of 2 GiB and 8 GiB of which the peak is at most 80%")
	explainEtcdDisk(&t, plan)
	spec := &plan.Cluster.ControlPlane.Etcd
	t.add("heartbeat", milliseconds(e.Heartbeat), "max(100 ms, round trip of "+milliseconds(spec.RoundTrip)+")")
	t.add("election timeout", milliseconds(e.ElectionTimeout), "max(1 s, 10 x heartbeat)")
	t.add("snapshots", "every "+span(e.BackupInterval), "what can be lost at most, if all members are")
	t.add("kept", span(e.BackupRetention), "one an hour for a week, and one a day for all of it")
	how := "what is kept x the database"
	if e.Database > 0 && e.BackupStorage%e.Database == 0 {
		how = fmt.Sprintf("%s x %s bytes of the database", pluralOf(int(e.BackupStorage/e.Database), "copy", "copies"), thousands(int64(e.Database)))
	}
	t.add("snapshots take", exactBytes(e.BackupStorage), how)
	if ev := e.Events; ev != nil {
		t.add("events", "an etcd of their own", ev.Reason+"; "+count(e.Members, "member")+" beside the others: --etcd-servers-overrides=/events#…")
		t.add("events database", exactBytes(ev.Database), "planned with at the peak; no snapshots: events are kept for an hour")
		t.add("events quota", size(ev.Quota), "the least of 2 GiB and 8 GiB of which the peak is at most 80%")
		t.add("events disk", etcdDiskWords(ev.Disk), "for them alone, by the quota and the least class that carries them")
	}
	p.table(&t)
}

// explainQuorum adds the arithmetic of the members.
func explainQuorum(t *table, plan *planner.Plan) {
	e := plan.ControlPlane.Etcd
	n := e.Members
	t.add("quorum", number(e.Quorum), fmt.Sprintf("floor(%d / 2) + 1", n))
	t.add("survives", "any "+count(e.ToleratesMembers, "member"), fmt.Sprintf("%d - %d", n, e.Quorum))
	role := planner.RoleControlPlane
	if e.Topology == planner.External {
		role = planner.RoleEtcd
	}
	var byZone []int
	for _, m := range plan.ControlPlane.Machines {
		if m.Role == role {
			for _, z := range m.NodesByZone {
				byZone = append(byZone, z.Nodes)
			}
		}
	}
	slices.SortFunc(byZone, func(a, b int) int { return b - a })
	lost := 0
	tried := min(max(e.ToleratesZones, 1), len(byZone))
	for _, z := range byZone[:tried] {
		lost += z
	}
	fullest := "the fullest zone holds "
	if tried > 1 {
		fullest = "the fullest " + count(tried, "zone") + " hold "
	}
	verdict := "at least the quorum"
	if e.ToleratesZones == 0 {
		verdict = "less than the quorum"
	}
	t.add("survives", "any "+count(e.ToleratesZones, "zone"), fmt.Sprintf("%s%d: %d - %d = %d are left, %s", fullest, lost, n, lost, n-lost, verdict))
}

// The formula of etcd's disk, as package layout has it: copies of the quota and a
// rest, and never less than the least.
const (
	etcdDiskLeast  = 40 * units.GiB
	etcdDiskCopies = 4
	etcdDiskRest   = 20 * units.GiB
)

// explainEtcdDisk adds the size and the speed of etcd's disk.
func explainEtcdDisk(t *table, plan *planner.Plan) {
	e := plan.ControlPlane.Etcd
	declared := plan.Cluster.ControlPlane.Etcd.Disk
	quota := units.CeilDiv(e.Quota, units.GiB)
	least := max(etcdDiskLeast, etcdDiskCopies*quota*units.GiB+etcdDiskRest)
	formula := fmt.Sprintf("max(%d, %d x %d + %d)", etcdDiskLeast/units.GiB, etcdDiskCopies, quota, etcdDiskRest/units.GiB)
	how := formula + " GiB: the quota, copies and snapshots of it, and room for logs"
	switch {
	case declared.Size > 0:
		how = "as declared; by the quota it would be " + formula + " = " + size(least)
	case e.Disk.Size > least:
		how += "; more, since its speed comes with its size"
	}
	t.add("disk", strings.TrimSpace(size(e.Disk.Size)+" "+e.Disk.Type), how)
	speed := func(name, value string, amount, given int) {
		how := "as the class asks for"
		switch {
		case given > 0:
			how = "as declared"
		case amount == 0:
			value, how = "its own", "what the type gives by itself is enough for the class"
		}
		t.add(name, value, how)
	}
	speed("disk IOPS", number(e.Disk.IOPS), e.Disk.IOPS, declared.IOPS)
	speed("disk throughput", number(e.Disk.ThroughputMiBps)+" MiB/s", e.Disk.ThroughputMiBps, declared.ThroughputMiBps)
}
