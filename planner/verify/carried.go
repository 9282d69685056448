package verify

import (
	"math"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// sidecars checks that the pods of a group's workloads ask for what its sidecars do,
// at least: what else they ask for is the spec's word.
func (k *checker) sidecars(g *group) {
	var cpu units.MilliCPU
	var memory, storage units.Bytes
	for i := range k.c.Sidecars {
		s := &k.c.Sidecars[i]
		if len(s.NodeGroups) == 0 || slices.Contains(s.NodeGroups, g.decl.Name) {
			cpu, memory, storage = cpu+s.CPU, memory+s.Memory, storage+s.EphemeralStorage
		}
	}
	for _, l := range g.loads {
		if p := &l.spec.Pod; !l.spec.System {
			k.need(p.CPU >= cpu && p.Memory >= memory && p.EphemeralStorage >= storage, l.path+".pod", "sidecar.requests",
				"a pod asks for %s, %s and %s of storage, its sidecars alone for %s, %s and %s", cores(p.CPU), byteSize(p.Memory), byteSize(p.EphemeralStorage), cores(cpu), byteSize(memory), byteSize(storage))
		}
	}
}

// throughput returns what a workload carries, after growth where the plan is sized for
// the horizon, and false where nothing says it: what is stated, or the sum of what the
// workloads behind it carry. Growth rounds each part up to a millionth of a request a
// second.
func (k *checker) throughput(path string) (units.Rate, bool) {
	if c, found := k.carried[path]; found {
		return c.rate, c.known
	}
	w := k.declared(path)
	if w == nil {
		return 0, false
	}
	if k.carried == nil {
		k.carried = map[string]carried{}
	}
	k.carried[path] = carried{} // of one that fronts itself nothing is known
	var c carried
	if len(w.Demand.Fronts) == 0 {
		c.rate, c.known = k.grown(int64(w.Demand.Throughput), w.GrowthPerMonth)
	} else {
		c.known = true
		for _, part := range w.Demand.Fronts {
			rate, ok := k.throughput(part)
			if !ok || rate > math.MaxInt64-c.rate {
				c = carried{}
				break
			}
			c.rate += rate
		}
	}
	k.carried[path] = c
	return c.rate, c.known
}

// carried is what a workload carries, if that is known.
type carried struct {
	rate  units.Rate
	known bool
}

// grown is an amount at the horizon where the plan is sized for it, rounded up.
func (k *checker) grown(amount int64, perMonth units.Ratio) (units.Rate, bool) {
	if !k.c.Growth.SizeForHorizon {
		return units.Rate(amount), true
	}
	x := new(big.Rat).SetInt64(amount)
	factor := big.NewRat(int64(units.Whole+perMonth), int64(units.Whole))
	for range min(k.c.Growth.HorizonMonths, maxHorizon) {
		x.Mul(x, factor)
	}
	up, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		up.Add(up, big.NewInt(1))
	}
	return units.Rate(up.Int64()), up.IsInt64()
}

// maxHorizon is the longest growth that is worked out.
const maxHorizon = 1200

// declared returns the workload of the spec at an address, as it was sized for; nil
// where there is none.
func (k *checker) declared(path string) *planner.Workload {
	for i := range k.c.NodeGroups {
		g := &k.c.NodeGroups[i]
		for j := range g.Workloads {
			if g.Path()+".workload."+g.Workloads[j].Name == path {
				w := k.inItsWorld(path, g.Workloads[j])
				return &w
			}
		}
	}
	return nil
}

// carries checks what a workload's throughput is said to be, and what it is the sum of.
func (k *checker) carries(l *load) {
	d := &l.spec.Demand
	if d.Throughput == 0 && len(d.Fronts) == 0 {
		k.need(l.plan.Throughput == 0 && len(l.plan.Fronts) == 0, l.path, "workload.throughput", "a throughput of %d, none is stated", l.plan.Throughput)
		return
	}
	want, ok := k.throughput(l.path)
	// Documents of an earlier minor do not say what was stated.
	k.need(ok && (l.plan.Throughput == want || l.plan.Throughput == 0 && len(d.Fronts) == 0), l.path, "workload.throughput",
		"a throughput of %d millionths a second, it is %d", l.plan.Throughput, want)
	if !k.need(len(l.plan.Fronts) == len(d.Fronts), l.path+".fronts", "workload.fronts", "%d parts of the throughput, %d workloads are fronted", len(l.plan.Fronts), len(d.Fronts)) {
		return
	}
	for i, f := range l.plan.Fronts {
		part, ok := k.throughput(d.Fronts[i])
		k.need(ok && f.Workload == d.Fronts[i] && f.Throughput == part, l.path+".fronts", "workload.fronts",
			"%s carries %d, the spec fronts %s, which carries %d", f.Workload, f.Throughput, d.Fronts[i], part)
	}
}
