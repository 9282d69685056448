package report

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// tenancy writes what each way of having tenants costs.
func (p *page) tenancy(plan *planner.Plan) {
	t := plan.Tenancy
	if t == nil {
		return
	}
	p.blank()
	p.tenancyTable(plan, t)
	items := []string{fmt.Sprintf("in namespaces a quota of %s, %s and %s", cores(t.QuotaCPU)+" vCPU", sizeUp(t.QuotaMemory), count(t.QuotaPods, "pod"))}
	if words := tenancyElsewhere(plan); words != "" {
		items = append(items, words)
	}
	p.labelled("A TENANT", plain, append(items, p.o.run("explain "+TopicTenancy))...)
	p.blank()
}

func (p *page) tenancyTable(plan *planner.Plan, t *planner.TenancyPlan) {
	tenants := plan.Cluster.Tenancy.Tenants
	rows := table{columns: []column{
		{title: number(tenants) + " TENANTS AS"},
		{title: "CLUSTERS", right: true},
		{title: "NODES", right: true},
		{title: "CONTROL PLANES", right: true},
		{title: "USD/MONTH", right: true},
		{title: "A TENANT", right: true},
		{title: "NOTE", wraps: true},
	}}
	for i := range t.Options {
		o := &t.Options[i]
		if o.Why != "" {
			rows.add(tenancyWords(o.Way), number(o.Clusters), none, none, notKnown, notKnown, o.Why)
			continue
		}
		one := planner.Amount{Rate: units.CeilDiv(o.All.Rate, units.USDPerHour(tenants)), Known: o.All.Known}
		control := planner.Amount{Rate: o.ControlPlane.Rate * units.USDPerHour(o.Clusters), Known: o.ControlPlane.Known}
		note := ""
		if o.Way == planner.ByNamespace {
			note = "the plan"
		}
		if o.Pods > 0 {
			note = count(o.Pods, "pod") + " of virtual control planes"
		}
		rows.add(tenancyWords(o.Way), number(o.Clusters), number(o.Nodes*o.Clusters), monthly(control), knownPart(o.All, o.AllKnown),
			knownPart(one, units.CeilDiv(o.AllKnown, units.USDPerHour(tenants))), note)
	}
	p.table(&rows)
}

func tenancyWords(w planner.TenancyWay) string {
	switch w {
	case planner.ByCluster:
		return "clusters"
	case planner.ByVirtualCluster:
		return "virtual clusters"
	case planner.ByNamespace:
		return "namespaces"
	}
	return string(w)
}

// explainTenancy writes how the figures of each way come about.
func (p *page) explainTenancy(plan *planner.Plan) {
	t := plan.Tenancy
	if t == nil {
		p.heading(TopicTenancy)
		p.blank()
		p.prose("The spec has no tenancy block: nothing is said of tenants.")
		return
	}
	d := plan.Cluster.Tenancy
	p.heading(TopicTenancy, count(d.Tenants, "tenant")+", of equal load")
	p.blank()
	p.tenancyTable(plan, t)
	p.blank()
	f := figureTable()
	for i := range t.Options {
		o := &t.Options[i]
		name := tenancyWords(o.Way)
		if o.Why != "" {
			f.add(name, notKnown, o.Why)
			continue
		}
		f.add(name+": share", shareOf(o.Share), tenancyShare(o, d.Tenants))
		f.add(name+": nodes", number(o.Nodes*o.Clusters), fmt.Sprintf("%s of %s, spare and system pods of each among them", count(o.Clusters, "cluster"), count(o.Nodes, "node")))
		for _, pool := range o.Pools {
			f.add(name+": "+pool.Group, fmt.Sprintf("%d x %s", pool.Nodes*o.Clusters, pool.InstanceType), p.tenancyPoolHow(plan, o, &pool))
		}
		f.add(name+": bill", knownPart(o.All, o.AllKnown), fmt.Sprintf("%d x %s USD/month, of which the control plane is %s", o.Clusters, knownPart(o.Cost, o.Known), monthly(o.ControlPlane)))
		if o.Pods > 0 {
			v := d.Virtual
			how := fmt.Sprintf("%s x %s, %s and %s each, in group %s", count(d.Tenants, "tenant"), count(v.Replicas, "replica"), cores(v.CPU)+" vCPU", sizeUp(v.Memory), v.NodeGroup)
			if v.Volume != nil {
				how += ", with a volume of " + sizeUp(v.Volume.Size)
			}
			f.add(name+": control planes", count(o.Pods, "pod"), how)
		}
	}
	f.add("namespaces: quota", fmt.Sprintf("%s, %s, %s", cores(t.QuotaCPU)+" vCPU", sizeUp(t.QuotaMemory), count(t.QuotaPods, "pod")), fmt.Sprintf("the pods of each workload / %d, rounded up, and what they request", d.Tenants))
	p.table(&f)
	p.blank()
	if words := tenancyElsewhere(plan); words != "" {
		p.prose("The figures are " + words + ".")
	}
	p.prose("Replicas, sizes of volumes and series whose number the spec gives are in each cluster. Limits of the account, free addresses, commitments and the budget are held for the plan alone, and so is the upgrade.")
}

// shareOf writes a share in percents with up to four decimals.
func shareOf(r units.Ratio) string { return plainRatio(r*100) + "%" }

// tenancyPoolHow says where the type of a pool comes from.
func (p *page) tenancyPoolHow(plan *planner.Plan, o *planner.TenancyOption, pool *planner.TenancyPool) string {
	each := ""
	if o.Clusters > 1 {
		each = fmt.Sprintf("%d x %s; ", o.Clusters, count(pool.Nodes, "node"))
	}
	if o.Way == planner.ByNamespace && len(plan.Cluster.Pricing.Commitments) == 0 {
		return each + "the plan: " + p.o.run("explain node_group."+pool.Group)
	}
	return each + "by a plan of its own for this share, of the types that the group admits"
}

func costWords(regions int) string {
	if regions == 1 {
		return "the further region costs"
	}
	return fmt.Sprintf("the %d further regions cost", regions)
}

// tenancyElsewhere says which region the figures are of, where there are several.
func tenancyElsewhere(plan *planner.Plan) string {
	d := plan.Cluster.DisasterRecovery
	if d == nil || len(d.Regions) == 0 {
		return ""
	}
	return fmt.Sprintf("of %s alone: what %s for tenants is not in it", plan.Cluster.Region, costWords(len(d.Regions)))
}

func tenancyShare(o *planner.TenancyOption, tenants int) string {
	if o.Clusters == 1 {
		return "of the load: all tenants"
	}
	return fmt.Sprintf("of the load of each cluster: 1 / %d, rounded up to a millionth", tenants)
}
