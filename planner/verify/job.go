package verify

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// ends reports whether pods of a workload run until their work is done.
func ends(w *planner.Workload) bool { return w.Kind == planner.JobKind || w.Kind == planner.CronJob }

// job checks how a job is worked off: that so many pods have turns enough for every
// attempt, and one fewer has not.
func (k *checker) job(g *group, l *load) {
	d, j := l.spec.Demand.Job, l.plan.Job
	if l.spec.Demand.Way != planner.FromJob {
		k.need(j == nil, l.path, "job.none", "runs are planned, none were asked for")
		return
	}
	if !k.need(d != nil && d.Duration > 0 && j != nil, l.path, "job.none", "nothing is said of how the runs are worked off") {
		return
	}
	path := l.path + ".job"
	runs, ok := k.grown(int64(d.Runs), l.spec.GrowthPerMonth)
	k.need(ok && j.Runs == int(runs), path, "job.runs", "%d runs a day, there are %d", j.Runs, int64(runs))
	k.interruption(g, path, j.Interruption)
	most := attempts(int64(j.Runs), d.Duration, j.Interruption)
	k.need(float64(j.Attempts) >= most*(1-targetSlack) && float64(j.Attempts) < most*(1+targetSlack)+1, path, "job.attempts",
		"%d attempts of %d runs, there are %g", j.Attempts, j.Runs, most)
	n := l.plan.Reasons.Load
	need := func(pods int) bool { return k.worksOff(d, j, pods) }
	k.need(need(n) && (n == 0 || !need(n-1)), path, "job.pods", "%d pods are not the fewest that do %d runs in turns of %v within %v", n, j.Attempts, d.Duration, d.FinishWithin)
	k.need((d.FinishWithin > 0) == (j.InTurn > 0) && (d.FinishWithin == 0 || time.Duration(j.InTurn) == d.FinishWithin/d.Duration), path, "job.in_turn", "%d runs of %v in turn within %v", j.InTurn, d.Duration, d.FinishWithin)
	takes := time.Duration(0)
	if d.FinishWithin > 0 && l.plan.Replicas > 0 {
		takes = d.Duration * time.Duration(units.CeilDiv(int64(j.Attempts), int64(l.plan.Replicas)))
	}
	k.need(j.Takes == takes && takes <= d.FinishWithin, path, "job.takes", "it takes %v, not %v, of %v", j.Takes, takes, d.FinishWithin)
	k.jobCost(g, l, path)
}

// worksOff reports whether so many pods do every attempt: in whole turns within the
// window, or over the day.
func (k *checker) worksOff(d *planner.Job, j *planner.JobPlan, pods int) bool {
	room := big.NewInt(int64(24 * time.Hour))
	if d.FinishWithin > 0 {
		room.SetInt64(int64(d.FinishWithin / d.Duration * d.Duration))
	}
	room.Mul(room, big.NewInt(int64(pods)))
	work := new(big.Int).Mul(big.NewInt(int64(j.Attempts)), big.NewInt(int64(d.Duration)))
	return work.Cmp(room) <= 0
}

// attempts is the mean number of runs that have to be begun, in whole runs' time: of a
// rate of r an hour and runs of d, runs · Σ (rd)^i / (i + 1)!.
func attempts(runs int64, d time.Duration, share units.Ratio) float64 {
	x := -math.Log1p(-share.Float()) / 730 * d.Hours()
	sum, term := 1.0, 1.0
	for i := 1; i < 400 && term > sum*1e-18; i++ {
		term *= x / float64(i+1)
		sum += term
	}
	return float64(runs) * sum
}

// interruption checks the share of machines that are taken away: at least what the
// catalog says of the spot machines that were chosen, and one that it says of some.
func (k *checker) interruption(g *group, path string, share units.Ratio) {
	least, spot := units.Ratio(0), false
	for i := range g.plan.Pools {
		p := &g.plan.Pools[i]
		if t := k.types[p.InstanceType]; t != nil && p.CapacityType == planner.Spot {
			least, spot = max(least, taken(t.Interruption)), true
		}
	}
	known := share == 0
	for i := range k.cat.Types {
		known = known || taken(k.cat.Types[i].Interruption) == share
	}
	k.need(share >= least && known && share < units.Whole && (share == 0 || spot || g.decl.Instances.CapacityType == planner.Spot), path, "job.interruption",
		"%s of machines are taken away in a month, the catalog says %s of those chosen", percent(share), percent(least))
}

// taken reads a band of interruptions: "5-10" is at most 10%, "20+" at least 20%.
func taken(band string) units.Ratio {
	var n int
	if _, end, ok := strings.Cut(band, "-"); ok {
		band = end
	}
	if _, err := fmt.Sscan(strings.TrimSuffix(band, "+"), &n); err != nil || n <= 0 || n >= 100 {
		return 0
	}
	return units.Ratio(n) * units.Percent
}

// jobCost checks the time of nodes and the price of a run, by pool: what the pods there
// request of a node, times their part of the work.
func (k *checker) jobCost(g *group, l *load, path string) {
	j := l.plan.Job
	var pods, share, cost float64
	known := j.Runs > 0
	names := planner.PoolNames(g.plan.Pools)
	for _, at := range g.plan.Placement {
		for _, c := range at.Pods {
			if c.Workload != l.spec.Name {
				continue
			}
			for i := range g.plan.Pools {
				if names[i] == at.Pool {
					p := &g.plan.Pools[i]
					n := float64(c.Pods) * float64(at.Nodes)
					of := n * dominant(&l.spec.Pod, p)
					pods, share, cost = pods+n, share+of, cost+of*float64(p.Price.Rate)
					known = known && p.Price.Known()
				}
			}
		}
	}
	if pods <= 0 || j.Runs == 0 {
		k.need(!j.CostPerRunKnown && j.NodeTime == 0, path, "job.cost", "a run costs something, and no pod has a place")
		return
	}
	hours := float64(j.Attempts) * l.spec.Demand.Job.Duration.Hours() / pods
	near := func(got, want float64) bool { return got >= want*(1-1e-6) && got <= want*(1+1e-4)+1 }
	k.need(near(float64(j.NodeTime), share*hours*float64(time.Hour)), path, "job.node_time", "%v of nodes a day, it is %g hours", j.NodeTime, share*hours)
	k.need(j.CostPerRunKnown == known, path, "job.cost", "whether the price of a run is known: %t", j.CostPerRunKnown)
	if known {
		k.need(near(float64(j.CostPerRun), cost*hours/float64(j.Runs)), path, "job.cost", "a run costs %s, it is $%.9f", dollars(j.CostPerRun), cost*hours/float64(j.Runs)/dollar)
	} else {
		k.need(j.CostPerRun == 0, path, "job.cost", "a price that is not known is %d", j.CostPerRun)
	}
}

// dominant is the largest share of a node of a pool that a pod requests.
func dominant(pod *planner.Pod, p *planner.Pool) float64 {
	free := p.Free()
	most := 0.0
	add := func(part, whole int64) {
		if part > 0 && whole > 0 {
			most = max(most, float64(part)/float64(whole))
		}
	}
	add(int64(pod.CPU), int64(free.CPU))
	add(int64(pod.Memory), int64(free.Memory))
	add(int64(pod.EphemeralStorage), int64(free.EphemeralStorage))
	add(1, int64(free.Pods))
	for _, r := range pod.Extended {
		for _, f := range free.Extended {
			if f.Name == r.Name {
				add(r.Count, f.Count)
			}
		}
	}
	return most
}
