package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// pairs plans many random problems, each before and after a change, and hands
// the pairs that both have a plan to check. There must be many.
func pairs(t *testing.T, change func(d dice, p *problem), check func(seed uint64, before, after *planner.Plan)) {
	t.Helper()
	pairsOf(t, func(*problem) {}, change, check)
}

// oneType keeps groups from mixing types: the search over mixes is not exhaustive.
func oneType(p *problem) {
	for i := range p.cluster.NodeGroups {
		p.cluster.NodeGroups[i].Instances.MaxTypes = 1
	}
}

// pairsOf is pairs of problems that are first brought into a form.
func pairsOf(t *testing.T, form func(p *problem), change func(d dice, p *problem), check func(seed uint64, before, after *planner.Plan)) {
	t.Helper()
	seeds := sample(200)
	both := 0
	for seed := range uint64(seeds) {
		p, changed := randomProblem(rand.New(rand.NewPCG(seed, 1))), randomProblem(rand.New(rand.NewPCG(seed, 1)))
		p.cluster.MaxUSDPerMonth, changed.cluster.MaxUSDPerMonth = nil, nil
		form(p)
		form(changed)
		before, err := p.make(t)
		if err != nil {
			continue
		}
		change(dice{rand.New(rand.NewPCG(seed, 2))}, changed)
		after, err := changed.make(t)
		if err != nil {
			if !errors.Is(err, planner.ErrInfeasible) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			continue
		}
		both++
		check(seed, &before, &after)
	}
	if both < seeds/2 {
		t.Errorf("only %d of %d problems have a plan before and after", both, seeds)
	}
}

func TestOrderOfListsDoesNotMatter(t *testing.T) {
	pairs(t, func(d dice, p *problem) {
		shuffle(d, p.catalog.Types)
		shuffle(d, p.cluster.NodeGroups)
		for i := range p.cluster.NodeGroups {
			shuffle(d, p.cluster.NodeGroups[i].Workloads)
		}
	}, func(seed uint64, before, after *planner.Plan) {
		if !reflect.DeepEqual(before, after) {
			t.Errorf("seed %d: shuffled types, groups and workloads give another plan", seed)
		}
	})
}

func shuffle[T any](d dice, list []T) {
	d.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func TestMakeLeavesItsArgumentsAlone(t *testing.T) {
	for seed := range uint64(sample(50)) {
		p, same := randomProblem(rand.New(rand.NewPCG(seed, 0))), randomProblem(rand.New(rand.NewPCG(seed, 0)))
		for _, q := range []*problem{p, same} {
			d := dice{rand.New(rand.NewPCG(seed, 1))}
			shuffle(d, q.catalog.Types)
			shuffle(d, q.cluster.NodeGroups)
		}
		if _, err := p.make(t); err != nil && !errors.Is(err, planner.ErrInfeasible) {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(p, same) {
			t.Errorf("seed %d: Make changed what it was given", seed)
		}
	}
}

// TestDoubledPrices: the choice rests on the ratio of prices alone, so that twice
// the prices are the same machines at twice the bill.
func TestDoubledPrices(t *testing.T) {
	pairs(t, func(_ dice, p *problem) {
		for i := range p.catalog.Types {
			p.catalog.Types[i].OnDemand.Rate *= 2
			p.catalog.Types[i].Spot.Rate *= 2
		}
		for i := range p.catalog.Fees {
			p.catalog.Fees[i].Price.Rate *= 2
		}
		for i := range p.catalog.Disks {
			d := &p.catalog.Disks[i]
			d.PerGiB.Amount *= 2
			d.PerIOPS.Amount *= 2
			d.PerMiBps.Amount *= 2
		}
	}, func(seed uint64, before, after *planner.Plan) {
		for i := range before.NodeGroups {
			a, b := &before.NodeGroups[i], &after.NodeGroups[i]
			if !reflect.DeepEqual(a.Placement, b.Placement) || !reflect.DeepEqual(a.Workloads, b.Workloads) {
				t.Errorf("seed %d: %s has other machines or pods at twice the prices", seed, a.Name)
			}
		}
		if after.Cost.Known != 2*before.Cost.Known || after.Cost.Total.Known != before.Cost.Total.Known {
			t.Errorf("seed %d: %d at twice the prices, it was %d", seed, after.Cost.Known, before.Cost.Known)
		}
	})
}

// TestMoreRedundancyIsNotCheaper: what survives the loss of a node more survives
// that of one less.
func TestMoreRedundancyIsNotCheaper(t *testing.T) {
	pairsOf(t, oneType, func(d dice, p *problem) {
		g := &p.cluster.NodeGroups[d.IntN(len(p.cluster.NodeGroups))]
		g.Redundancy.Nodes++
	}, func(seed uint64, before, after *planner.Plan) {
		notCheaper(t, seed, before, after)
	})
}

// notCheaper compares plans whose prices are all known.
func notCheaper(t *testing.T, seed uint64, before, after *planner.Plan) {
	t.Helper()
	if before.Cost.Total.Known && after.Cost.Total.Known && after.Cost.Total.Rate < before.Cost.Total.Rate {
		t.Errorf("seed %d: %d billionths of a dollar an hour where more is asked for, %d where less is", seed, after.Cost.Total.Rate, before.Cost.Total.Rate)
	}
}

// TestMoreThroughputIsNotFewerReplicas. Replicas that static recovery adds depend
// on the nodes, which a greater load may put on more and smaller ones; all else
// rises with the load.
func TestMoreThroughputIsNotFewerReplicas(t *testing.T) {
	pairs(t, func(d dice, p *problem) {
		for i := range p.cluster.NodeGroups {
			for j := range p.cluster.NodeGroups[i].Workloads {
				w := &p.cluster.NodeGroups[i].Workloads[j]
				w.Demand.Throughput = w.Demand.Throughput * units.Rate(100+d.between(1, 60)) / 100
			}
		}
	}, func(seed uint64, before, after *planner.Plan) {
		for i := range before.NodeGroups {
			for j := range before.NodeGroups[i].Workloads {
				a, b := before.NodeGroups[i].Workloads[j], after.NodeGroups[i].Workloads[j]
				bare := func(w *planner.WorkloadPlan) int { return w.Replicas - w.Reasons.Node - w.Reasons.Zone }
				if b.Reasons.Load < a.Reasons.Load || bare(&b) < bare(&a) {
					t.Errorf("seed %d: %s: %+v for more throughput than %+v", seed, a.Name, b.Reasons, a.Reasons)
				}
			}
		}
	})
}

// TestAnotherOfferIsNotDearer: the scan is exact over the offers, so that one
// more never raises the cost.
func TestAnotherOfferIsNotDearer(t *testing.T) {
	pairsOf(t, oneType, func(d dice, p *problem) {
		vcpus := pick(d, 2, 4, 8, 16)
		p.catalog.Types = append(p.catalog.Types, machine("m9.new", vcpus, units.Bytes(vcpus)*4, int64(d.between(15, 60)*vcpus)))
	}, func(seed uint64, before, after *planner.Plan) {
		notCheaper(t, seed, after, before)
	})
}

// encode writes a plan as bytes, with the fields in the order of the types.
func encode(t *testing.T, plan *planner.Plan) []byte {
	t.Helper()
	b, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSameInputSameBytes(t *testing.T) {
	procs := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(procs) })
	for seed := range uint64(10) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 0)))
		first, firstErr := p.make(t)
		for run := range 20 {
			runtime.GOMAXPROCS(1 + run%2)
			again, err := p.make(t)
			if (err == nil) != (firstErr == nil) || err != nil && err.Error() != firstErr.Error() {
				t.Fatalf("seed %d, run %d: %v, it was %v", seed, run, err, firstErr)
			}
			if !slices.Equal(encode(t, &again), encode(t, &first)) {
				t.Fatalf("seed %d: run %d gives another plan", seed, run)
			}
		}
	}
}

// TestContextEnds: a plan that nobody waits for is given up, before it starts or
// on the way, and the error says why.
func TestContextEnds(t *testing.T) {
	why := errors.New("nobody waits")
	p := rich()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := pipeline.Make(ctx, p.cluster, p.catalog, p.provider, pipeline.Options{}); !errors.Is(err, why) {
		t.Errorf("cancelled before it starts: %v", err)
	}
	sized := 0
	ctx, cancel = context.WithCancelCause(t.Context())
	p.provider.onSize = func() {
		if sized++; sized == 3 {
			cancel(why)
		}
	}
	if _, err := pipeline.Make(ctx, p.cluster, p.catalog, p.provider, pipeline.Options{}); !errors.Is(err, why) || errors.Is(err, planner.ErrInfeasible) {
		t.Errorf("cancelled on the way: %v", err)
	}
}

// rich asks for something of everything, on a market with a type of each kind.
func rich() *problem {
	web := group("web", planner.App, abc(), planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
		tested("api", 4000*units.PerSecond, 450*units.PerSecond, 500, units.GiB), given("cart", 6, 1000, 2*units.GiB), latencyBound("search"))
	web.Instances.Families = []string{"m*", "c*"}
	web.Workloads[1].MinReady = new(units.Count(3))
	proxy := tested("proxy", 6000*units.PerSecond, 2500*units.PerSecond, 1000, units.GiB)
	proxy.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey), hard(planner.HostnameKey)}
	proxy.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	edge := group("edge", planner.Ingress, abc(), planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Static}, proxy)
	edge.Taints = []planner.Taint{{Key: "group", Value: "edge", Effect: planner.NoSchedule}}
	jobs := group("jobs", planner.Batch, []string{"b"}, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, given("thumbs", 5, 1000, 2*units.GiB))
	jobs.Instances.CapacityType = planner.Spot
	p := &problem{cluster: cluster(abc(), edge, jobs, web), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
	p.cluster.DaemonSets = []planner.DaemonSet{{Name: "logs", CPU: 200, Memory: 512 * units.MiB, NodeGroups: []string{"jobs", "web"}}}
	p.cluster.MaxUSDPerMonth = new(9000 * units.Dollar)
	p.cluster.Upgrade = &planner.Upgrade{To: "1.37", Strategy: "compare"}
	p.cluster.Growth = planner.Growth{PerMonth: 5 * units.Percent, HorizonMonths: 3}
	for i := range p.cluster.NodeGroups[2].Workloads {
		p.cluster.NodeGroups[2].Workloads[i].GrowthPerMonth = 5 * units.Percent
	}
	p.cluster.Pricing.Commitments = []planner.Commitment{
		{Name: "any", Type: planner.ComputeSavingsPlan, USDPerHour: 50 * thousandth, Discount: 27 * units.Percent, Expires: "2027-01-01"},
		{Name: "ended", Type: planner.ComputeSavingsPlan, USDPerHour: 50 * thousandth, Discount: 27 * units.Percent, Expires: "2026-11-20"},
		{Name: "family", Type: planner.InstanceSavingsPlan, USDPerHour: 5000 * thousandth, Family: "c7i", Discount: 33 * units.Percent},
	}
	defer func() {
		for i := range p.catalog.Types {
			t := &p.catalog.Types[i]
			t.Commitments = []catalogs.Commitment{forYears(1, int64(t.OnDemand.Rate/thousandth)*7/10, "monthly"), forYears(3, int64(t.OnDemand.Rate/thousandth)*5/10, "monthly")}
			if !t.OnDemand.Known() {
				t.Commitments = nil
			}
		}
	}()
	p.cluster.Availability = &planner.Availability{Node: 995_000, Zone: 999_500}
	p.cluster.Assumptions = []planner.Assumption{
		{Path: "node_group.edge.redundancy.nodes", Value: "2", Source: "role ingress"},
		{Path: "node_group.web.redundancy.nodes", Value: "1", Source: "role app"},
	}
	burst := machine("t3.xlarge", 4, 16, 100)
	burst.Burstable, burst.BaselineCPU = true, 1600
	arm := machine("m7g.xlarge", 4, 16, 120)
	arm.Architecture = catalogs.ARM64
	p.catalog = catalog(machine("c7i.xlarge", 4, 8, 180), machine("c7i.2xlarge", 8, 16, 360), machine("m7i.large", 2, 8, 100),
		machine("m7i.xlarge", 4, 16, 200), machine("m7i.2xlarge", 8, 32, 400), machine("m7x.2xlarge", 8, 32, 0), burst, arm)
	return p
}
