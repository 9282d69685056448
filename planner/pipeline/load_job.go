package pipeline

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// jobLoad is the work of a job and how it is worked off.
type jobLoad struct {
	demand.Job
	sizing demand.JobSizing
}

// fromJob sizes a workload that comes in runs.
func (w *work) fromJob(months int) error {
	w.computed = true
	spec := w.spec.Demand.Job
	if spec == nil || spec.Runs < 0 || spec.Duration <= 0 || spec.FinishWithin < 0 {
		return &planner.Infeasible{Path: w.path + ".job", Constraint: "it needs runs and how long one takes"}
	}
	runs, ok := demand.Grow(spec.Runs, w.spec.GrowthPerMonth, months)
	if !ok {
		return w.tooMany("job.runs", months)
	}
	j := &jobLoad{Job: demand.Job{
		Runs: runs, Duration: spec.Duration, Window: spec.FinishWithin, Interruptions: demand.Interruptions(w.interruption.Float()),
	}}
	var err error
	j.sizing, err = j.Size()
	if long, ok := errors.AsType[*demand.TooLongError](err); ok {
		return &planner.Infeasible{
			Path:       w.path + ".job.finish_within",
			Constraint: fmt.Sprintf("no number of pods is done within %s: one run takes %s", shortly(j.Window), shortly(j.Duration)),
			Margin:     shortly(long.Margin) + " too long",
			Remedy:     fmt.Sprintf("raise finish_within to %s, or split a run into shorter ones", shortly(j.Duration)),
		}
	}
	if err != nil {
		return w.tooMany("job.runs", months)
	}
	w.job, w.load, w.binding = j, j.sizing.Pods, "finish_within"
	if j.Window == 0 {
		w.binding = "runs"
	}
	return nil
}

// shortly writes a time as a spec does, without parts that are nothing: "2h", "1h30m".
func shortly(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// interruption returns the share of a group's machines that are taken away in a month,
// by the band of that admitted type of which it is highest, and whether any is known. It
// is 0 where machines are not bought as spot capacity.
func (m *maker) interruption(g *planner.NodeGroup) (share units.Ratio, known bool) {
	offers, err := m.offersFor(g)
	if err != nil {
		return 0, false // it is reported where types are chosen
	}
	return offers.interruption, offers.interrupted
}

// interruption is the highest band of the offers that are spot capacity.
func interruption(offers []offer) (share units.Ratio, known bool) {
	for i := range offers {
		if offers[i].capacity != planner.Spot {
			continue
		}
		if band, ok := bandEnd(offers[i].instance.Interruption); ok {
			share, known = max(share, band), true
		}
	}
	return share, known
}

// bandEnd returns the upper end of a band of interruptions, "5-10", or the lower end of
// one that has no upper, "20+".
func bandEnd(band string) (units.Ratio, bool) {
	end, open := strings.CutSuffix(band, "+")
	if !open {
		var ok bool
		if _, end, ok = strings.Cut(band, "-"); !ok {
			return 0, false
		}
	}
	n, err := strconv.Atoi(end)
	return units.Ratio(n) * units.Percent, err == nil && n > 0 && n < 100
}

// jobPlan says how a job is worked off by so many pods.
func (p *problem) jobPlan(w *work, a *answer, replicas int) *planner.JobPlan {
	s := w.job.sizing
	out := &planner.JobPlan{
		Runs: w.job.Runs, Interruption: w.interruption, Attempts: s.Attempts, InTurn: s.InTurn, CostPerRunKnown: true,
	}
	if replicas > 0 {
		out.Takes = w.job.Takes(s, replicas)
	}
	pools := p.pools(a)
	names := planner.PoolNames(pools)
	shares, prices := map[string]units.Ratio{}, map[string]units.USDPerHour{}
	for i := range pools {
		free := pools[i].Free()
		shares[names[i]], prices[names[i]] = shareOfNode(&w.spec.Pod, &free), pools[i].Price.Rate
	}
	// The mean over the pods, of the share and of its price.
	var share, cost, pods big.Int
	for _, at := range p.placements(a) {
		for _, c := range at.Pods {
			if c.Workload != w.spec.Name {
				continue
			}
			n := big.NewInt(int64(c.Pods * at.Nodes))
			of := new(big.Int).Mul(n, big.NewInt(int64(shares[at.Pool])))
			pods.Add(&pods, n)
			share.Add(&share, of)
			cost.Add(&cost, of.Mul(of, big.NewInt(int64(prices[at.Pool]))))
			for i := range pools {
				out.CostPerRunKnown = out.CostPerRunKnown && (names[i] != at.Pool || pools[i].Price.Known())
			}
		}
	}
	if pods.Sign() == 0 || w.job.Runs == 0 {
		out.CostPerRunKnown = false
		return out
	}
	work := new(big.Int).Mul(big.NewInt(int64(s.Attempts)), big.NewInt(int64(w.job.Duration)))
	whole := new(big.Int).Mul(&pods, big.NewInt(int64(units.Whole)))
	out.NodeTime = time.Duration(ceilQuo(share.Mul(&share, work), whole))
	if out.CostPerRunKnown {
		whole.Mul(whole, big.NewInt(int64(time.Hour)))
		whole.Mul(whole, big.NewInt(int64(w.job.Runs)))
		out.CostPerRun = units.USD(ceilQuo(cost.Mul(&cost, work), whole))
	}
	return out
}

// shareOfNode is the largest share of what a node offers that a pod requests of any
// resource, rounded up.
func shareOfNode(pod *planner.Pod, free *planner.Allocatable) units.Ratio {
	of := func(part, whole int64) units.Ratio {
		if part <= 0 || whole <= 0 {
			return 0
		}
		x := new(big.Int).Mul(big.NewInt(part), big.NewInt(int64(units.Whole)))
		return units.Ratio(ceilQuo(x, big.NewInt(whole)))
	}
	most := max(of(int64(pod.CPU), int64(free.CPU)), of(int64(pod.Memory), int64(free.Memory)), of(1, int64(free.Pods)), of(int64(pod.EphemeralStorage), int64(free.EphemeralStorage)))
	for _, r := range pod.Extended {
		for _, f := range free.Extended {
			if f.Name == r.Name {
				most = max(most, of(r.Count, f.Count))
			}
		}
	}
	return most
}

// ceilQuo returns a / b rounded up, and the largest number there is beyond it.
func ceilQuo(a, b *big.Int) int64 {
	q, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return q.Int64()
}

// jobAssumptions are what the plan of a job takes for granted.
func (m *maker) jobAssumptions(path string, g *planner.NodeGroup) []planner.Assumption {
	if g.Instances.CapacityType != planner.Spot {
		return nil
	}
	a := planner.Assumption{Path: path + ".job.interruption", Source: "catalog"}
	if share, known := m.interruption(g); known {
		a.Value = fmt.Sprintf("%d%% of spot machines are taken away in a month, the highest band of the admitted types; a run that is on one starts anew", share/units.Percent)
	} else {
		a.Value = "how often spot machines are taken away is not known: no run is counted as lost"
	}
	return []planner.Assumption{a}
}
