package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// retention writes what is kept, and for how long the disks are enough.
func (p *page) retention(plan *planner.Plan) {
	r := plan.Retention
	if r == nil {
		return
	}
	var items []string
	for i := range r.Metrics {
		m := &r.Metrics[i]
		item := fmt.Sprintf("%s keeps %s series on %s: %s", workloadName(m.Workload), number(m.Series), size(m.Disk), heldFor(m.Holds))
		switch {
		case m.Need > m.Disk:
			item += ", and needs " + sizeUp(m.Need)
		case m.FullIn > 0:
			item += fmt.Sprintf(", too small from month %d on", m.FullIn)
		}
		items = append(items, item)
	}
	if l := plan.Cluster.Retention.Logs; l != nil {
		items = append(items, "nodes keep "+sizeUp(l.Of())+" of logs")
	}
	p.labelled("RETENTION", plain, append(items, p.o.run("explain "+TopicRetention))...)
}

// workloadName is the last part of a workload's address.
func workloadName(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// heldFor writes for how long a disk is enough, in days and hours rounded down.
func heldFor(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 36500*day:
		return "for more than a hundred years"
	case d >= 2*day:
		return "for " + number(int(d/day)) + " days"
	case d >= time.Hour:
		return "for " + number(int(d/time.Hour)) + " h"
	}
	return "for " + number(int(d/time.Minute)) + " min"
}

// explainRetention writes how the disks of metrics and logs come about.
func (p *page) explainRetention(plan *planner.Plan) {
	p.heading(TopicRetention)
	p.blank()
	r := plan.Retention
	if r == nil {
		p.prose("The spec has no retention block: nothing is said of what is kept.")
		return
	}
	for i := range r.Metrics {
		p.explainMetrics(plan, &plan.Cluster.Retention.Metrics[i], &r.Metrics[i])
		p.blank()
	}
	if l := plan.Cluster.Retention.Logs; l != nil {
		p.explainLogs(l, r.Logs)
	}
}

func (p *page) explainMetrics(plan *planner.Plan, d *planner.MetricsRetention, m *planner.MetricsPlan) {
	t := figureTable()
	t.add("metrics of", m.Workload, count(m.Replicas, "replica")+", each of which keeps all")
	how := "declared"
	if d.SeriesPerPod+d.SeriesPerNode > 0 {
		now := plan.ControlPlane.Load[0]
		how = fmt.Sprintf("%s + %s x %s + %s x %s, with all the nodes that there may be", number(d.Series), number(d.SeriesPerPod), count(now.Pods, "pod"), number(d.SeriesPerNode), count(now.Nodes, "node"))
	}
	t.add("series", number(m.Series), how)
	perSecond := units.CeilDiv(int64(m.Series)*int64(time.Second), int64(d.ScrapeInterval))
	t.add("samples a second", thousands(perSecond), fmt.Sprintf("%s series / %s", number(m.Series), d.ScrapeInterval))
	t.add("samples take", sizeUp(m.Data), fmt.Sprintf("%s x %s series / %s x %s bytes a sample", span(d.Retention), number(m.Series), d.ScrapeInterval, plainRatio(d.BytesPerSample)))
	t.add("disk for them", sizeUp(m.Need), fmt.Sprintf("samples / %s: the rest is for the write-ahead log and compaction", percent(d.DiskShare)))
	t.add("disk", size(m.Disk), diskSource(plan, d))
	t.add("is enough", heldFor(m.Holds), "disk x "+percent(d.DiskShare)+" / (series / scrape interval x bytes a sample)")
	if m.SeriesAtHorizon != m.Series {
		how := "enough"
		if m.FullIn > 0 {
			how = fmt.Sprintf("the disk is too small from month %d on", m.FullIn)
		} else if m.NeedAtHorizon > m.Disk {
			how = "the disk is too small"
		}
		t.add("series at the horizon", number(m.SeriesAtHorizon), "pods and nodes grown as the nodes of the groups are")
		t.add("disk at the horizon", sizeUp(m.NeedAtHorizon), how)
	}
	p.table(&t)
}

// diskSource says where the size of what metrics lie on is from.
func diskSource(plan *planner.Plan, d *planner.MetricsRetention) string {
	at, what := d.Workload+".pod.ephemeral_storage", "local storage of the pod, on the node's disk"
	if d.Volume != "" {
		at, what = d.Workload+".volume."+d.Volume+".size", "volume "+d.Volume+" of each replica"
	}
	for _, a := range plan.Cluster.Assumptions {
		if a.Path == at && a.Source == planner.RetentionSource {
			return what + ", in whole GiB"
		}
	}
	return what + ", as declared"
}

func (p *page) explainLogs(l *planner.LogRetention, logs []planner.NodeLogs) {
	t := figureTable()
	t.add("logs of a node", sizeUp(l.Of()), fmt.Sprintf("%s a minute x %s x %s", exactMemory(int64(l.PerMinute)), span(l.Rotation), count(l.Generations, "generation")))
	single := *l
	single.ContainersPerPod = 1
	t.add("of a container", sizeUp(single.Bound(1)), fmt.Sprintf("what the kubelet itself keeps: %s x %s", sizeUp(l.MaxSize), count(l.MaxFiles, "file")))
	p.table(&t)
	p.blank()
	nodes := table{columns: []column{{title: "LOGS ON"}, {title: "POOL"}, {title: "KEPT", right: true}, {title: "REQUESTED", right: true}, {title: "ROOM", right: true}, {title: "PODS", right: true}, {title: "KUBELET AT MOST", right: true}}}
	for i := range logs {
		n := &logs[i]
		room := size(n.Room)
		if n.Room == 0 {
			room = notKnown
		}
		nodes.add(n.Group, n.Pool, sizeUp(n.Need), sizeUp(n.Requested), room, number(n.Pods), sizeUp(n.Bound))
	}
	p.table(&nodes)
}
