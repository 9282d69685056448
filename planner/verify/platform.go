package verify

import (
	"github.com/scantling-dev/scantling/planner"
)

// platform checks the limits that the plan lists: that no quota is exceeded, that they
// come by share, and that what is counted of nodes and groups is there.
func (k *checker) platform() {
	nodes, largest, groups := int64(0), int64(0), int64(0)
	for i := range k.plan.NodeGroups {
		g := &k.plan.NodeGroups[i]
		nodes += int64(g.MaxNodes)
		groups += int64(len(g.Pools))
		for _, p := range g.Pools {
			most := int64(p.Nodes)
			if g.MaxNodes > g.Nodes && g.Nodes > 0 {
				most = up(most*int64(g.MaxNodes), int64(g.Nodes))
			}
			largest = max(largest, most)
		}
	}
	counted := map[string]int64{"nodes": nodes, "node_groups": groups, "nodes_per_group": largest}
	for i, l := range k.plan.PlatformLimits {
		path := "platform_limits." + l.Resource
		k.need(l.Limit > 0 && l.Used >= 0, path, "platform.limit", "%d of %d", l.Used, l.Limit)
		k.need(l.Kind != planner.HardQuota || l.Used <= l.Limit, path, "platform.held", "%d are used of %d", l.Used, l.Limit)
		if want, known := counted[l.Resource]; known {
			k.need(l.Used == want, path, "platform.used", "%d are said to be used, it is %d", l.Used, want)
		}
		if i > 0 {
			k.need(k.plan.PlatformLimits[i-1].Share >= l.Share, path, "lists.sorted", "limits are not sorted by share")
		}
		dated := (l.Month == 0) == l.Date.IsZero() && (l.Month == 0 || l.Date == k.dayOf(l.Month))
		k.need(dated, path, "platform.month", "month %d is dated %s", l.Month, l.Date)
	}
}
