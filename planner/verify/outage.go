package verify

import (
	"math"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Two sums of the same probabilities in another order agree to this part of their size.
const probabilityTolerance = 1e-9

// outages checks how often too few pods and members are up.
func (k *checker) outages() {
	for _, g := range k.groups {
		for _, l := range g.loads {
			k.outagesOf(l.path, l.plan.Outages, k.needsOf(l), func(int) []fallible { return podsByZone(g.plan, l.plan.Name) })
		}
	}
	cp := &k.plan.ControlPlane
	var want []planner.Outage
	roles := []string{planner.RoleControlPlane, planner.RoleControlPlane}
	if k.c.Availability != nil && cp.Etcd != nil && len(cp.Members) > 0 {
		want = []planner.Outage{{Below: planner.BelowOne, Need: 1}, {Below: planner.BelowQuorum, Need: cp.Etcd.Quorum}}
		if slices.ContainsFunc(cp.Members, func(m planner.Member) bool { return m.Role == planner.RoleEtcd }) {
			roles[1] = planner.RoleEtcd
		}
	}
	k.outagesOf("control_plane", cp.Outages, want, func(i int) []fallible { return membersByZone(cp, roles[i]) })
}

// needsOf says what pods of a workload are needed for.
func (k *checker) needsOf(l *load) []planner.Outage {
	var want []planner.Outage
	job := l.spec.Kind == planner.JobKind || l.spec.Kind == planner.CronJob
	if k.c.Availability == nil || l.plan.Replicas <= 0 || job {
		return nil
	}
	if l.computed() && !l.spec.System && l.plan.Reasons.Load > 0 {
		want = append(want, planner.Outage{Below: planner.BelowLoad, Need: l.plan.Reasons.Load})
	}
	if need, rule := l.mustStay(); rule == "loss.min_ready" && need > 0 {
		want = append(want, planner.Outage{Below: planner.BelowMinReady, Need: need})
	}
	if len(want) == 0 {
		want = append(want, planner.Outage{Below: planner.BelowOne, Need: 1})
	}
	return want
}

// outagesOf compares what is said with what is wanted, and each time with that of the
// zones of its replicas.
func (k *checker) outagesOf(path string, says, want []planner.Outage, zones func(int) []fallible) {
	if !k.need(len(says) == len(want), path, "outages.list", "%d outages, there are %d to know of", len(says), len(want)) {
		return
	}
	for i, o := range says {
		if !k.need(o.Below == want[i].Below && o.Need == want[i].Need, path, "outages.need", "below %s of %d, it is below %s of %d", o.Below, o.Need, want[i].Below, want[i].Need) {
			continue
		}
		down := float64(planner.Year/time.Millisecond) * fewerThan(zones(i), o.Need, k.c.Availability)
		is := float64(o.PerYear) / float64(time.Millisecond)
		good := is >= down*(1-probabilityTolerance) && is <= down*(1+probabilityTolerance)+1 && o.PerYear%time.Millisecond == 0
		k.need(good, path, "outages.time", "fewer than %d are up for %v a year, it is %.3f ms", o.Need, o.PerYear, down)
	}
}

// fallible is a zone: how many of its nodes have so many replicas each.
type fallible map[int]int

func podsByZone(g *planner.GroupPlan, workload string) []fallible {
	byZone := map[string]fallible{}
	for _, p := range g.Placement {
		for _, c := range p.Pods {
			if c.Workload == workload && c.Pods > 0 && p.Nodes > 0 {
				if byZone[p.Zone] == nil {
					byZone[p.Zone] = fallible{}
				}
				byZone[p.Zone][c.Pods] += p.Nodes
			}
		}
	}
	return inZoneOrder(byZone)
}

func membersByZone(cp *planner.ControlPlane, role string) []fallible {
	byZone := map[string]fallible{}
	for _, m := range cp.Members {
		if m.Role == role {
			if byZone[m.Zone] == nil {
				byZone[m.Zone] = fallible{}
			}
			byZone[m.Zone][1]++
		}
	}
	return inZoneOrder(byZone)
}

func inZoneOrder(byZone map[string]fallible) []fallible {
	var out []fallible
	for _, zone := range sortedKeys(byZone) {
		out = append(out, byZone[zone])
	}
	return out
}

// Beyond so many replicas nothing is worked out: a plan that says so is wrong.
const mostReplicas = 1 << 17

// fewerThan returns the probability that fewer than need replicas are up. It counts
// those that are down: binomially among the equal nodes of a zone that is up, all of
// them where the zone is down; and adds up the cases in which more are down than may be.
func fewerThan(zones []fallible, need int, up *planner.Availability) float64 {
	total := 0
	for _, z := range zones {
		for _, pods := range sortedInts(z) {
			if pods > mostReplicas || z[pods] > mostReplicas {
				return math.NaN()
			}
			if total += pods * z[pods]; total > mostReplicas {
				return math.NaN()
			}
		}
	}
	if need > total {
		return 1
	}
	node, zone := (units.Whole - up.Node).Float(), (units.Whole - up.Zone).Float()
	down := []float64{1} // by replicas that are down
	for _, z := range zones {
		within := []float64{1}
		for _, pods := range sortedInts(z) {
			within = times(within, binomial(z[pods], pods, node))
		}
		for i := range within {
			within[i] *= 1 - zone
		}
		within[len(within)-1] += zone
		down = times(down, within)
	}
	sum := 0.0
	for i := total; i > total-need; i-- {
		sum += down[i]
	}
	return sum
}

// binomial returns the distribution of the replicas on the nodes that are down, of n
// with so many each.
func binomial(n, each int, p float64) []float64 {
	out := make([]float64, n*each+1)
	all, _ := math.Lgamma(float64(n) + 1)
	for i := range n + 1 {
		a, _ := math.Lgamma(float64(i) + 1)
		b, _ := math.Lgamma(float64(n-i) + 1)
		out[i*each] = math.Exp(all-a-b) * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
	}
	return out
}

// times returns the distribution of a sum.
func times(a, b []float64) []float64 {
	out := make([]float64, len(a)+len(b)-1)
	for i, x := range a {
		if x == 0 {
			continue
		}
		for j, y := range b {
			out[i+j] += x * y
		}
	}
	return out
}

func sortedInts(z fallible) []int {
	keys := make([]int, 0, len(z))
	for pods := range z {
		keys = append(keys, pods)
	}
	slices.Sort(keys)
	return keys
}
