package spec

import (
	"cmp"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Defaults of what is kept: of Prometheus, a scrape interval of a minute
// (global.scrape_interval), 15 days (storage.tsdb.retention.time), up to two bytes a
// sample and 80% to 85% of the disk ("Storage", operational aspects and right-sizing);
// of the kubelet, containerLogMaxSize and containerLogMaxFiles.
const (
	scrapeInterval   = time.Minute
	metricsRetention = 360 * time.Hour
	bytesPerSample   = 2 * units.Whole
	metricsDiskShare = 80 * units.Percent
	containerLogSize = 10 * units.MiB
	containerLogs    = 5
	mostSeries       = 1_000_000_000
)

// retentionBlock says how long metrics and logs are kept.
func retentionBlock() block {
	return block{
		name: "retention", doc: "How long metrics and logs are kept, and so how large the disks are that they lie on.",
		blocks: []block{
			{
				name: "metrics", label: "workload", repeat: true, doc: "What each replica of a workload keeps of metrics, as Prometheus does. The disk is retention x series / scrape_interval x bytes_per_sample / disk_share. Sizes that are left out of the volume, of the pod's ephemeral_storage and of the nodes' disks follow from it; those that are given are held to it (rule MO-02).",
				attributes: []attribute{
					{name: "node_group", kind: kindText, def: "the only one that has the workload", doc: "Group of the workload."},
					{name: "volume", kind: kindText, def: "the workload's only volume, else the node's disk", doc: "Volume that they lie on. On the node's disk they are local storage of the pod."},
					{name: "series", kind: kindCount, most: mostSeries, def: "0", doc: "Active series, whatever runs; prometheus_tsdb_head_series says how many there are."},
					{name: "series_per_pod", kind: kindCount, most: 1_000_000, def: "0", doc: "Series that come with each pod of the cluster, those of DaemonSets among them. How many there are follows from the plan, so that the size of the disk has to be given beside it."},
					{name: "series_per_node", kind: kindCount, most: 1_000_000, def: "0", doc: "Series that come with each node; as series_per_pod."},
					{name: "scrape_interval", kind: kindDuration, def: "1m", doc: "Time between two samples of a series."},
					{name: "retention", kind: kindDuration, def: "360h", doc: "How long samples are kept; 360h are 15 days."},
					{name: "bytes_per_sample", kind: kindRatio, top: 16 * units.Whole, def: "2", doc: "What a sample takes on the disk: Prometheus says 1 to 2."},
					{name: "disk_share", kind: kindRatio, down: true, def: "80%", doc: "What of the disk the samples may take: Prometheus says at most 80% to 85%, as the write-ahead log and compaction need the rest."},
				},
			},
			{
				name: "logs", doc: "What each node keeps of logs: bytes_per_minute x rotation x generations. It is added to disks of nodes whose size is left out; those that are given are held to it (rule MO-03).",
				attributes: []attribute{
					{name: "bytes_per_minute", kind: kindBytes, small: true, required: true, doc: "What the containers and services of a node write."},
					{name: "rotation", kind: kindDuration, required: true, doc: "How long a file is written to."},
					{name: "generations", kind: kindCount, least: 1, most: 1000, required: true, doc: "Files that are kept, the one that is written to among them."},
					{name: "node_groups", kind: kindTexts, def: "all", doc: "Names of the groups whose nodes keep them."},
					{name: "containers_per_pod", kind: kindCount, least: 1, most: 100, def: "1", doc: "Containers of a pod in the mean, for the bound that the kubelet's own rotation sets."},
					{name: "container_log_max_size", kind: kindBytes, def: "10Mi", doc: "containerLogMaxSize of the kubelet."},
					{name: "container_log_max_files", kind: kindCount, least: 2, most: 1000, def: "5", doc: "containerLogMaxFiles of the kubelet."},
				},
			},
		},
	}
}

// keptOn is where a workload's metrics lie.
type keptOn struct {
	node *node // the metrics block
	spec planner.MetricsRetention
}

// retention reads what is kept, and fills in the sizes that follow from it.
func (b *builder) retention() {
	n := b.root.child("retention")
	kept := map[string]*keptOn{} // by address of what it lies on
	local := map[string]units.Bytes{}
	if n != nil {
		if len(n.blocks) == 0 {
			b.add(MissingAttribute, &n.def, "The block keeps nothing. Write metrics \"WORKLOAD\" { … } or logs { … } in it, or leave it out.")
		}
		r := &planner.Retention{}
		for _, m := range n.children("metrics") {
			if k := b.metricsOf(m); k != nil && b.firstOf(k, r) {
				r.Metrics = append(r.Metrics, k.spec)
				kept[k.spec.Workload+"."+k.spec.Volume] = k
			}
		}
		slices.SortFunc(r.Metrics, func(x, y planner.MetricsRetention) int { return cmp.Compare(x.Workload, y.Workload) })
		r.Logs = b.logs(n.child("logs"))
		b.cluster.Retention = r
	}
	b.volumeSizes(kept)
	b.localStorage(kept, local)
	b.nodeDisks(local)
}

// firstOf reports whether a workload's metrics were not read before.
func (b *builder) firstOf(k *keptOn, r *planner.Retention) bool {
	for _, m := range r.Metrics {
		if m.Workload == k.spec.Workload {
			b.add(DuplicateName, &k.node.labelRange, "%s keeps metrics already. Leave one of the blocks out.", m.Workload)
			return false
		}
	}
	return true
}

// metricsOf reads a metrics block; nil where its workload is not to be found.
func (b *builder) metricsOf(n *node) *keptOn {
	w, path := b.keeper(n)
	if w == nil {
		return nil
	}
	at := "retention.metrics." + n.label
	k := &keptOn{node: n, spec: planner.MetricsRetention{Workload: path}}
	m := &k.spec
	m.Series, _ = get[int](n, "series")
	m.SeriesPerPod, _ = get[int](n, "series_per_pod")
	m.SeriesPerNode, _ = get[int](n, "series_per_node")
	m.ScrapeInterval = take(b, n, at, "scrape_interval", scrapeInterval, "1m", "Prometheus")
	m.Retention = take(b, n, at, "retention", metricsRetention, "360h", "Prometheus")
	m.BytesPerSample = take(b, n, at, "bytes_per_sample", bytesPerSample, "2", "Prometheus")
	m.DiskShare = take(b, n, at, "disk_share", metricsDiskShare, "80%", "Prometheus")
	switch {
	case m.Series+m.SeriesPerPod+m.SeriesPerNode == 0 && !n.has("series") && !n.has("series_per_pod") && !n.has("series_per_node"):
		b.add(MissingAttribute, &n.def, "Nothing says how many series there are. Give series, series_per_pod or series_per_node.")
	case m.ScrapeInterval > 0 && m.ScrapeInterval < time.Millisecond:
		b.add(OutOfRange, n.rng("scrape_interval"), "Prometheus counts whole milliseconds: %s is less than one.", m.ScrapeInterval)
	case m.BytesPerSample == 0:
		b.add(OutOfRange, n.rng("bytes_per_sample"), "A sample takes something. Prometheus says 1 to 2.")
	case m.DiskShare == 0:
		b.add(OutOfRange, n.rng("disk_share"), "No disk is large enough for a share of 0. Prometheus says 80%% to 85%%.")
	}
	b.keptVolume(k, w)
	return k
}

// keeper finds the workload that a metrics block names, and its address.
func (b *builder) keeper(n *node) (*planner.Workload, string) {
	group, given := get[string](n, "node_group")
	var found []*planner.Workload
	var paths, groups, names []string
	for i := range b.cluster.NodeGroups {
		g := &b.cluster.NodeGroups[i]
		groups = append(groups, g.Name)
		for j := range g.Workloads {
			w := &g.Workloads[j]
			names = append(names, w.Name)
			if w.Name == n.label && (!given || g.Name == group) {
				found, paths = append(found, w), append(paths, g.Path()+".workload."+w.Name)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], paths[0]
	case given && !slices.Contains(groups, group):
		b.add(UnknownGroup, n.rng("node_group"), "There is no node group named %q.%s", short(group), orElse(didYouMean(group, groups), groups))
	case len(found) > 1:
		b.add(RetentionUnfit, &n.labelRange, "%q is the name of several workloads: %s. Say which with node_group.", n.label, quoteAll(paths))
	case given:
		b.add(RetentionUnfit, &n.labelRange, "Node group %q has no workload named %q.", group, short(n.label))
	default:
		slices.Sort(names)
		b.add(RetentionUnfit, &n.labelRange, "There is no workload named %q.%s", short(n.label), orElse(didYouMean(n.label, names), slices.Compact(names)))
	}
	return nil, ""
}

// keptVolume finds the volume that metrics lie on.
func (b *builder) keptVolume(k *keptOn, w *planner.Workload) {
	var names []string
	for _, v := range w.Volumes {
		names = append(names, v.Name)
	}
	volume, given := get[string](k.node, "volume")
	switch {
	case given && !slices.Contains(names, volume):
		b.add(RetentionUnfit, k.node.rng("volume"), "%s has no volume named %q.%s", w.Name, short(volume), orElse(didYouMean(volume, names), names))
	case given:
		k.spec.Volume = volume
	case len(names) == 1:
		k.spec.Volume = names[0]
	case len(names) > 1:
		b.add(RetentionUnfit, &k.node.def, "%s has several volumes: %s. Say on which the metrics lie with volume.", w.Name, quoteAll(names))
	}
}

// logs reads the logs block; nil where there is none.
func (b *builder) logs(n *node) *planner.LogRetention {
	if n == nil {
		return nil
	}
	const path = "retention.logs"
	l := &planner.LogRetention{}
	l.PerMinute, _ = get[units.Bytes](n, "bytes_per_minute")
	l.Rotation, _ = get[time.Duration](n, "rotation")
	l.Generations, _ = get[int](n, "generations")
	l.NodeGroups = b.groupNames(n, path)
	l.ContainersPerPod = take(b, n, path, "containers_per_pod", 1, "1", "model retention")
	l.MaxSize = take(b, n, path, "container_log_max_size", containerLogSize, "10Mi", "kubelet")
	l.MaxFiles = take(b, n, path, "container_log_max_files", containerLogs, "5", "kubelet")
	return l
}

// need is the disk that a workload's metrics take, and whether it is known before there
// is a plan.
func (k *keptOn) need() (units.Bytes, bool) {
	m := &k.spec
	if m.SeriesPerPod > 0 || m.SeriesPerNode > 0 || m.ScrapeInterval <= 0 || m.DiskShare <= 0 {
		return 0, false
	}
	need := m.Disk(m.Data(m.Series))
	return min(units.CeilDiv(need, units.GiB), maxBytes/units.GiB) * units.GiB, true
}

// unsized is a volume block without a size.
type unsized struct {
	node *node
	// workload is the address of its workload.
	workload string
}

// volumeSizes fills in the sizes of volumes on which metrics lie, and misses those of
// all others.
func (b *builder) volumeSizes(kept map[string]*keptOn) {
	for _, v := range b.unsized {
		if !v.node.refused["size"] {
			b.volumeSize(v.node, v.workload, kept[v.workload+"."+v.node.label])
		}
	}
}

// volumeSize fills in the size of one volume.
func (b *builder) volumeSize(n *node, workload string, k *keptOn) {
	if k == nil {
		b.add(MissingAttribute, &n.def, "A volume block needs size: size of the disk.")
		return
	}
	need, known := k.need()
	if !known {
		b.add(MissingAttribute, &n.def, "A volume block needs size: how many series come with pods and nodes only the plan says. It then tells whether the size is enough.")
		return
	}
	for i := range b.cluster.NodeGroups {
		g := &b.cluster.NodeGroups[i]
		for j := range g.Workloads {
			for at := range g.Workloads[j].Volumes {
				v := &g.Workloads[j].Volumes[at]
				if g.Path()+".workload."+g.Workloads[j].Name != workload || v.Name != n.label {
					continue
				}
				v.Size = need
				if d := b.findDisk(n, planner.Disk{Type: v.Type, Size: need, IOPS: v.IOPS, ThroughputMiBps: v.ThroughputMiBps}, b.volumeFits(n)); d != nil {
					v.Size = max(need, d.MinSize)
					if d.MaxSize > 0 && need > d.MaxSize {
						b.add(OutOfRange, &k.node.def, "The metrics take a disk of %s, and %s disk has %s at most. Keep less long, scrape less often, or share the series among several workloads.",
							bytesText(need), indefinite(d.Type), bytesText(d.MaxSize))
					}
				}
				b.assume(workload+".volume."+v.Name+".size", bytesText(v.Size), planner.RetentionSource)
				b.checkVolume(n, *v)
			}
		}
	}
}

// localStorage fills in what pods request of the node's disk for metrics on it, and says
// by group how much that is.
func (b *builder) localStorage(kept map[string]*keptOn, local map[string]units.Bytes) {
	for _, at := range sortedKeys(kept) {
		k := kept[at]
		if k.spec.Volume != "" {
			continue
		}
		for i := range b.cluster.NodeGroups {
			g := &b.cluster.NodeGroups[i]
			for j := range g.Workloads {
				w := &g.Workloads[j]
				if g.Path()+".workload."+w.Name != k.spec.Workload || len(w.Volumes) > 1 {
					continue
				}
				if w.Pod.EphemeralStorage == 0 {
					need, known := k.need()
					if !known {
						b.add(MissingAttribute, &k.node.def, "The metrics lie on the node's disk: give the pod of %s ephemeral_storage, or a volume with a size. How many series come with pods and nodes only the plan says.", w.Name)
						continue
					}
					w.Pod.EphemeralStorage = need
					b.assume(k.spec.Workload+".pod.ephemeral_storage", bytesText(need), planner.RetentionSource)
				}
				local[g.Name] = min(local[g.Name]+w.Pod.EphemeralStorage, maxBytes)
			}
		}
	}
}

// nodeDisks raises the root disks whose size is left out, until the kubelet leaves as
// much more to pods as metrics and logs take.
func (b *builder) nodeDisks(local map[string]units.Bytes) {
	r := b.cluster.Retention
	if r == nil || b.terms.OwnMachines || b.catalog == nil || b.provider == nil {
		return
	}
	for i := range b.cluster.NodeGroups {
		g := &b.cluster.NodeGroups[i]
		need := local[g.Name]
		if l := r.Logs; l != nil && (len(l.NodeGroups) == 0 || slices.Contains(l.NodeGroups, g.Name)) {
			need += min(l.Of(), maxBytes)
		}
		path := g.Path() + ".disk.size"
		at := slices.IndexFunc(b.assumptions, func(a planner.Assumption) bool { return a.Path == path })
		if need == 0 || at < 0 {
			continue
		}
		base := g.Disk.Size
		size, ok := b.diskWith(g, need)
		if !ok {
			b.add(OutOfRange, &b.root.child("retention").def, "Metrics and logs take %s of each node of group %q, more than any disk has. Keep less.", bytesText(need), g.Name)
			continue
		}
		g.Disk.Size = size
		b.assumptions[at].Value = bytesText(size)
		b.assumptions[at].Source = b.assumptions[at].Source + " with " + bytesText(base) + ", " + planner.RetentionSource
	}
}

// diskWith returns the least size in whole GiB of a group's root disk at which the
// kubelet leaves need more to pods than it does now.
func (b *builder) diskWith(g *planner.NodeGroup, need units.Bytes) (units.Bytes, bool) {
	with := *g
	left := func(size units.Bytes) (units.Bytes, bool) {
		with.Disk.Size = size
		for i := range b.catalog.Types {
			if a, err := b.provider.Allocatable(&b.cluster, &with, &b.catalog.Types[i]); err == nil {
				return a.EphemeralStorage, true
			}
		}
		return 0, false
	}
	most := units.Bytes(maxBytes)
	for _, d := range b.catalog.Disks {
		if d.Type == g.Disk.Type && d.MaxSize > 0 {
			most = d.MaxSize
		}
	}
	now, ok := left(g.Disk.Size)
	if !ok {
		return g.Disk.Size, true
	}
	if need > most {
		return g.Disk.Size, false
	}
	// A larger disk never leaves more than it is larger by, so that no step goes too far.
	size := g.Disk.Size
	for short := need; short > 0 && size <= most; {
		size += units.CeilDiv(short, units.GiB) * units.GiB
		there, _ := left(size)
		short = now + need - there
	}
	return size, size <= most
}
