package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// controlPlane writes the machines of a self-managed control plane, what they
// cost, its etcd and its load balancer. A managed one is a line of the bill.
func (p *page) controlPlane(plan *planner.Plan) {
	c := &plan.ControlPlane
	if c.Mode != planner.SelfManaged {
		return
	}
	t := table{columns: []column{
		{title: "CONTROL PLANE"},
		{title: "NODES", right: true},
		{title: zoneTitle(plan)},
		{title: typeTitle(plan)},
		{title: "USD/MONTH", right: true},
		{title: "PRICE", drop: 1},
		{title: "SIZED BY", wraps: true},
	}}
	for i := range c.Machines {
		m := &c.Machines[i]
		t.add(
			roleWords(m.Role), number(m.Nodes), nodesByZone(plan.Cluster.Zones, m.NodesByZone), m.InstanceType,
			monthly(machinesCost(m)), basisWords(m.Price.Basis), m.Reason,
		)
	}
	p.table(&t)
	if items := controlPlaneBill(plan); len(items) > 0 {
		p.labelled("COST", plain, items...)
	}
	if c.Etcd != nil {
		p.labelled("ETCD", plain, etcdItems(plan)...)
	}
	if c.LoadBalancer != nil {
		p.labelled("LOAD BALANCER", plain, balancerItems(c.LoadBalancer)...)
	}
	if items := useItems(c); len(items) > 0 {
		p.labelled("WHAT IS LEFT", plain, items...)
	}
	p.labelled("SUPPORT", plain, supportWords(plan))
}

// roleWords names the role of a machine.
func roleWords(role string) string { return strings.ReplaceAll(role, "_", " ") }

// machinesCost is what all machines of a role cost.
func machinesCost(m *planner.ControlPlaneMachines) planner.Amount {
	return planner.Amount{Rate: m.Price.Rate * units.USDPerHour(m.Nodes), Known: m.Price.Known()}
}

// controlPlaneBill writes the control plane's lines of the bill and their sum.
func controlPlaneBill(plan *planner.Plan) []string {
	var items []string
	for _, l := range plan.Cost.Lines {
		if name, ok := strings.CutPrefix(l.Path, "control_plane."); ok {
			items = append(items, strings.ReplaceAll(name, "_", " ")+" "+monthly(l.Amount))
		}
	}
	switch sum := controlPlaneCost(plan); {
	case len(items) < 2:
		return items
	case sum.Known:
		return append(items, "= "+monthly(sum)+" USD/month")
	default:
		return append(items, "in all "+notKnown)
	}
}

// controlPlaneCost is what the control plane costs today: its lines of the bill.
func controlPlaneCost(plan *planner.Plan) planner.Amount {
	sum := planner.Amount{Known: true}
	for _, l := range plan.Cost.Lines {
		if strings.HasPrefix(l.Path, "control_plane.") {
			sum.Rate += l.Amount.Rate
			sum.Known = sum.Known && l.Amount.Known
		}
	}
	if !sum.Known {
		return planner.Amount{}
	}
	return sum
}

// etcdItems say how etcd is kept.
func etcdItems(plan *planner.Plan) []string {
	e := plan.ControlPlane.Etcd
	members := count(e.Members, "member") + " " + topologyWords(e.Topology)
	if plan.Cluster.ControlPlane.Etcd.Members > 0 {
		members += ", as declared"
		if e.Topology == planner.Stacked {
			members += ": a node for each"
		}
	}
	disk := "a disk of its own: "
	if e.Disk.Type == "" {
		disk = "the machine's disk: "
	}
	items := []string{
		members,
		fmt.Sprintf("quorum %d", e.Quorum),
		"survives " + toleranceWords(e),
		fmt.Sprintf("class %s (%s)", e.Class, e.ClassReason),
		disk + etcdDiskWords(e.Disk),
		"quota " + size(e.Quota),
		"heartbeat " + milliseconds(e.Heartbeat) + ", election timeout " + milliseconds(e.ElectionTimeout),
		fmt.Sprintf("snapshots every %s, kept %s: %s", span(e.BackupInterval), span(e.BackupRetention), sizeUp(e.BackupStorage)),
	}
	if ev := e.Events; ev != nil {
		items = append(items, "events in an etcd of their own beside each member ("+ev.Reason+"): "+etcdDiskWords(ev.Disk))
	}
	return items
}

func topologyWords(t planner.EtcdTopology) string {
	if t == planner.External {
		return "on hosts of their own"
	}
	return "stacked on the control plane"
}

// toleranceWords say what etcd survives: "the loss of any 1 member or any 1 zone".
func toleranceWords(e *planner.Etcd) string {
	var parts []string
	if e.ToleratesMembers > 0 {
		parts = append(parts, "any "+count(e.ToleratesMembers, "member"))
	}
	if e.ToleratesZones > 0 {
		parts = append(parts, "any "+count(e.ToleratesZones, "zone"))
	} else if e.ToleratesMembers > 0 {
		parts = append(parts, "no zone")
	}
	switch {
	case len(parts) == 0:
		return "no loss"
	case e.ToleratesZones == 0:
		return "the loss of " + strings.Join(parts, ", of ")
	default:
		return "the loss of " + strings.Join(parts, " or ")
	}
}

// etcdDiskWords say what etcd's disk is; one that a machine brings, what it must
// be.
func etcdDiskWords(d planner.Disk) string {
	words := size(d.Size) + " " + d.Type
	if d.Type == "" {
		words = size(d.Size) + " at least"
	}
	if d.IOPS > 0 {
		words += ", " + number(d.IOPS) + " IOPS"
	}
	if d.ThroughputMiBps > 0 {
		words += ", " + number(d.ThroughputMiBps) + " MiB/s"
	}
	return words
}

// balancerItems say what stands before the API servers.
func balancerItems(b *planner.LoadBalancer) []string {
	items := []string{balancerWords(b)}
	var ports []string
	for _, port := range b.Ports {
		ports = append(ports, strconv.Itoa(port))
	}
	if len(ports) > 0 {
		noun := "port "
		if len(ports) > 1 {
			noun = "ports "
		}
		items = append(items, noun+strings.Join(ports, ", "))
	}
	if b.HealthCheck != "" {
		items = append(items, "health check "+b.HealthCheck)
	}
	return items
}

func balancerWords(b *planner.LoadBalancer) string {
	words := strings.ReplaceAll(string(b.Kind), "_", " ")
	switch b.Kind {
	case planner.CloudLoadBalancer:
		words = "the provider's"
	case planner.KubeVIP:
		words = "kube-vip on the control plane"
	case planner.HAProxyKeepalived:
		words = "haproxy and keepalived"
	}
	if b.Hosts > 0 {
		words += " on " + count(b.Hosts, "host")
	}
	return words
}

// supportWords say how long the minor of a self-managed control plane gets patches.
func supportWords(plan *planner.Plan) string {
	c, minor := &plan.ControlPlane, "Kubernetes "+plan.Cluster.KubernetesVersion
	ends := string(c.SupportEnds)
	switch {
	case c.Support == "none" && ends != "":
		return minor + " has got no patches since " + ends
	case c.Support == "none":
		return minor + " gets no more patches"
	case ends == "":
		return minor + " gets patches"
	default:
		return minor + " gets patches until " + ends
	}
}

// sizeUp is size for what must be there: it rounds up.
func sizeUp(b units.Bytes) string {
	if b <= units.GiB-units.MiB {
		return fmt.Sprintf("%d MiB", units.CeilDiv(b, units.MiB))
	}
	hundredths := int64(b/units.GiB)*100 + units.CeilDiv(int64(b%units.GiB)*100, int64(units.GiB))
	return strings.TrimSuffix(fmt.Sprintf("%s.%02d", thousands(hundredths/100), hundredths%100), ".00") + " GiB"
}

// span writes a period in its largest whole unit: "90 days", "36 h", "15 min".
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d > 0 && d%day == 0:
		return count(int(d/day), "day")
	case d > 0 && d%time.Hour == 0:
		return number(int(d/time.Hour)) + " h"
	case d > 0 && d%time.Minute == 0:
		return number(int(d/time.Minute)) + " min"
	default:
		return milliseconds(d)
	}
}
