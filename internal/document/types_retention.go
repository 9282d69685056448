package document

import "github.com/scantling-dev/scantling/planner"

type retention struct {
	Metrics []metricsRetention `json:"metrics" jsonschema:"What workloads keep of metrics, sorted by workload."`
	Logs    *logRetention      `json:"logs" jsonschema:"What nodes keep of logs; null where nothing is declared."`
}

type metricsRetention struct {
	Workload       string  `json:"workload" jsonschema:"Address of what keeps them."`
	Volume         text    `json:"volume" jsonschema:"Volume that they lie on; null is the node's disk, as local storage of the pod."`
	Series         int     `json:"series" jsonschema:"Series that are there whatever runs."`
	SeriesPerPod   int     `json:"series_per_pod" jsonschema:"Series that come with each pod."`
	SeriesPerNode  int     `json:"series_per_node" jsonschema:"Series that come with each node."`
	ScrapeInterval seconds `json:"scrape_interval_seconds" jsonschema:"Time between two samples of a series."`
	Retention      seconds `json:"retention_seconds" jsonschema:"How long samples are kept."`
	BytesPerSample ratio   `json:"bytes_per_sample" jsonschema:"What a sample takes on the disk."`
	DiskShare      ratio   `json:"disk_share" jsonschema:"What of the disk the samples may take."`
}

type logRetention struct {
	NodeGroups       []string `json:"node_groups" jsonschema:"Groups whose nodes keep them; empty is all."`
	PerMinute        int64    `json:"bytes_per_minute" jsonschema:"What a node writes."`
	Rotation         seconds  `json:"rotation_seconds" jsonschema:"How long a file is written to."`
	Generations      int      `json:"generations" jsonschema:"Files that are kept."`
	ContainersPerPod int      `json:"containers_per_pod" jsonschema:"Containers of a pod in the mean."`
	MaxSize          int64    `json:"container_log_max_size_bytes" jsonschema:"What the kubelet lets a file of a container's log be."`
	MaxFiles         int      `json:"container_log_max_files" jsonschema:"Files of a container's log that the kubelet keeps."`
}

type retentionPlan struct {
	Metrics []metricsPlan `json:"metrics" jsonschema:"What each replica of workloads keeps of metrics."`
	Logs    []nodeLogs    `json:"logs" jsonschema:"What each node of a pool keeps of logs, by group and pool."`
}

type metricsPlan struct {
	Workload        string  `json:"workload" jsonschema:"Address of what keeps them."`
	Replicas        int     `json:"replicas" jsonschema:"Its replicas: each keeps all."`
	Series          int     `json:"series" jsonschema:"Series of the plan."`
	Data            int64   `json:"data_bytes" jsonschema:"What their samples take."`
	Need            int64   `json:"need_bytes" jsonschema:"Disk for them."`
	Disk            int64   `json:"disk_bytes" jsonschema:"Disk that there is."`
	Holds           seconds `json:"holds_seconds" jsonschema:"How long that disk holds them."`
	SeriesAtHorizon int     `json:"series_at_horizon" jsonschema:"Series at the last month of growth that can be planned."`
	NeedAtHorizon   int64   `json:"need_at_horizon_bytes" jsonschema:"Disk for those."`
	FullIn          *int    `json:"full_in_month" jsonschema:"First month of growth in which the disk is too small; null where there is none."`
}

type nodeLogs struct {
	Group     string `json:"node_group" jsonschema:"Name of the group."`
	Pool      string `json:"pool" jsonschema:"Name of the pool."`
	Need      int64  `json:"need_bytes" jsonschema:"What each node keeps."`
	Pods      int    `json:"pods" jsonschema:"Pods of the fullest node, DaemonSets among them."`
	Bound     int64  `json:"kubelet_bound_bytes" jsonschema:"What the kubelet's own rotation keeps of their containers at most."`
	Requested int64  `json:"requested_bytes" jsonschema:"Most local storage that pods of one node request."`
	Room      int64  `json:"room_bytes" jsonschema:"What the kubelet leaves to pods and logs; 0 where the disk is not known."`
}

func syncRetention(to direction, d *retention, p *planner.Retention) {
	syncList(to, &d.Metrics, &p.Metrics, func(to direction, d *metricsRetention, p *planner.MetricsRetention) {
		syncText(to, &d.Workload, &p.Workload)
		syncText(to, &d.Volume, &p.Volume)
		syncInt(to, &d.Series, &p.Series)
		syncInt(to, &d.SeriesPerPod, &p.SeriesPerPod)
		syncInt(to, &d.SeriesPerNode, &p.SeriesPerNode)
		syncInt(to, &d.ScrapeInterval, &p.ScrapeInterval)
		syncInt(to, &d.Retention, &p.Retention)
		syncInt(to, &d.BytesPerSample, &p.BytesPerSample)
		syncInt(to, &d.DiskShare, &p.DiskShare)
	})
	syncOptional(to, &d.Logs, &p.Logs, func(to direction, d *logRetention, p *planner.LogRetention) {
		syncTexts(to, &d.NodeGroups, &p.NodeGroups)
		syncInt(to, &d.PerMinute, &p.PerMinute)
		syncInt(to, &d.Rotation, &p.Rotation)
		syncInt(to, &d.Generations, &p.Generations)
		syncInt(to, &d.ContainersPerPod, &p.ContainersPerPod)
		syncInt(to, &d.MaxSize, &p.MaxSize)
		syncInt(to, &d.MaxFiles, &p.MaxFiles)
	})
}

func syncRetentionPlan(to direction, d *retentionPlan, p *planner.RetentionPlan) {
	syncList(to, &d.Metrics, &p.Metrics, func(to direction, d *metricsPlan, p *planner.MetricsPlan) {
		syncText(to, &d.Workload, &p.Workload)
		syncInt(to, &d.Replicas, &p.Replicas)
		syncInt(to, &d.Series, &p.Series)
		syncInt(to, &d.Data, &p.Data)
		syncInt(to, &d.Need, &p.Need)
		syncInt(to, &d.Disk, &p.Disk)
		syncInt(to, &d.Holds, &p.Holds)
		syncInt(to, &d.SeriesAtHorizon, &p.SeriesAtHorizon)
		syncInt(to, &d.NeedAtHorizon, &p.NeedAtHorizon)
		syncSet(to, &d.FullIn, &p.FullIn)
	})
	syncList(to, &d.Logs, &p.Logs, func(to direction, d *nodeLogs, p *planner.NodeLogs) {
		syncText(to, &d.Group, &p.Group)
		syncText(to, &d.Pool, &p.Pool)
		syncInt(to, &d.Need, &p.Need)
		syncInt(to, &d.Pods, &p.Pods)
		syncInt(to, &d.Bound, &p.Bound)
		syncInt(to, &d.Requested, &p.Requested)
		syncInt(to, &d.Room, &p.Room)
	})
}
