package report_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestExplainCopies: ten copies of 10 GiB and 1,000,000 bytes are 10 x 10,738,418,240 bytes,
// 100.0093 GiB, which the report rounds up; etcd's snapshots stand beside. At 0.023 USD a GiB
// that is 2.300214 and 0.023 a month.
func TestExplainCopies(t *testing.T) {
	p := shop(t)
	cost := 2_323_214_205 * units.USD(1)
	p.Cluster.DisasterRecovery = &planner.DisasterRecovery{Pattern: planner.Backup, Backups: planner.BackupSpec{Interval: 24 * time.Hour, Retention: 240 * time.Hour, StoragePrice: new(23 * units.Dollar / 1000)}}
	p.Cluster.Assumptions = append(p.Cluster.Assumptions, planner.Assumption{Path: "disaster_recovery.backup_interval", Value: "24h", Source: "language"})
	p.Recovery = &planner.RecoveryPlan{Backup: &planner.BackupPlan{
		Copies: 10, Volumes: 10 * units.GiB, Objects: 1_000_000, Storage: 107_384_182_400, Snapshots: units.GiB, Cost: planner.Amount{Rate: cost.PerHour(), Known: true},
	}}
	how := explained(t, p, report.TopicRecovery, report.Options{Width: 200})
	wants(t, how,
		"copies 10 backup_retention 10 days (declared) / backup_interval 1 day (default of language), rounded up",
		"objects 1 MiB (1,000,000 bytes) what etcd holds", "copies take 100.01 GiB (107,384,182,400 bytes) 10 x (volumes + objects), each copy whole",
		"snapshots of etcd 1 GiB kept beside", "cost 2.32 USD/month (what copies take + snapshots of etcd) x 0.023 USD a GiB (storage_usd_per_gib_month, declared)",
	)
	// 5% a day, every day: 9 copies of half a GiB beside the first.
	b := &p.Cluster.DisasterRecovery.Backups
	b.ChangeRate, b.StoragePrice = new(5*units.Percent), nil
	p.Recovery.Backup.Snapshots, p.Recovery.Backup.Cost = 0, planner.Amount{}
	wants(t, explained(t, p, report.TopicRecovery, report.Options{Width: 200}),
		"volumes + 9 x volumes x change_rate 5% x 1 day / 1 day, all of them at most, + 10 x objects",
		"cost not known no catalog has a price of what copies are kept in: declare storage_usd_per_gib_month",
	)
}

// TestExplainRegions: what is always there of two regions is 2 and 0.50 USD an hour, of 730 hours.
func TestExplainRegions(t *testing.T) {
	p := shop(t)
	p.Cluster.DisasterRecovery = &planner.DisasterRecovery{Pattern: planner.PerRegion, Mode: planner.Standby, Share: 20 * units.Percent, Regions: []planner.RecoveryRegion{{Region: "us-west-2"}}}
	perHour := func(cents units.USDPerHour) planner.Amount {
		return planner.Amount{Rate: cents * units.DollarPerHour / 100, Known: true}
	}
	p.Recovery = &planner.RecoveryPlan{
		Regions: []planner.RegionPlan{
			{Region: "us-east-1", Carries: units.Whole, Sized: units.Whole, Waiting: units.Whole, Nodes: 11, WaitingNodes: 11, Cost: perHour(200), WaitingCost: perHour(200)},
			{Region: "us-west-2", Sized: units.Whole, Waiting: 20 * units.Percent, Nodes: 11, WaitingNodes: 3, Cost: perHour(210), WaitingCost: perHour(50)},
		},
		Always: perHour(250),
		RTO:    planner.RecoveryObjective{Terms: []planner.RecoveryTerm{{Name: "callers are switched", Source: "declare switch_time"}}},
		RPO:    planner.RecoveryObjective{Known: true},
	}
	wants(t, explained(t, p, report.TopicRecovery, report.Options{Width: 200}),
		"us-west-2: always there 20% share (declared)", "us-west-2: bill while it waits 365.00 planned for 20% of the load, on the types of its plan: 3 nodes in place of 11",
		"us-west-2: bill 1,533.00 a plan of its own", "all regions 1,825.00 1,460.00 + 365.00 USD/month",
		"TAKES (RTO) not known: callers are switched",
	)
	// The tenants' figures are of the first region.
	p.Cluster.Tenancy = &planner.Tenancy{Tenants: 4}
	p.Tenancy = &planner.TenancyPlan{Options: []planner.TenancyOption{{
		Way: planner.ByCluster, Clusters: 4, Share: 25 * units.Percent, Nodes: 3, Pools: []planner.TenancyPool{{Group: "web", InstanceType: "m7i.large", Nodes: 3}},
		Cost: perHour(50), ControlPlane: perHour(10), All: perHour(200),
	}}}
	wants(t, explained(t, p, report.TopicTenancy, report.Options{Width: 200}),
		"clusters: web 12 x m7i.large 4 x 3 nodes; by a plan of its own for this share", "The figures are of us-east-1 alone: what the further region costs for tenants is not in it.")
	wants(t, text(t, p, report.Options{Width: 200}), "of us-east-1 alone: what the further region costs for tenants is not in it")
}
