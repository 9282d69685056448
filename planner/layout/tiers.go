package layout

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Tier is a kind of managed control plane. What is not published is 0.
type Tier struct {
	Name string
	// Seats are the requests that its API servers work on at a time, and Guaranteed
	// those that are there without growing; OldSeats are Seats before Kubernetes 1.34.
	Seats, Guaranteed, OldSeats int
	// PodsPerSecond that it schedules.
	PodsPerSecond int
	// Database is the most that etcd stores, and Nodes the most that it takes.
	Database units.Bytes
	Nodes    int
	// SLA is the share of time that is promised.
	SLA units.Ratio
	// Minor of Kubernetes 1 from which on it is to be had; 0 is any.
	Minor  int
	Source string
}

// SeatTime is how long a request is taken to hold a seat of an API server in the mean.
// An assumption: the objective of Kubernetes is a second for 99 of 100 (SIG
// Scalability, "API call latency SLIs/SLOs"), and most are far shorter.
const SeatTime = 100 * time.Millisecond

const (
	gigabyte = 1_000_000_000
	// manySeats is the minor from which on a tier of EKS has more seats.
	manySeats = 34
	// provisioned is the first minor with tiers of EKS beside the standard one.
	provisioned = 28

	sourceTiers = "AWS, EKS provisioned control plane, by third-party notes of 2026-08"
	sourceSLA   = "Google Cloud, GKE pricing and SLA"

	sla9950 = 995_000 * units.Whole / 1_000_000
	sla9995 = 999_500 * units.Whole / 1_000_000
	sla9999 = 999_900 * units.Whole / 1_000_000
)

// Tiers returns those of a service, the cheapest first. GKE's cost the same: its
// regional one is first, because it is the better.
func Tiers(service string) []Tier {
	switch service {
	case EKS:
		return []Tier{
			{Name: "standard", Seats: 2_000, Guaranteed: 600, OldSeats: 2_000, Database: 8 * gigabyte, SLA: sla9995, Source: sourceTiers},
			{Name: "tier-xl", Seats: 2_000, Guaranteed: 2_000, OldSeats: 1_700, PodsPerSecond: 167, Database: 16 * gigabyte, SLA: sla9999, Minor: provisioned, Source: sourceTiers},
			{Name: "tier-2xl", Seats: 4_000, Guaranteed: 4_000, OldSeats: 3_400, PodsPerSecond: 283, Database: 16 * gigabyte, SLA: sla9999, Minor: provisioned, Source: sourceTiers},
			{Name: "tier-4xl", Seats: 8_000, Guaranteed: 8_000, OldSeats: 6_800, PodsPerSecond: 400, Database: 16 * gigabyte, SLA: sla9999, Minor: provisioned, Source: sourceTiers},
			{Name: "tier-8xl", Seats: 16_000, Guaranteed: 16_000, OldSeats: 13_600, PodsPerSecond: 400, Database: 16 * gigabyte, SLA: sla9999, Minor: provisioned, Source: sourceTiers},
		}
	case GKE:
		return []Tier{
			{Name: "regional", Nodes: GKENodes, SLA: sla9995, Source: sourceSLA},
			{Name: "zonal", Nodes: GKEZonalNodes, SLA: sla9950, Source: sourceSLA},
		}
	}
	return nil
}

// TierLoad is what a managed control plane has to carry.
type TierLoad struct {
	// Minor of Kubernetes 1 that runs.
	Minor, Nodes int
	// Requests to the API servers a second, and PodsPerHour that start.
	Requests    units.Rate
	PodsPerHour int
	// Database is etcd's at its peak.
	Database units.Bytes
}

// Seats are those that the requests hold: their rate times SeatTime, rounded up.
func (l *TierLoad) Seats() int {
	return int(units.CeilDiv(int64(l.Requests)*int64(SeatTime/time.Millisecond), int64(units.PerSecond)*1000))
}

// PodsPerSecond is the mean of the busiest hour, in thousandths, rounded up.
func (l *TierLoad) PodsPerSecond() int { return units.CeilDiv(1000*l.PodsPerHour, 3600) }

// SeatsAt are those of the tier with a minor of Kubernetes 1.
func (t *Tier) SeatsAt(minor int) int {
	if minor < manySeats {
		return t.OldSeats
	}
	return t.Seats
}

// TooSmall says in words what of a load the i-th tier does not carry; empty where it
// carries all that is published. Where a tier publishes no rate of pods it is held to
// the next tier's that does: it is sold for no more.
func TooSmall(tiers []Tier, i int, l *TierLoad) string {
	t := &tiers[i]
	var why []string
	if t.Minor > 0 && l.Minor < t.Minor {
		why = append(why, fmt.Sprintf("it takes Kubernetes 1.%d, and 1.%d runs", t.Minor, l.Minor))
	}
	if t.Nodes > 0 && l.Nodes > t.Nodes {
		why = append(why, fmt.Sprintf("%d nodes are %d more than the %d that it takes", l.Nodes, l.Nodes-t.Nodes, t.Nodes))
	}
	if most := t.SeatsAt(l.Minor); most > 0 && l.Seats() > most {
		why = append(why, fmt.Sprintf("requests hold %d seats of API servers, and it has %d", l.Seats(), most))
	}
	pods := 0
	for j := i; j < len(tiers) && pods == 0; j++ {
		pods = tiers[j].PodsPerSecond
	}
	if pods > 0 && l.PodsPerSecond() > 1000*pods {
		why = append(why, fmt.Sprintf("%d pods start a second, and it schedules no more than %d", units.CeilDiv(l.PodsPerSecond(), 1000), pods))
	}
	if t.Database > 0 && l.Database > t.Database {
		why = append(why, fmt.Sprintf("etcd's database may come to %s, and it stores %d GB", gigabytes(l.Database), t.Database/gigabyte))
	}
	return strings.Join(why, "; ")
}

// gigabytes writes decimal gigabytes, rounded up to a tenth.
func gigabytes(b units.Bytes) string {
	tenthsOf := units.CeilDiv(b, gigabyte/10)
	return fmt.Sprintf("%d.%d GB", tenthsOf/10, tenthsOf%10)
}
