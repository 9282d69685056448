package pipeline_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// wideProblem is a random problem in which what clusters have beside plain demand comes
// together: estimates, proxies, days and autoscalers, jobs, load curves and limits.
func wideProblem(r *rand.Rand) *problem {
	p, d := randomProblem(r), dice{r}
	c := &p.cluster
	c.MaxUSDPerMonth = nil
	if c.Growth.PerMonth > 0 && d.chance(40) {
		c.Growth.Range = &planner.RatioRange{Low: c.Growth.PerMonth / 2, High: c.Growth.PerMonth * 2, Confidence: 80 * units.Percent}
	}
	var stated []string
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		g.Autoscaling = d.chance(60)
		if g.Role == planner.Batch && d.chance(60) {
			g.Workloads = slices.Insert(g.Workloads, 0, d.job(c)) // in the order of names
		}
		for j := range g.Workloads {
			w := &g.Workloads[j]
			d.open(w, c)
			if w.Demand.Throughput > 0 && g.Role != planner.Ingress {
				stated = append(stated, g.Path()+".workload."+w.Name)
			}
		}
	}
	for i := range c.NodeGroups {
		for j := range c.NodeGroups[i].Workloads {
			w := &c.NodeGroups[i].Workloads[j]
			if c.NodeGroups[i].Role == planner.Ingress && len(stated) > 0 && w.Demand.Way == planner.FromLoadTest && d.chance(70) {
				w.Demand.Fronts = slices.Clone(stated[:d.between(1, len(stated))])
				slices.Sort(w.Demand.Fronts)
				w.Demand.Throughput, w.Demand.ThroughputRange, w.DailyProfile = 0, nil, nil
			}
		}
	}
	d.ranges(p)
	if d.chance(40) {
		c.Quota = planner.Quota{OnDemandVCPUs: d.between(40, 400), SpotVCPUs: d.between(20, 200), Disk: units.Bytes(d.between(500, 4000)) * units.GiB}
	}
	for i := range p.catalog.Types {
		p.catalog.Types[i].Interruption = pick(d, "", "0-5", "5-10", "20+")
	}
	return p
}

// ranges draws a rule where anything is an estimate.
func (d dice) ranges(p *problem) {
	c := &p.cluster
	open := c.Growth.Range != nil
	for i := range c.NodeGroups {
		for _, w := range c.NodeGroups[i].Workloads {
			e := &w.Demand
			open = open || e.ThroughputRange != nil || e.ThroughputPerPodRange != nil || e.Service.Range != nil || e.CPUPerRequestRange != nil || w.GrowthRange != nil || e.Job != nil && e.Job.DurationRange != nil
		}
	}
	if open {
		c.Risk = pick(d, planner.Risk{Rule: planner.RiskPercentile, Share: units.Ratio(d.between(50, 95)) * units.Percent},
			planner.Risk{Rule: planner.RiskMid}, planner.Risk{Rule: planner.RiskCVaR, Share: 80 * units.Percent},
			planner.Risk{Rule: planner.RiskLeastRegret, Overspend: units.Whole, Shortfall: units.Ratio(d.between(1, 6)) * units.Whole})
	}
}

// open makes figures of a workload estimates, and gives it a day.
func (d dice) open(w *planner.Workload, c *planner.Cluster) {
	e := &w.Demand
	if e.Way == planner.FromLoadTest && d.chance(25) {
		e.Way, e.ThroughputPerPod = planner.FromCurve, 0
		e.Latency = []planner.LatencyTarget{{Statistic: planner.P99, Target: 200 * time.Millisecond}}
		e.LoadCurve = []planner.CurvePoint{{Throughput: 100 * units.PerSecond, P99: 50 * time.Millisecond}, {Throughput: 400 * units.PerSecond, P99: 150 * time.Millisecond}, {Throughput: 600 * units.PerSecond, P99: 400 * time.Millisecond}}
	}
	if e.Way == planner.FromLoadTest || e.Way == planner.FromLatency {
		if d.chance(50) && w.Pod.CPU > 0 {
			e.CPUPerRequest = time.Duration(d.between(100, 2000)) * time.Microsecond
			if e.Way == planner.FromLatency {
				e.CPUPerRequest *= 2
			}
		}
	}
	if e.Throughput > 0 {
		if d.chance(50) {
			e.ThroughputRange = &planner.RateRange{Low: e.Throughput * 8 / 10, High: e.Throughput * units.Rate(d.between(11, 20)) / 10, Confidence: 80 * units.Percent}
		}
		switch d.IntN(4) {
		case 0:
			w.DailyProfile = &planner.DailyProfile{Trough: units.Ratio(d.between(5, 90)) * units.Percent}
		case 1:
			p := &planner.DailyProfile{}
			for range planner.HoursOfDay {
				p.Hours = append(p.Hours, units.Ratio(d.between(0, 100))*units.Percent)
			}
			p.Hours[d.IntN(planner.HoursOfDay)] = units.Whole
			w.DailyProfile = p
		}
		if d.chance(50) {
			w.Autoscaler = &planner.HorizontalPodAutoscaler{}
			if d.chance(30) {
				w.Autoscaler.MinReplicas = d.between(1, 4)
			}
			if d.chance(20) {
				w.Autoscaler.MaxReplicas = d.between(20, 60)
			}
			if d.chance(20) {
				w.Autoscaler.TargetCPUUtilization = units.Ratio(d.between(20, 70)) * units.Percent
			}
		}
	}
	if e.ThroughputPerPod > 0 && d.chance(25) {
		e.ThroughputPerPodRange = &planner.RateRange{Low: e.ThroughputPerPod * 7 / 10, High: e.ThroughputPerPod * 11 / 10, Confidence: 90 * units.Percent}
	}
	if e.Way == planner.FromLatency && d.chance(25) {
		e.Service.Range = &planner.RatioRange{Low: 90 * units.Percent, High: 115 * units.Percent, Confidence: 80 * units.Percent}
	}
	if c.Growth.PerMonth > 0 && d.chance(20) && (e.Way != planner.GivenReplicas || w.MinReady == nil) {
		w.GrowthPerMonth, w.GrowsReplicas = units.Ratio(d.between(1, 10))*units.Percent, true
		if d.chance(50) {
			w.GrowthRange = &planner.RatioRange{Low: -w.GrowthPerMonth / 2, High: 2 * w.GrowthPerMonth, Confidence: 80 * units.Percent}
		}
	}
}

// job draws runs that end.
func (d dice) job(c *planner.Cluster) planner.Workload {
	j := &planner.Job{Runs: d.between(1, 400), Duration: time.Duration(d.between(1, 240)) * time.Minute}
	if d.chance(60) {
		j.FinishWithin = j.Duration * time.Duration(d.between(1, 5))
	}
	if d.chance(60) {
		j.DurationRange = &planner.TimeRange{Low: j.Duration / 2, High: j.Duration * 2, Confidence: 80 * units.Percent}
		j.FinishWithin *= 4
	}
	return planner.Workload{
		Name: "a-job", Kind: pick(d, planner.JobKind, planner.CronJob), Recovery: planner.Reschedule, GrowthPerMonth: c.Growth.PerMonth,
		Demand: planner.Demand{Way: planner.FromJob, Job: j},
		Pod:    planner.Pod{CPU: pick[units.MilliCPU](d, 250, 1000, 2000), Memory: units.GiB},
	}
}

// TestWidePlansAreValid: whatever features come together, plans pass the verifier on every
// ground, and what cannot be planned says why.
func TestWidePlansAreValid(t *testing.T) {
	grounds := []func(dice, *problem){func(dice, *problem) {}, onEqualZones, onOwnControlPlane, onOwnMachines}
	seeds := sample(400)
	refused, spread, followed, short := 0, 0, 0, 0
	for seed := range uint64(seeds) {
		p := wideProblem(rand.New(rand.NewPCG(seed, 40)))
		grounds[seed%4](dice{rand.New(rand.NewPCG(seed, 41))}, p)
		if seed%4 < 3 && seed/4%2 == 0 { // machines of one's own are in the zones that they are in
			splitSome(dice{rand.New(rand.NewPCG(seed, 42))}, p)
		}
		plan, err := p.make(t)
		if err != nil {
			refused++
			checkInfeasible(t, seed, err)
			continue
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
		spread, short = spread+count(plan.Uncertainty != nil), short+len(plan.RunsOut)
		for i := range plan.NodeGroups {
			followed += count(plan.NodeGroups[i].Day != nil)
		}
	}
	if refused > seeds/2 || spread < seeds/4 || followed < seeds/10 {
		t.Error("the generator draws too few of what it is for")
	}
	t.Logf("%d of %d cannot be met, %d have estimates, %d groups follow the day, %d run out", refused, seeds, spread, followed, short)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
