package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// evictionMemory is what the kubelet keeps free where nothing else is set, and what plans
// take off (kubernetes.io, "Node-pressure Eviction").
const evictionMemory = 100 * units.MiB

// leastMemory is the memory below which a machine block is refused.
const leastMemory = units.GiB

// hardware is a kind of machine of one's own: nodes that show the same.
type hardware struct {
	name, architecture string
	cores              int
	// seen is the least memory that its nodes see, stored the least that they keep pods'
	// files on and leave to them; 0 where they do not say.
	seen, stored units.Bytes
	// memory and disk are what is built in: as much as a plan takes to show no more than
	// was seen.
	memory, disk units.Bytes
	// devices are what device plugins offer, "4 nvidia.com/gpu", sorted.
	devices []string
	nodes   []*Node
	byZone  map[string]int
	// open says why more may be needed than stand there; empty where the count binds.
	open string
}

// resourceOf returns an amount of a list in whole units, of CPU in thousandths of
// a core, and whether it can be one.
func resourceOf(list corev1.ResourceList, name corev1.ResourceName) (amount int64, ok bool) {
	q, has := list[name]
	switch {
	case !has || q.Sign() < 0:
		return 0, false
	case name == corev1.ResourceCPU:
		amount = q.MilliValue()
	default:
		amount = q.Value()
	}
	return amount, amount >= 0
}

// left returns what a node leaves to pods; all that it has where it does not say.
func (n *Node) left(name corev1.ResourceName) int64 {
	capacity, _ := resourceOf(n.Capacity, name)
	if amount, ok := resourceOf(n.Allocatable, name); ok {
		return min(amount, capacity)
	}
	return capacity
}

// unusable says why no machine can be told from a node; empty where one can.
func (n *Node) unusable(o *Options) string {
	cpu, hasCPU := resourceOf(n.Capacity, corev1.ResourceCPU)
	memory, hasMemory := resourceOf(n.Capacity, corev1.ResourceMemory)
	zone := n.zone(o)
	switch {
	case n.Labels[corev1.LabelOSStable] == "windows":
		return "runs Windows, which is not planned"
	case n.Labels["type"] == "virtual-kubelet":
		return "is virtual: no machine stands behind it"
	case !slices.Contains([]string{"", "amd64", "arm64"}, n.Labels[corev1.LabelArchStable]):
		return fmt.Sprintf("is of architecture %s, which is not planned", n.Labels[corev1.LabelArchStable])
	case !hasCPU || !hasMemory:
		return "says not what it has: status.capacity without cpu or memory"
	case cpu < int64(units.Core) || cpu > mostCores*int64(units.Core) || units.Bytes(memory) < leastMemory || units.Bytes(memory) > mostMemory:
		return fmt.Sprintf("has %s CPU and %s of memory: machines have between 1 and %d cores and %s and %s",
			cpuText(units.MilliCPU(cpu)), bytesText(units.Bytes(memory)), int64(mostCores), bytesText(leastMemory), bytesText(mostMemory))
	case n.left(corev1.ResourceCPU) == 0 || n.left(corev1.ResourceMemory) == 0:
		return "leaves no CPU or no memory to pods"
	case zone == "":
		return "says no zone, unlike others: the label " + corev1.LabelTopologyZone + " is missing"
	case !slices.Contains(o.Zones, zone):
		return fmt.Sprintf("is of zone %s, which is not among the cluster's", zone)
	}
	return ""
}

// What machines are believed to have at most: far above what is sold, and low enough for
// sums of thousands of them.
const (
	mostCores  = 4096
	mostMemory = 256 * units.TiB
)

// zone returns the zone of a node; that of the cluster where it has one alone and the node
// does not say.
func (n *Node) zone(o *Options) string {
	if z := n.Labels[corev1.LabelTopologyZone]; z != "" || len(o.Zones) != 1 {
		return z
	}
	return o.Zones[0]
}

// control reports whether a node is of the control plane, and whether it keeps other pods
// off.
func (n *Node) control() (is, tainted bool) {
	for _, key := range []string{"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"} {
		if _, has := n.Labels[key]; has {
			is = true
		}
		if slices.ContainsFunc(n.Taints, func(t corev1.Taint) bool { return t.Key == key && t.Effect != corev1.TaintEffectPreferNoSchedule }) {
			is, tainted = true, true
		}
	}
	return is, tainted
}

// installed returns how much memory is built in where so much is seen: sizes are made of
// equal modules, so that they are whole eighths of a power of two, or whole GiB.
func installed(seen units.Bytes) units.Bytes {
	step := units.GiB
	for step*16 <= seen {
		step *= 2
	}
	return (seen + step - 1) / step * step
}

// machineKey tells kinds of machines apart. Sizes of memory and disks differ by a little
// from node to node.
func (n *Node) machineKey() string {
	cpu, _ := resourceOf(n.Capacity, corev1.ResourceCPU)
	memory, _ := resourceOf(n.Capacity, corev1.ResourceMemory)
	disk, _ := resourceOf(n.Capacity, corev1.ResourceEphemeralStorage)
	return fmt.Sprintf("%d/%d/%d/%s/%s", cpu/int64(units.Core), installed(units.Bytes(memory)), installed(units.Bytes(disk)), n.architecture(), strings.Join(n.devices(), ","))
}

func (n *Node) architecture() string {
	return cmp.Or(n.Labels[corev1.LabelArchStable], "amd64")
}

// devices are the extended resources that the node has, sorted.
func (n *Node) devices() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(n.Capacity)) {
		own := strings.Contains(string(name), "/") && !strings.Contains(string(name), "kubernetes.io/")
		if amount, ok := resourceOf(n.Capacity, name); own && ok && amount > 0 {
			out = append(out, fmt.Sprintf("%d %s", amount, name))
		}
	}
	return out
}

// typeName is the name that a node's owner gave to its kind; empty where there is none
// that says more than what set it up.
func (n *Node) typeName() string {
	name := n.Labels[corev1.LabelInstanceTypeStable]
	if name == "" || slices.Contains([]string{"k3s", "k0s", "rke2", "unknown"}, name) {
		return ""
	}
	return name
}

// kinds puts nodes of the same hardware together, by name. named returns the kind of a
// node where it is known otherwise.
func kinds(nodes []*Node, o *Options, named func(*Node) string) ([]*hardware, error) {
	byKey := map[string]*hardware{}
	for _, n := range nodes {
		name := named(n)
		key := name
		if name == "" {
			name = n.typeName()
			key = n.machineKey() + "/" + name
		}
		h := byKey[key]
		if h == nil {
			h = &hardware{name: name, architecture: n.architecture(), devices: n.devices(), byZone: map[string]int{}}
			byKey[key] = h
		}
		h.add(n, o)
	}
	var out []*hardware
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		out = append(out, byKey[key])
	}
	slices.SortStableFunc(out, func(a, b *hardware) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.cores, b.cores), cmp.Compare(a.seen, b.seen), cmp.Compare(a.stored, b.stored))
	})
	same := map[string]int{}
	for _, h := range out {
		same[h.name]++
	}
	taken := map[string]bool{}
	for _, h := range out {
		size := fmt.Sprintf("c%d-m%d", h.cores, installed(h.seen)/units.GiB)
		if h.architecture != "amd64" {
			size += "-" + h.architecture
		}
		switch {
		case h.name == "":
			h.name = size
		case same[h.name] > 1:
			h.name += "-" + size
		}
		h.name = unused(tidy(h.name), taken)
		if err := h.build(o); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b *hardware) int { return cmp.Compare(a.name, b.name) })
	return out, nil
}

// add counts a node in.
func (h *hardware) add(n *Node, o *Options) {
	cpu, _ := resourceOf(n.Capacity, corev1.ResourceCPU)
	memory, _ := resourceOf(n.Capacity, corev1.ResourceMemory)
	disk := units.Bytes(n.left(corev1.ResourceEphemeralStorage))
	cores := int(cpu / int64(units.Core))
	if len(h.nodes) == 0 {
		h.cores, h.seen, h.stored = cores, units.Bytes(memory), disk
	}
	h.cores, h.seen, h.stored = min(h.cores, cores), min(h.seen, units.Bytes(memory)), min(h.stored, disk)
	h.nodes = append(h.nodes, n)
	h.byZone[n.zone(o)]++
}

// build finds out what is built in, so that a plan counts on no more than what the nodes
// show.
func (h *hardware) build(o *Options) error {
	var failed error
	offer := func(memory, disk units.Bytes) planner.Allocatable {
		a, err := o.Node(planner.Machine{Name: h.name, VCPUs: h.cores, Memory: memory, Architecture: h.architecture, Disk: planner.MachineDisk{Size: disk}})
		if err != nil {
			failed = err
		}
		return a
	}
	h.memory = installed(h.seen)
	if offer(h.memory, 0).Memory > h.seen-evictionMemory {
		mib := sort.Search(int(h.memory/units.MiB), func(n int) bool {
			return offer(units.Bytes(n+1)*units.MiB, 0).Memory > h.seen-evictionMemory
		})
		h.memory = max(units.Bytes(mib)*units.MiB, leastMemory)
	}
	if h.stored > 0 {
		gib := sort.Search(int(2*h.stored/units.GiB)+16, func(n int) bool {
			return offer(h.memory, units.Bytes(n+1)*units.GiB).EphemeralStorage > h.stored
		})
		h.disk = units.Bytes(gib) * units.GiB
	}
	return failed
}

// reserve is what the nodes of a pool keep from pods.
type reserve struct {
	cpu      units.MilliCPU
	memory   units.Bytes
	eviction units.Bytes // 0: the kubelet's own
	pods     int         // 0: not said
}

// reserved returns the most that any of the nodes keeps.
func reserved(nodes []*Node) reserve {
	var r reserve
	var memory units.Bytes
	for _, n := range nodes {
		cpu, _ := resourceOf(n.Capacity, corev1.ResourceCPU)
		whole := cpu / int64(units.Core) * int64(units.Core)
		r.cpu = max(r.cpu, units.MilliCPU(max(0, whole-n.left(corev1.ResourceCPU))))
		seen, _ := resourceOf(n.Capacity, corev1.ResourceMemory)
		memory = max(memory, units.Bytes(seen-n.left(corev1.ResourceMemory)))
		if pods := int(n.left(corev1.ResourcePods)); pods > 0 && (r.pods == 0 || pods < r.pods) {
			r.pods = pods
		}
	}
	if r.memory = memory - evictionMemory; r.memory < 0 {
		r.memory, r.eviction = 0, memory
	}
	return r
}
