package document_test

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// day is the date of everything in the plan.
const day units.Date = "2026-11-20"

// diskRate is the hourly price of a root disk at 4 dollars a month, rounded up:
// 4 / 730 = 0.00547945205...
const diskRate units.USDPerHour = 5_479_453

// cents returns a rate of hundredths of a dollar an hour.
func cents(n int64) units.USDPerHour { return units.USDPerHour(n) * units.DollarPerHour / 100 }

func known(r units.USDPerHour) planner.Amount { return planner.Amount{Rate: r, Known: true} }

// shop returns a plan made by hand, of three groups over three zones. Its prices
// are round numbers that make sums easy to check, not anybody's list prices:
//
//	web      6 x 0.40 = 2.40 USD/h = 1,752.00 USD/month
//	ingress  3 x 0.10 = 0.30 USD/h =   219.00 USD/month
//	batch    2 x 0.05 = 0.10 USD/h =    73.00 USD/month
//	disks   11 x 4.00 USD/month    =    44.00 USD/month
//	control plane 0.10 USD/h       =    73.00 USD/month
//	in all                           2,161.00 USD/month
//
// For three years web costs 0.96 and ingress 0.15, for one year web alone 1.50 or,
// paid by the month, 1.56.
func shop() *planner.Plan {
	p := &planner.Plan{
		Spec: planner.SpecInfo{
			SHA256:    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			Variables: []planner.Variable{{Name: "peak_rps", JSON: "1200"}},
		},
		Cluster: cluster(),
		Catalog: planner.CatalogInfo{
			Source: "snapshot", Date: day,
			SHA256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
		},
		Offers: []catalogs.InstanceType{
			offer("c6i.xlarge", 4, 8, cents(17), "listed"),
			offer("c7i.large", 2, 4, cents(10), "family"),
			offer("m7i.2xlarge", 8, 32, cents(40), "listed"),
		},
		NodeGroups: []planner.GroupPlan{batch(), ingress(), web()},
		ControlPlane: planner.ControlPlane{
			Mode: "managed", Tier: "standard", Support: "standard", SupportEnds: "2027-03-27",
			Fees: []planner.FeeLine{{Name: "standard", Price: catalogs.Price{Rate: cents(10), Basis: catalogs.Listed, Date: day, Source: "fees"}}},
		},
		Upgrade:  upgrade(),
		Growth:   growth(),
		Cost:     cost(),
		Findings: findings(),
	}
	p.Assumptions = append(p.Assumptions, p.Cluster.Assumptions...)
	p.Assumptions = append(p.Assumptions, planner.Assumption{
		Path: "upgrade.boot", Value: `"5m"`, Source: "model of EKS upgrades",
	})
	return p
}

// offer is a row of the catalog with memory in GiB. The c6i.xlarge has a spot
// price of 0.05.
func offer(name string, vcpus int, memory units.Bytes, rate units.USDPerHour, basis catalogs.Basis) catalogs.InstanceType {
	t := catalogs.InstanceType{
		Name: name, Family: name[:3], Generation: int(name[1] - '0'), Architecture: catalogs.AMD64, VCPUs: vcpus,
		Memory: memory * units.GiB, ENIs: 4, IPv4PerENI: 15, NetworkMbps: 3125, DiskMbps: 10_000, Hypervisor: "nitro",
		OnDemand: catalogs.Price{Rate: rate, Basis: basis, Date: day, Source: "prices"},
	}
	if name == "c6i.xlarge" {
		t.Spot = catalogs.Price{Rate: cents(5), Basis: catalogs.Secondary, Date: day, Source: "spot"}
		t.SpotStatistic, t.Interruption = "mean_90d", "5-10"
	}
	return t
}

func web() planner.GroupPlan {
	disk := planner.Disk{Type: "gp3", Size: 50 * units.GiB}
	return planner.GroupPlan{
		Name: "web", Role: planner.App, Nodes: 6, MinNodes: 6, MaxNodes: 6,
		Pools: []planner.Pool{{
			InstanceType: "m7i.2xlarge", CapacityType: planner.OnDemand, Nodes: 6,
			NodesByZone: zones(2),
			Allocatable: planner.Allocatable{
				CPU: 7910, Memory: 31_482_445_824, Pods: 58, EphemeralStorage: 47_233_297_124,
				Steps: []planner.AllocatableStep{
					{Resource: "cpu", What: "8 vCPU", Amount: 8000},
					{Resource: "cpu", What: "kube-reserved: 6% of the first core, 1% of the second, 0.5% of two, 0.25% of the rest", Amount: -90},
				},
			},
			DaemonSets: []planner.DaemonSet{
				{Name: "aws-node", CPU: 50},
				{Name: "kube-proxy", CPU: 100},
			},
			Price:     catalogs.Price{Rate: cents(40), Basis: catalogs.Listed, Date: day, Source: "prices"},
			RootDisks: []planner.Disk{disk},
		}},
		Workloads: []planner.WorkloadPlan{
			{Name: "catalog", Replicas: 13, Pod: planner.Pod{CPU: 1000, Memory: units.GiB, MemoryLimit: units.GiB}, Reasons: planner.ReplicaReasons{Load: 12, Spare: 1}, Binding: "load test", PerPod: 308 * units.PerSecond, ReadyAtWorst: 8},
			{
				Name: "checkout", Replicas: 24, Pod: planner.Pod{CPU: 500, Memory: 768 * units.MiB}, Reasons: planner.ReplicaReasons{Load: 21, Spare: 1, Rollout: 2}, Binding: "p99",
				Latency: []planner.LatencyPrediction{
					{Statistic: planner.P99, Target: 250 * time.Millisecond, Predicted: 83_400 * time.Microsecond, During: "normal", Model: "M/G/k per pod, random, lognormal"},
					{Statistic: planner.P99, Target: 250 * time.Millisecond, Predicted: 131 * time.Millisecond, During: "rollout", Model: "M/G/k per pod, random, lognormal"},
				},
				Utilization: 62 * units.Percent, PerPod: 50 * units.PerSecond, ReadyAtWorst: 16,
			},
			{Name: "coredns", System: true, Replicas: 2, Pod: planner.Pod{CPU: 100, Memory: 70 * units.MiB, MemoryLimit: 170 * units.MiB}, Reasons: planner.ReplicaReasons{Load: 2}, Binding: "given", ReadyAtWorst: 1},
		},
		Placement: []planner.Placement{
			{Pool: "m7i.2xlarge", Zone: "us-east-1a", Nodes: 2, Pods: []planner.PodCount{{Workload: "catalog", Pods: 2}, {Workload: "checkout", Pods: 4}}},
			{Pool: "m7i.2xlarge", Zone: "us-east-1b", Nodes: 2, Pods: []planner.PodCount{{Workload: "catalog", Pods: 2}, {Workload: "checkout", Pods: 4}}},
			{Pool: "m7i.2xlarge", Zone: "us-east-1c", Nodes: 1, Pods: []planner.PodCount{{Workload: "catalog", Pods: 3}, {Workload: "checkout", Pods: 4}, {Workload: "coredns", Pods: 1}}},
			{Pool: "m7i.2xlarge", Zone: "us-east-1c", Nodes: 1, Pods: []planner.PodCount{{Workload: "catalog", Pods: 2}, {Workload: "checkout", Pods: 4}, {Workload: "coredns", Pods: 1}}},
		},
		// 6 x 7,760m and 31,482,445,824 bytes less what is free.
		Requests: planner.Requests{CPU: 28_160, Memory: 68_635_590_656, Pods: 39},
		Usage:    planner.Usage{CPU: 604_000, Memory: 396_000, Pods: 80_000},
		Cost:     known(cents(240)), LowerBound: cents(160), Gap: 500_000,
		Duals:   planner.Duals{Core: 38_000_000, GiB: 1_500_000},
		Binding: planner.Binding{Resource: "cpu", During: "zone_loss", Workload: "checkout"},
		Survives: []planner.Drill{
			{Event: "any 1 node", Tried: 6, Held: 6, Tightest: "loss of a node in us-east-1a: 12.4 of 38.8 vCPU stay free", FreeCPU: 319_000},
			{Event: "any 1 zone", Tried: 3, Held: 3, Tightest: "loss of us-east-1a: 3.1 of 31 vCPU stay free", FreeCPU: 100_000},
		},
		RedundancyCost: []planner.RedundancyStep{
			{Step: "bare", Nodes: 4, Added: known(4 * cents(40))},
			{Step: "node", Nodes: 5, Added: known(cents(40))},
			{Step: "zone", Nodes: 6, Added: known(cents(40))},
		},
		Guarantees: []planner.GuaranteePrice{
			{Guarantee: planner.Packed, InstanceType: "m7i.2xlarge", Nodes: 6, Cost: known(cents(240)), Proof: "a placement was found; the lower bound is 5"},
			{Guarantee: planner.Scheduled, InstanceType: "m7i.2xlarge", Nodes: 6, Cost: known(cents(240)), Proof: "the modelled kube-scheduler places every pod"},
			{Guarantee: planner.AnyOrder, InstanceType: "m7i.2xlarge", NotProved: "hard topology spread of checkout"},
			{Guarantee: planner.AnyOrder, InstanceType: "m7i.4xlarge", Nodes: 4, Cost: known(cents(320)), Proof: "whatever runs where, 2 nodes leave room for a pod of checkout"},
		},
		Committed: []planner.CommittedCost{
			commitment(1, "all-upfront", cents(150), 375_000), commitment(1, "no-upfront", cents(156), 350_000),
			commitment(3, "all-upfront", cents(96), 600_000),
		},
		Alternatives: []planner.Alternative{
			{InstanceType: "m7i.4xlarge", Nodes: 3, Cost: known(cents(240) + 3*5_479_453), Difference: -6756, LargestNodeShare: 333_333},
			{InstanceType: "m6i.2xlarge", Nodes: 7, Cost: known(cents(280) + 7*5_479_453), Difference: 166_666, LargestNodeShare: 142_857},
		},
		Headroom: planner.Headroom{CPU: 18_400, Memory: 112 * units.GiB, Pods: 309},
	}
}

func ingress() planner.GroupPlan {
	return planner.GroupPlan{
		Name: "ingress", Role: planner.Ingress, Nodes: 3, MinNodes: 3, MaxNodes: 3,
		Pools: []planner.Pool{{
			InstanceType: "c7i.large", CapacityType: planner.OnDemand, Nodes: 3, NodesByZone: zones(1),
			Allocatable: planner.Allocatable{CPU: 1930, Memory: 3_400_000_000, Pods: 29, EphemeralStorage: 47_233_297_124},
			DaemonSets:  []planner.DaemonSet{{Name: "aws-node", CPU: 50}, {Name: "kube-proxy", CPU: 100}},
			Price:       catalogs.Price{Rate: cents(10), Basis: catalogs.Family, Date: day, Source: "prices"},
			RootDisks:   []planner.Disk{{Type: "gp3", Size: 50 * units.GiB}},
		}},
		Workloads: []planner.WorkloadPlan{{
			Name: "ingress-nginx", Replicas: 3, Pod: planner.Pod{CPU: 1000, Memory: units.GiB}, Reasons: planner.ReplicaReasons{Load: 1, Spare: 1, Zone: 1},
			Binding: "load test", PerPod: 833_333_334, ReadyAtWorst: 2,
		}},
		Placement: []planner.Placement{
			{Pool: "c7i.large", Zone: "us-east-1a", Nodes: 1, Pods: []planner.PodCount{{Workload: "ingress-nginx", Pods: 1}}},
			{Pool: "c7i.large", Zone: "us-east-1b", Nodes: 1, Pods: []planner.PodCount{{Workload: "ingress-nginx", Pods: 1}}},
			{Pool: "c7i.large", Zone: "us-east-1c", Nodes: 1, Pods: []planner.PodCount{{Workload: "ingress-nginx", Pods: 1}}},
		},
		Requests: planner.Requests{CPU: 3000, Memory: 3_757_549_056, Pods: 3},
		Usage:    planner.Usage{CPU: 562_000, Memory: 316_000, Pods: 37_000},
		Cost:     known(cents(30)), LowerBound: cents(10), Gap: 2_000_000,
		Duals:    planner.Duals{Core: 50_000_000},
		Binding:  planner.Binding{Resource: "spread", During: "node_loss"},
		Survives: []planner.Drill{{Event: "any 1 node", Tried: 3, Held: 3, Tightest: "loss of a node in us-east-1b: 1.6 of 3.6 vCPU stay free", FreeCPU: 438_000}},
		RedundancyCost: []planner.RedundancyStep{
			{Step: "bare", Nodes: 1, Added: known(cents(10))},
			{Step: "node", Nodes: 3, Added: known(2 * cents(10))},
			{Step: "zone", Nodes: 3, Added: known(0)},
		},
		Committed: []planner.CommittedCost{commitment(3, "all-upfront", cents(15), 500_000)},
		Headroom:  planner.Headroom{CPU: 2340, Memory: 6 * units.GiB, Pods: 78},
	}
}

func batch() planner.GroupPlan {
	return planner.GroupPlan{
		Name: "batch", Role: planner.Batch, Nodes: 2, MinNodes: 2, MaxNodes: 2,
		Pools: []planner.Pool{{
			InstanceType: "c6i.xlarge", CapacityType: planner.Spot, Nodes: 2,
			NodesByZone: []planner.ZoneCount{{Zone: "us-east-1a", Nodes: 1}, {Zone: "us-east-1b", Nodes: 1}},
			Allocatable: planner.Allocatable{CPU: 3920, Memory: 7_000_000_000, Pods: 58, EphemeralStorage: 47_233_297_124},
			DaemonSets:  []planner.DaemonSet{{Name: "aws-node", CPU: 50}, {Name: "kube-proxy", CPU: 100}},
			Price:       catalogs.Price{Rate: cents(5), Basis: catalogs.Secondary, Date: day, Source: "spot"},
			RootDisks:   []planner.Disk{{Type: "gp3", Size: 50 * units.GiB}},
		}},
		Workloads: []planner.WorkloadPlan{{Name: "thumbnails", Replicas: 3, Pod: planner.Pod{CPU: 1000, Memory: 2 * units.GiB}, Reasons: planner.ReplicaReasons{Load: 3}, Binding: "given", ReadyAtWorst: 1}},
		Placement: []planner.Placement{
			{Pool: "c6i.xlarge", Zone: "us-east-1a", Nodes: 1, Pods: []planner.PodCount{{Workload: "thumbnails", Pods: 2}}},
			{Pool: "c6i.xlarge", Zone: "us-east-1b", Nodes: 1, Pods: []planner.PodCount{{Workload: "thumbnails", Pods: 1}}},
		},
		Requests: planner.Requests{CPU: 3000, Memory: 6_483_807_232, Pods: 3},
		Usage:    planner.Usage{CPU: 398_000, Memory: 460_000, Pods: 27_000},
		Cost:     known(cents(10)), LowerBound: cents(5), Gap: units.Whole,
		Binding:  planner.Binding{Resource: "memory", During: "node_loss"},
		Survives: []planner.Drill{{Event: "any 1 node", Tried: 2, Held: 2, Tightest: "loss of a node in us-east-1a: 0.8 of 3.8 vCPU stay free", FreeCPU: 204_000}},
		RedundancyCost: []planner.RedundancyStep{
			{Step: "bare", Nodes: 1, Added: known(cents(5))},
			{Step: "node", Nodes: 2, Added: known(cents(5))},
		},
		Headroom: planner.Headroom{CPU: 4540, Memory: 7 * units.GiB, Pods: 109},
	}
}

// commitment prices all nodes of a group, with the share that is saved.
func commitment(years int, payment string, rate units.USDPerHour, saving units.Ratio) planner.CommittedCost {
	return planner.CommittedCost{
		Kind: "savings_plan_or_reserved", TermYears: years, Payment: payment, Rate: rate, Saving: saving, Basis: catalogs.Secondary, Date: day,
	}
}

// zones puts n nodes in each of the three zones.
func zones(n int) []planner.ZoneCount {
	return []planner.ZoneCount{{Zone: "us-east-1a", Nodes: n}, {Zone: "us-east-1b", Nodes: n}, {Zone: "us-east-1c", Nodes: n}}
}
