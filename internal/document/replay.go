package document

import (
	"io"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// EncodeReplay writes what failures do to a plan.
func EncodeReplay(w io.Writer, p *planner.Plan, r *planner.Replay, tool string) error {
	d := replayDocument{
		FormatVersion: FormatVersion, ToolVersion: tool, Cluster: summaryOf(&p.Cluster),
		Kills: []string{}, Holds: r.Holds(), Groups: []groupCase{}, ControlPlane: []controlPlaneCase{},
		Untouched: append([]string{}, r.Untouched...),
	}
	for _, k := range r.Kills {
		d.Kills = append(d.Kills, k.String())
	}
	for i := range r.Groups {
		d.Groups = append(d.Groups, groupCaseOf(&r.Groups[i]))
	}
	if r.Tightest >= 0 {
		c := &r.Groups[r.Tightest]
		d.Tightest = &tightest{NodeGroup: c.Group, Event: c.Event, FreeCPU: ratio(c.FreeCPU)}
	}
	for i := range r.ControlPlane {
		c := &r.ControlPlane[i]
		d.ControlPlane = append(d.ControlPlane, controlPlaneCase{
			Event: c.Event, Tried: c.Tried, Held: c.Held, Holds: c.Holds(), Lost: c.Lost,
			Etcd:    etcdLeft{Members: c.Members, Of: c.Of, Quorum: c.Quorum},
			Servers: c.Servers, Balancers: c.Balancers, BalancersOf: c.BalancersOf,
		})
	}
	return write(w, &d)
}

type replayDocument struct {
	FormatVersion string             `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string             `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Cluster       clusterSummary     `json:"cluster" jsonschema:"The cluster of the plan."`
	Kills         []string           `json:"kills" jsonschema:"What failed together; none where every declared loss was tried."`
	Holds         bool               `json:"holds" jsonschema:"Whether everything finds a place, keeps min_ready and its quorum."`
	Groups        []groupCase        `json:"node_groups" jsonschema:"The worst case of each failure, by group."`
	ControlPlane  []controlPlaneCase `json:"control_plane" jsonschema:"The same of a self-managed control plane."`
	Untouched     []string           `json:"untouched" jsonschema:"Groups that lose nothing."`
	Tightest      *tightest          `json:"tightest" jsonschema:"The case with the most pods missing or not ready, then with the least CPU free; null where none was tried."`
}

type tightest struct {
	NodeGroup string `json:"node_group" jsonschema:"Name of the group."`
	Event     string `json:"event" jsonschema:"What failed."`
	FreeCPU   ratio  `json:"free_cpu_share" jsonschema:"Share of CPU that stays free."`
}

type groupCase struct {
	NodeGroup string         `json:"node_group" jsonschema:"Name of the group."`
	Event     string         `json:"event" jsonschema:"What failed."`
	Ways      int            `json:"ways" jsonschema:"Ways in which it can strike."`
	Tried     int            `json:"tried" jsonschema:"Ways that were tried."`
	Held      int            `json:"held" jsonschema:"Ways that the group survives."`
	TriedAll  bool           `json:"tried_all" jsonschema:"Whether every way was tried; lost is the worst of those that were."`
	Holds     bool           `json:"holds" jsonschema:"Whether the group survives every way that was tried."`
	Lost      text           `json:"lost" jsonschema:"The worst case in words, which the rest is of; null where nothing is lost."`
	Nodes     int            `json:"nodes" jsonschema:"Nodes before."`
	Left      int            `json:"nodes_left" jsonschema:"Nodes after."`
	Missing   int            `json:"missing" jsonschema:"Pods that must find room and have none."`
	NotReady  int            `json:"not_ready" jsonschema:"By how many pods workloads stay below min_ready."`
	Workloads []workloadCase `json:"workloads" jsonschema:"What becomes of the group's pods."`
	Free      freeRoom       `json:"free" jsonschema:"Free on the nodes that are left once the pods that must find room run again."`
	Offered   freeRoom       `json:"offered" jsonschema:"What these nodes offer to workloads."`
	FreeCPU   ratio          `json:"free_cpu_share" jsonschema:"Share of CPU that stays free, rounded down."`
}

type freeRoom struct {
	MilliCPU int64 `json:"millicpu" jsonschema:"CPU in thousandths of a core."`
	Memory   int64 `json:"memory_bytes" jsonschema:"Memory."`
	Pods     int   `json:"pods" jsonschema:"Pods."`
}

type workloadCase struct {
	Name         string         `json:"name" jsonschema:"Name of the workload."`
	System       bool           `json:"system" jsonschema:"Whether the provider brings it."`
	Replicas     int            `json:"replicas" jsonschema:"Pods before."`
	Displaced    int            `json:"displaced" jsonschema:"Pods that ran on what is lost."`
	Placed       int            `json:"placed" jsonschema:"Displaced pods that find room, no running pod moved."`
	PlacedByZone map[string]int `json:"placed_by_zone" jsonschema:"Where they find it."`
	Pending      int            `json:"pending" jsonschema:"Displaced pods that find none."`
	ShortOf      text           `json:"short_of" jsonschema:"cpu, memory, pods, spread, nodes: what the pending pods lack on most nodes; null where none is pending."`
	MayWait      bool           `json:"may_wait" jsonschema:"Whether pending pods are no failure: the survivors suffice."`
	Ready        int            `json:"ready" jsonschema:"Pods that serve at once."`
	ReadyAfter   int            `json:"ready_after" jsonschema:"Pods that serve once the placed ones are up."`
	LeastReady   int            `json:"least_ready" jsonschema:"Pods that serve at once in the worst case for this workload."`
	MinReady     int            `json:"min_ready" jsonschema:"Pods that are to stay ready; 0 asks for none."`
	ForPeak      *int           `json:"for_peak" jsonschema:"Pods that carry the peak; null where replicas are given."`
	Latency      []latencyCase  `json:"latency" jsonschema:"Targets that are modelled, of workloads that lost pods."`
}

type latencyCase struct {
	Statistic  string   `json:"statistic" jsonschema:"mean, p50, p90, p95, p99, p999."`
	Target     seconds  `json:"target_seconds" jsonschema:"The target."`
	AtOnce     *seconds `json:"at_once_seconds" jsonschema:"Predicted while only the survivors serve; null where the queue grows without end."`
	HeldAtOnce bool     `json:"held_at_once" jsonschema:"Whether the target holds then."`
	After      *seconds `json:"after_seconds" jsonschema:"Predicted once the placed pods serve; null as above."`
	HeldAfter  bool     `json:"held_after" jsonschema:"Whether the target holds then."`
}

type controlPlaneCase struct {
	Event       string   `json:"event" jsonschema:"What failed."`
	Tried       int      `json:"tried" jsonschema:"Ways that were tried: all."`
	Held        int      `json:"held" jsonschema:"Ways that the control plane survives."`
	Holds       bool     `json:"holds" jsonschema:"Whether it survives all."`
	Lost        string   `json:"lost" jsonschema:"The worst case in words, which the rest is of."`
	Etcd        etcdLeft `json:"etcd" jsonschema:"Members that are left."`
	Servers     int      `json:"api_servers_left" jsonschema:"API servers that are left."`
	Balancers   int      `json:"load_balancers_left" jsonschema:"Hosts of the load balancer that are left."`
	BalancersOf int      `json:"load_balancers" jsonschema:"Hosts of the load balancer before; 0 where it has none of its own."`
}

type etcdLeft struct {
	Members int `json:"left" jsonschema:"Members that are left."`
	Of      int `json:"members" jsonschema:"Members before."`
	Quorum  int `json:"quorum" jsonschema:"Members that are needed."`
}

func groupCaseOf(c *planner.GroupCase) groupCase {
	d := groupCase{
		NodeGroup: c.Group, Event: c.Event, Ways: c.Ways, Tried: c.Tried, Held: c.Held, TriedAll: c.All, Holds: c.Holds(),
		Lost: text(c.Lost), Nodes: c.Nodes, Left: c.Left, Missing: c.Missing, NotReady: c.NotReady, Workloads: []workloadCase{},
		Free: freeRoomOf(c.Free), Offered: freeRoomOf(c.Offered), FreeCPU: ratio(c.FreeCPU),
	}
	for i := range c.Workloads {
		d.Workloads = append(d.Workloads, workloadCaseOf(&c.Workloads[i]))
	}
	return d
}

func freeRoomOf(r planner.Requests) freeRoom {
	return freeRoom{MilliCPU: int64(r.CPU), Memory: int64(r.Memory), Pods: r.Pods}
}

func workloadCaseOf(c *planner.WorkloadCase) workloadCase {
	d := workloadCase{
		Name: c.Name, System: c.System, Replicas: c.Replicas, Displaced: c.Displaced, Placed: c.Placed, Pending: c.Pending(),
		PlacedByZone: map[string]int{}, ShortOf: text(c.Short), MayWait: c.MayWait, Ready: c.Ready(), ReadyAfter: c.After(),
		LeastReady: c.LeastReady, MinReady: c.MinReady, Latency: []latencyCase{},
	}
	if c.ForPeak > 0 {
		d.ForPeak = &c.ForPeak
	}
	for _, l := range c.Landed {
		d.PlacedByZone[l.Zone] = l.Pods
	}
	for i := range c.Latency {
		l := &c.Latency[i]
		d.Latency = append(d.Latency, latencyCase{
			Statistic: string(l.Statistic), Target: seconds(l.Target),
			AtOnce: secondsOf(l.AtOnce), HeldAtOnce: l.Holds(l.AtOnce), After: secondsOf(l.After), HeldAfter: l.Holds(l.After),
		})
	}
	return d
}

// secondsOf returns a prediction, nil where the queue grows without end.
func secondsOf(d time.Duration) *seconds {
	if d == 0 {
		return nil
	}
	return new(seconds(d))
}
