package verify

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgradeChoice checks which hops the nodes follow, and that what is recommended is of
// the Pareto set.
func (k *checker) upgradeChoice(u *planner.UpgradePlan) {
	skew := k.c.Upgrade.KubeletSkew
	if skew == 0 {
		skew = max(k.prov.Mechanics(k.c).NodeSkew, 1)
	}
	var rounds []string
	for h, hop := range u.Hops {
		if (h+1)%skew == 0 || h == len(u.Hops)-1 {
			rounds = append(rounds, hop)
		}
	}
	k.need(slices.Equal(u.NodeRounds, rounds), "upgrade", "upgrade.rounds", "nodes follow after %v; with a skew of %d they do after %v", u.NodeRounds, skew, rounds)
	k.need(u.Recommended == "" || slices.Contains(u.Pareto, u.Recommended) || k.c.Upgrade.Strategy == u.Recommended, "upgrade", "upgrade.pareto", "%s is recommended and not among the best, %v", u.Recommended, u.Pareto)
	for _, name := range u.Pareto {
		i := slices.IndexFunc(u.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == name })
		k.need(i >= 0 && len(u.Strategies[i].BlockedBy) == 0, "upgrade", "upgrade.pareto", "%s is among the best, and blocked or not listed", name)
	}
	k.upgradeStay(u)
}

// upgradeCourse checks what a strategy says of its course.
func (k *checker) upgradeCourse(u *planner.UpgradePlan, s *planner.UpgradeStrategy, path string) {
	k.upgradeSums(u, s, path)
	k.upgradeMoney(u, s, path)
	k.upgradeBroken(s, path)
	k.upgradePeaks(s, path)
	k.upgradeZones(s, path)
	k.upgradePods(s, path)
	k.upgradeEvents(s, path)
	k.upgradeAsked(s, path)
	k.upgradeWidths(u, s, path)
}

// secondCluster is the strategy in which all groups run twice at a time.
const secondCluster = "cluster_blue_green"

// upgradeSums adds up the costs of groups, and their rounds.
func (k *checker) upgradeSums(u *planner.UpgradePlan, s *planner.UpgradeStrategy, path string) {
	sum := s.ControlPlaneCost + s.VolumesCost
	for i := range s.Groups {
		g := &s.Groups[i]
		sum += g.ExtraCost
		rounds := len(u.NodeRounds)
		if s.Name == secondCluster {
			rounds = 1
		}
		k.need(g.Rounds == rounds || g.Rounds == 0 && g.Duration == 0, path+"."+g.Name, "upgrade.rounds", "%d rounds of nodes, there are %d", g.Rounds, rounds)
	}
	k.need(!s.ExtraCostKnown || sum == s.ExtraCost, path, "upgrade.cost", "an extra cost of %d, its parts are %d", s.ExtraCost, sum)
	k.secondVolumes(s, path)
	k.need(s.ControlPlaneCost >= 0 && (s.ControlPlaneCost == 0 || s.Name == secondCluster), path, "upgrade.cost", "a second control plane for %d", s.ControlPlaneCost)
	for _, d := range []time.Duration{s.NoTarget, s.NoRedundancy, s.Broken, s.AfterNode, s.AfterZone} {
		k.need(d >= 0 && (!s.Simulated || d <= s.Duration), path, "upgrade.duration", "something is away for %v of %v", d, s.Duration)
	}
}

// secondVolumes holds a second cluster to the volumes of the bill, which it has again for as
// long as it runs beside the first; each amount is rounded up.
func (k *checker) secondVolumes(s *planner.UpgradeStrategy, path string) {
	if s.Name != secondCluster {
		k.need(s.VolumesCost == 0, path, "upgrade.cost", "a second cluster's volumes for %d", s.VolumesCost)
		return
	}
	rate, known := int64(0), true
	for _, l := range k.plan.Cost.Lines {
		if strings.HasPrefix(l.Path, "node_group.") && strings.HasSuffix(l.Path, ".volumes") {
			rate, known = rate+int64(l.Amount.Rate), known && l.Amount.Known
		}
	}
	owed := roundedUp(rate, s.Duration)
	k.need(!known || owed.Cmp(big.NewInt(int64(s.VolumesCost))) == 0, path, "upgrade.cost", "a second cluster's volumes for %d, the bill says %s", s.VolumesCost, owed)
	k.need(known || !s.ExtraCostKnown, path, "upgrade.cost", "the cost is known, and that of volumes is not")
}

// upgradePeaks counts nodes, vCPUs and what is taken of limits at the peak anew.
func (k *checker) upgradePeaks(s *planner.UpgradeStrategy, path string) {
	together := s.Name == secondCluster
	nodes, extra := 0, 0
	var vcpus, extraVCPUs, onDemand, spot int64
	for _, g := range k.groups {
		for i, name := range g.plan.CourseNames() {
			pool := &g.plan.Pools[i]
			t := k.types[pool.InstanceType]
			at := slices.IndexFunc(s.Groups, func(c planner.UpgradeGroup) bool { return c.Name == name })
			if t == nil || !k.need(at >= 0, path, "upgrade.group", "%s has no course", name) {
				continue
			}
			c := &s.Groups[at]
			more := int64(c.PeakExtraNodes) * int64(t.VCPUs)
			k.need(c.PeakVCPUs == int64(pool.Nodes)*int64(t.VCPUs)+more, path+"."+name, "upgrade.peak", "%d vCPUs at the peak of %d and %d nodes", c.PeakVCPUs, pool.Nodes, c.PeakExtraNodes)
			nodes += pool.Nodes
			vcpus += int64(pool.Nodes) * int64(t.VCPUs)
			of := &onDemand
			if pool.CapacityType == planner.Spot {
				of = &spot
			}
			if together {
				extra, extraVCPUs, *of = extra+c.PeakExtraNodes, extraVCPUs+more, *of+more
			} else {
				extra, extraVCPUs, *of = max(extra, c.PeakExtraNodes), max(extraVCPUs, more), max(*of, more)
			}
		}
	}
	k.need(s.PeakExtraNodes == extra && s.PeakNodes == nodes+extra, path, "upgrade.peak", "%d nodes at the peak, %d of them extra; the groups say %d and %d", s.PeakNodes, s.PeakExtraNodes, nodes+extra, extra)
	k.need(s.PeakVCPUs == vcpus+extraVCPUs, path, "upgrade.peak", "%d vCPUs at the peak, the groups say %d", s.PeakVCPUs, vcpus+extraVCPUs)
	inZones := 0
	for _, z := range s.PeakByZone {
		inZones += z.Nodes
	}
	k.need(!s.Simulated || inZones >= s.PeakNodes, path, "upgrade.peak", "%d nodes at the peak, the zones have %d", s.PeakNodes, inZones)
	k.upgradeLimits(s, path, onDemand, spot)
}

// upgradeZones holds the most nodes of each zone to those of the groups and, where people
// have machines of their own, to those that stand there. A strategy that cannot be used is
// told as if nothing blocked it.
func (k *checker) upgradeZones(s *planner.UpgradeStrategy, path string) {
	if !s.Simulated {
		return
	}
	for _, zone := range k.c.Zones {
		planned, most, all := 0, 0, 0
		for _, g := range k.groups {
			for i, name := range g.plan.CourseNames() {
				pool := &g.plan.Pools[i]
				at := slices.IndexFunc(s.Groups, func(c planner.UpgradeGroup) bool { return c.Name == name })
				if at < 0 {
					continue
				}
				now, _ := inZone(pool.NodesByZone, zone)
				then, _ := inZone(s.Groups[at].PeakByZone, zone)
				more := then - now
				planned, most, all = planned+now, max(most, more), all+more
				k.need(more >= 0 && more <= s.Groups[at].PeakExtraNodes, path+"."+name, "upgrade.peak", "%d nodes at the peak in %s, where %d are planned, and %d more in all", then, zone, now, s.Groups[at].PeakExtraNodes)
				have, limited := k.standing(pool.InstanceType, zone)
				idle := have - k.used[pool.InstanceType][zone]
				k.need(!k.terms.OwnMachines || len(s.BlockedBy) > 0 || more <= 0 || limited && more <= idle, path+"."+name, "upgrade.stock", "%d machines more in %s, where %d stand idle", more, zone, idle)
			}
		}
		if s.Name == secondCluster {
			most = all
		}
		got, _ := inZone(s.PeakByZone, zone)
		k.need(got >= planned+most && got <= planned+all, path, "upgrade.peak", "%d nodes at the peak in %s; the groups say %d", got, zone, planned+most)
	}
}

// upgradeLimits holds what is taken at the peak to what the plan takes and the vCPUs
// beyond it, and to the limits.
func (k *checker) upgradeLimits(s *planner.UpgradeStrategy, path string, onDemand, spot int64) {
	if !k.need(len(s.Limits) == len(k.plan.Limits), path, "upgrade.limits", "%d limits, the plan has %d", len(s.Limits), len(k.plan.Limits)) {
		return
	}
	for i, l := range s.Limits {
		planned := k.plan.Limits[i]
		k.need(l.Resource == planned.Resource && l.Limit == planned.Limit && l.Used >= planned.Used, path, "upgrade.limits", "%d of %d %s at the peak, the plan takes %d of %d", l.Used, l.Limit, l.Resource, planned.Used, planned.Limit)
		more := onDemand
		if l.Resource == planner.SpotVCPUsPath {
			more = spot
		}
		switch of := l.Resource; {
		case s.Name == secondCluster && slices.Contains([]string{planner.OnDemandVCPUsPath, planner.SpotVCPUsPath, planner.GPUsPath, planner.DiskPath}, of):
			k.need(l.Used == 2*planned.Used, path, "upgrade.limits", "%d %s at the peak of two clusters; the plan takes %d", l.Used, of, planned.Used)
		case of == planner.OnDemandVCPUsPath || of == planner.SpotVCPUsPath:
			k.need(l.Used == planned.Used+more, path, "upgrade.limits", "%d %s at the peak; the plan takes %d, and %d more are started", l.Used, of, planned.Used, more)
		}
		k.need(l.Used <= l.Limit || len(s.BlockedBy) > 0, path, "upgrade.limits", "%d of %d %s at the peak, and nothing blocks it", l.Used, l.Limit, l.Resource)
	}
}

// upgradePods holds what is said of workloads to their planned pods.
func (k *checker) upgradePods(s *planner.UpgradeStrategy, path string) {
	at := 0
	for _, g := range k.groups {
		for i := range g.plan.Workloads {
			w := &g.plan.Workloads[i]
			if !k.need(at < len(s.Workloads) && s.Workloads[at].Group == g.decl.Name && s.Workloads[at].Name == w.Name, path, "upgrade.pods", "%s/%s is not where it belongs", g.decl.Name, w.Name) {
				return
			}
			u := &s.Workloads[at]
			at++
			where := path + "." + w.Name
			k.need(u.Pods == w.Replicas, where, "upgrade.pods", "%d pods, %d are planned", u.Pods, w.Replicas)
			k.need(u.MinReady >= 0 && u.MinReady <= u.Pods && u.Need >= 0 && u.Need <= u.Pods, where, "upgrade.pods", "%d ready and %d needed of %d", u.MinReady, u.Need, u.Pods)
			k.need((u.NoTarget > 0) == (u.MinReady < u.Need), where, "upgrade.pods", "%d ready, %d needed, and targets do not hold for %v", u.MinReady, u.Need, u.NoTarget)
			k.need(u.AfterNode <= u.MinReady && u.AfterZone <= u.MinReady, where, "upgrade.pods", "%d ready; after failures %d and %d", u.MinReady, u.AfterNode, u.AfterZone)
			k.need(s.NoTarget >= u.NoTarget, where, "upgrade.pods", "its targets do not hold for %v, the strategy says %v", u.NoTarget, s.NoTarget)
			k.upgradeFloor(g, s, u, where)
		}
	}
	k.need(at == len(s.Workloads), path, "upgrade.pods", "%d workloads, the plan has %d", len(s.Workloads), at)
}

// upgradeFloor holds the pods of a workload to what its disruption budget leaves of those
// that its targets need, where redundancy was asked for.
func (k *checker) upgradeFloor(g *group, s *planner.UpgradeStrategy, u *planner.UpgradeWorkload, where string) {
	if len(s.BlockedBy) > 0 || !k.c.KeepDeclared(k.c.Upgrade) || k.c.Upgrade.Keep == planner.UpgradeKeepTargets {
		return
	}
	floor := u.Need
	if i, ok := g.index[u.Name]; ok {
		if b := g.loads[i].spec.PodDisruptionBudget; b != nil {
			floor = min(floor, max(u.Pods-b.Allowed(u.Pods), 0))
		}
	}
	k.need(u.MinReady >= floor, where, "upgrade.asked_for", "%d pods are ready of %d that budgets leave, and nothing blocks it", u.MinReady, floor)
}

// upgradeEvents checks that time never runs back, and where an upgrade ends.
func (k *checker) upgradeEvents(s *planner.UpgradeStrategy, path string) {
	last, end := time.Duration(0), true
	for _, e := range s.Timeline {
		k.need(e.At >= last && e.Until >= e.At && (e.Times > 1 || e.Until == e.At && e.Times == 1), path, "upgrade.order", "%s at %v until %v, after %v", e.Kind, e.At, e.Until, last)
		// Of a duration that is wrong the first of many events says it.
		end = end && k.need(!s.Simulated || e.Until <= s.Duration, path, "upgrade.order", "%s at %v, after the end at %v", e.Kind, e.Until, s.Duration)
		k.need(e.Group == "" || slices.ContainsFunc(s.Groups, func(g planner.UpgradeGroup) bool { return g.Name == e.Group }), path, "upgrade.order", "%s of %s, which has no course", e.Kind, e.Group)
		k.need(e.Zone == "" || slices.Contains(k.c.Zones, e.Zone), path, "upgrade.order", "%s in %s, which is no zone", e.Kind, e.Zone)
		last = max(last, e.At)
	}
	if s.Simulated && len(s.BlockedBy) == 0 {
		n := len(s.Timeline)
		k.need(n > 0 && s.Timeline[n-1].Kind == planner.UpgradeFinished && s.Timeline[n-1].At == s.Duration, path, "upgrade.order", "the timeline does not end with the upgrade at %v", s.Duration)
	}
}

// upgradeAsked holds a strategy that can be used to what the spec asks for.
func (k *checker) upgradeAsked(s *planner.UpgradeStrategy, path string) {
	u := k.c.Upgrade
	if len(s.BlockedBy) > 0 {
		return
	}
	k.need(s.Simulated, path, "upgrade.asked_for", "nothing blocks it, and it does not end")
	k.need(u.FinishWithin == 0 || s.Duration <= u.FinishWithin, path, "upgrade.asked_for", "it takes %v of %v, and nothing blocks it", s.Duration, u.FinishWithin)
	k.need(u.MaxExtra == nil || s.ExtraCostKnown && s.ExtraCost <= *u.MaxExtra, path, "upgrade.asked_for", "it costs %d more, and nothing blocks it", s.ExtraCost)
	if !k.c.KeepDeclared(k.c.Upgrade) {
		return
	}
	k.need(s.Broken == 0, path, "upgrade.asked_for", "something is away that must be kept for %v, and nothing blocks it", s.Broken)
	switch u.Keep {
	case planner.UpgradeKeepTargets:
		k.need(s.NoTarget == 0, path, "upgrade.asked_for", "targets do not hold for %v, and nothing blocks it", s.NoTarget)
	case planner.UpgradeKeepNPlusOne:
		k.need(s.NoRedundancy == 0, path, "upgrade.asked_for", "the declared losses are not survived for %v, and nothing blocks it", s.NoRedundancy)
	case planner.UpgradeKeepCapacity:
		k.need(s.NoRedundancy == 0 && s.MinReady == units.Whole, path, "upgrade.asked_for", "%s of the nodes stay ready, and nothing blocks it", percent(s.MinReady))
	}
}
