package rollout

import (
	"slices"
	"time"
)

// Status of a node.
type Status uint8

// The statuses. Nodes are paid for from Booting to Terminating. Ready, Cordoned and
// Draining ones are ready as Kubernetes has it; only Ready ones take new pods.
const (
	Booting Status = iota
	Ready
	Cordoned
	Draining
	// Drained nodes of a blue pool are kept, empty, to go back to.
	Drained
	Upgrading
	Terminating
	Terminated
	Failed
	statuses
)

func (s Status) paid() bool  { return s <= Terminating }
func (s Status) ready() bool { return s == Ready || s == Cordoned || s == Draining }

// Phase is what an upgrade is doing.
type Phase uint8

// The phases.
const (
	Idle Phase = iota
	ControlPlane
	AddOns
	SettingUp
	BootingNodes
	Cordoning
	Verifying
	Replacing
	WaitingForNodes
	SoakingBatch
	ScalingDown
	Soaking
	Deleting
	RunningParallel
	Done
	// Stopped: the update failed.
	Stopped
)

// Node is one machine.
type Node struct {
	Pool, Zone int32
	// Version is the number of the hop that it has: 0 is Plan.From.
	Version int32
	Status  Status
	// set is the part of the batch that it belongs to, -1 where to none.
	set int8
	// awaited: the phase goes on when it is ready.
	awaited bool
	// isOpen: it is among the open ones of its room, in which it has a place.
	isOpen bool
	place  int32
	// Pods on it, those that end and that start included.
	Pods int32
	// epoch counts how often it lost all its pods at once.
	epoch int32
	// first is where the counts of its pods begin, of the workloads of its group.
	first int32
}

// Pods of a workload in all: their sum never changes.
type Pods struct {
	Ready, Leaving, Starting int
	// Pending have no place.
	Pending int
}

// away is how many are not ready.
func (p *Pods) away() int { return p.Leaving + p.Starting + p.Pending }

// stage of a part of a batch.
type stage uint8

const (
	resting stage = iota
	starting
	draining
	leaving
	returning
)

// part is the nodes of a batch that are drained together.
type part struct {
	nodes []int32
	stage stage
	// boots nodes are waited for; left pods are on the nodes, flight pods that were
	// evicted from them are not ready yet.
	boots, left, flight int
	// from is, by workload, the first node that may have pods to evict.
	from  []int32
	stamp int32
}

// State of an upgrade. Start makes the first one, Step the next.
type State struct {
	Now   time.Duration
	Phase Phase
	// Hop and Pool say whose turn it is.
	Hop, Pool int
	// RolledBack: nodes are taken back, or were.
	RolledBack bool
	// Reasons say why it stopped.
	Reasons []string

	set   *setting
	nodes []Node
	// ready, starting and leaving pods by node and place of the workload in its group.
	ready, starting, leaving []int32
	pods                     []Pods
	// count of nodes by pool, zone and status.
	count []int
	// readyIn is ready pods by workload and zone, held the number of nodes by
	// workload and how many ready pods they have, most an upper bound of those.
	readyIn []int
	held    [][]int32
	most    []int32

	from, to    int32 // versions of the round
	queue       []int32
	next        int
	parts       [2]part
	boots       int // nodes that the phase waits for
	steps       int // of a phase that has several
	stamp       int32
	back        bool // a roll back waits for the batch to end
	due         bool // the switch waits for the second cluster's nodes
	swap        int  // nodes of the queue that are replaced by machines of their zone
	joined      bool // machines that help the pool are there
	helped      bool // and they are leaving
	down        []bool
	rooms       []room // by group and zone
	full        []bool // by group, zone and workload: nothing open has room
	placedIn    []int  // pods that are ready or start, by workload and zone
	waiting     []int  // pods without a place by group, zone and workload
	pendingPods int
	buffer      []int32
	buffered    int // group whose pods the buffer holds, -1 none
	zoneList    []int32
	nodeList    []int32

	effects []Effect
	touched []int32 // workloads whose pods changed since it was cleared
	isTouch []bool
	moved   bool // nodes changed since it was cleared
}

// setting is what a plan says, worked out once and shared by all states.
type setting struct {
	plan   *Plan
	zones  int
	works  int
	groups []int    // by pool
	inAll  int      // groups
	course []Course // by pool
	width  []width
	zoneOf [][]int // by pool: what surplus nodes are spread over
	// helpers are, by pool, the zones of machines that join for a round.
	helpers [][]int32
	size    []int // by pool
	first   []int // by pool: number of its first node
	pods    []int // by workload, in all
	place   Placer
	// worksOf are the workloads of each group, that have pods on its nodes; placeOf is the
	// place of each among them, by pool and workload, -1 where it is none.
	worksOf [][]int
	placeOf []int32
}

// course is that of the pool that is replaced; that of the plan where none is.
func (s *State) course() Course {
	if s.Pool < 0 {
		return s.set.plan.Course
	}
	return s.set.course[s.Pool]
}

// newSetting works a plan out.
func newSetting(p *Plan) *setting {
	s := &setting{plan: p, zones: len(p.Zones), works: len(p.Workloads), pods: make([]int, len(p.Workloads)), place: p.Place}
	names := make(map[string]int)
	first := 0
	for i := range p.Pools {
		pool := &p.Pools[i]
		g, known := names[pool.Group]
		if !known || pool.Group == "" {
			g = s.inAll
			s.inAll++
			names[pool.Group] = g
		}
		n, zones := 0, pool.Zones
		for _, c := range pool.Nodes {
			n += c.Nodes
			if len(pool.Zones) == 0 && c.Nodes > 0 && !slices.Contains(zones, c.Zone) {
				zones = append(zones, c.Zone)
			}
			for w, q := range c.Pods {
				s.pods[w] += q * c.Nodes
			}
		}
		s.groups = append(s.groups, g)
		s.size = append(s.size, n)
		s.first = append(s.first, first)
		s.zoneOf = append(s.zoneOf, zones)
		course, _ := p.ways(pool)
		s.course = append(s.course, course)
		w := widthOf(p, pool, n, len(zones))
		s.width = append(s.width, w)
		s.helpers = append(s.helpers, helperZones(pool, w.helpers, s.zones))
		first += n
	}
	s.sortWorks()
	return s
}

// sortWorks finds the workloads of each group.
func (s *setting) sortWorks() {
	s.worksOf = make([][]int, s.inAll)
	has := make([]bool, s.inAll*s.works)
	for i := range s.plan.Pools {
		for _, c := range s.plan.Pools[i].Nodes {
			for w, q := range c.Pods {
				has[s.groups[i]*s.works+w] = has[s.groups[i]*s.works+w] || q > 0 && c.Nodes > 0
			}
		}
	}
	for g := range s.inAll {
		for w := range s.works {
			if has[g*s.works+w] {
				s.worksOf[g] = append(s.worksOf[g], w)
			}
		}
	}
	for _, g := range s.groups {
		place := int32(0)
		for w := range s.works {
			if !has[g*s.works+w] {
				s.placeOf = append(s.placeOf, -1)
				continue
			}
			s.placeOf = append(s.placeOf, place)
			place++
		}
	}
}

// placeIn returns the place of a workload among those of a pool's group, -1 where it is none
// of them.
func (s *setting) placeIn(pool int32, w int) int { return int(s.placeOf[int(pool)*s.works+w]) }

// Start returns the state before an upgrade, in which every pod is ready.
func Start(p *Plan) State {
	set := newSetting(p)
	s := State{
		Pool: -1, set: set, buffered: -1, pods: make([]Pods, set.works),
		count:   make([]int, len(p.Pools)*set.zones*int(statuses)),
		readyIn: make([]int, set.works*set.zones), held: make([][]int32, set.works), most: make([]int32, set.works),
		down: make([]bool, set.zones), rooms: make([]room, set.inAll*set.zones), full: make([]bool, set.inAll*set.zones*set.works),
		placedIn: make([]int, set.works*set.zones),
		waiting:  make([]int, set.inAll*set.zones*set.works),
		isTouch:  make([]bool, set.works),
	}
	for i := range s.parts {
		s.parts[i].from = make([]int32, set.works)
	}
	for at := range s.rooms {
		s.rooms[at].unfit = make([]bitset, len(set.worksOf[at/set.zones]))
	}
	s.reserve()
	for i := range p.Pools {
		for _, c := range p.Pools[i].Nodes {
			for range c.Nodes {
				n := s.addNode(int32(i), int32(c.Zone), 0, Ready)
				for w, q := range c.Pods {
					if q > 0 {
						s.addReady(n, w, int32(q))
						s.placedIn[w*set.zones+c.Zone] += q
						s.addPods(n, int32(q))
					}
				}
				s.push(n)
			}
		}
	}
	return s
}

// reserve makes room for the nodes and their pods, and for as many that replace them.
func (s *State) reserve() {
	nodes, counts := 0, 0
	for i, n := range s.set.size {
		if s.set.course[i] != InPlace {
			n *= 2
		}
		nodes += n
		counts += n * len(s.set.worksOf[s.set.groups[i]])
	}
	s.nodes = make([]Node, 0, nodes)
	s.ready, s.starting, s.leaving = make([]int32, 0, counts), make([]int32, 0, counts), make([]int32, 0, counts)
}

// clone returns a copy that shares nothing that changes.
func (s *State) clone() State {
	c := *s
	c.Reasons = slices.Clone(s.Reasons)
	c.nodes = slices.Clone(s.nodes)
	c.ready, c.starting, c.leaving = slices.Clone(s.ready), slices.Clone(s.starting), slices.Clone(s.leaving)
	c.pods, c.count, c.readyIn = slices.Clone(s.pods), slices.Clone(s.count), slices.Clone(s.readyIn)
	c.held = slices.Clone(s.held)
	for i, h := range c.held {
		c.held[i] = slices.Clone(h)
	}
	c.most = slices.Clone(s.most)
	c.queue = slices.Clone(s.queue)
	for i := range c.parts {
		c.parts[i].nodes, c.parts[i].from = slices.Clone(s.parts[i].nodes), slices.Clone(s.parts[i].from)
	}
	c.down = slices.Clone(s.down)
	c.rooms = slices.Clone(s.rooms)
	for i := range c.rooms {
		c.rooms[i] = s.rooms[i].clone()
	}
	c.full, c.waiting = slices.Clone(s.full), slices.Clone(s.waiting)
	c.placedIn = slices.Clone(s.placedIn)
	c.buffer, c.zoneList, c.nodeList, c.buffered = nil, nil, nil, -1
	c.effects = slices.Clone(s.effects)
	c.touched, c.isTouch = slices.Clone(s.touched), slices.Clone(s.isTouch)
	return c
}

// addNode adds a node and returns its number.
func (s *State) addNode(pool, zone, version int32, status Status) int32 {
	g := s.set.groups[pool]
	r, n := &s.rooms[g*s.set.zones+int(zone)], int32(len(s.nodes))
	s.nodes = append(s.nodes, Node{Pool: pool, Zone: zone, Version: version, Status: status, set: -1, place: int32(len(r.nodes)), first: int32(len(s.ready))})
	r.nodes = append(r.nodes, n)
	for range s.set.worksOf[g] {
		s.ready, s.starting, s.leaving = append(s.ready, 0), append(s.starting, 0), append(s.leaving, 0)
	}
	s.count[s.cell(pool, zone)+int(status)]++
	s.moved = true
	return n
}

// works returns the workloads of a node's group, in the order of its counts.
func (s *State) works(n int32) []int { return s.set.worksOf[s.set.groups[s.nodes[n].Pool]] }

// at is where the pods of a workload of its group are counted on a node.
func (s *State) at(n int32, w int) int {
	node := &s.nodes[n]
	return int(node.first) + s.set.placeIn(node.Pool, w)
}

// cell is where the counts of a pool in a zone begin.
func (s *State) cell(pool, zone int32) int {
	return (int(pool)*s.set.zones + int(zone)) * int(statuses)
}

// setStatus gives a node another status.
func (s *State) setStatus(n int32, to Status) {
	node := &s.nodes[n]
	c := s.cell(node.Pool, node.Zone)
	s.count[c+int(node.Status)]--
	s.count[c+int(to)]++
	node.Status = to
	s.moved = true
	if to != Ready {
		s.shut(n)
	}
}

// addReady adds ready pods of a workload on a node, or takes them away.
func (s *State) addReady(n int32, w int, d int32) {
	at := s.at(n, w)
	old := s.ready[at]
	s.ready[at] = old + d
	s.pods[w].Ready += int(d)
	s.readyIn[w*s.set.zones+int(s.nodes[n].Zone)] += int(d)
	h := s.held[w]
	for len(h) <= int(old+d) {
		h = append(h, 0)
	}
	if old > 0 {
		h[old]--
	}
	if old+d > 0 {
		h[old+d]++
	}
	s.held[w] = h
	s.most[w] = max(s.most[w], old+d)
	s.touch(w)
}

// touch notes that something of a workload that is counted has changed.
func (s *State) touch(w int) {
	if !s.isTouch[w] {
		s.isTouch[w] = true
		s.touched = append(s.touched, int32(w))
	}
}

// Nodes returns how many nodes of a pool there are in a zone with a status; a pool
// or zone of -1 is all.
func (s *State) Nodes(pool, zone int, is func(Status) bool) int {
	var sum int
	for p := range s.set.plan.Pools {
		for z := range s.set.zones {
			if pool >= 0 && p != pool || zone >= 0 && z != zone {
				continue
			}
			c := s.cell(int32(p), int32(z))
			for status := range statuses {
				if is(status) {
					sum += s.count[c+int(status)]
				}
			}
		}
	}
	return sum
}

// Workload returns the pods of a workload.
func (s *State) Workload(w int) Pods { return s.pods[w] }

// Len returns how many nodes there are or were; their numbers are below it.
func (s *State) Len() int { return len(s.nodes) }

// Node returns a node.
func (s *State) Node(n int) Node { return s.nodes[n] }

// On returns how many pods of each workload are on a node, those that end and that
// start included, in buf if it has room.
func (s *State) On(n int, buf []int32) []int32 {
	return s.counts(int32(n), buf, s.ready, s.starting, s.leaving)
}

// counts returns the sums of what is counted on a node by workload, in buf if it has room.
func (s *State) counts(n int32, buf []int32, counted ...[]int32) []int32 {
	buf = append(buf[:0], make([]int32, s.set.works)...)
	first := int(s.nodes[n].first)
	for i, w := range s.works(n) {
		for _, of := range counted {
			buf[w] += of[first+i]
		}
	}
	return buf
}

// ReadyOn returns how many ready pods of each workload are on a node, in buf if it has
// room.
func (s *State) ReadyOn(n int, buf []int32) []int32 {
	return s.counts(int32(n), buf, s.ready)
}

// readyNodes of a pool.
func (s *State) readyNodes(pool int) int {
	var sum int
	for z := range s.set.zones {
		c := s.cell(int32(pool), int32(z))
		sum += s.count[c+int(Ready)] + s.count[c+int(Cordoned)] + s.count[c+int(Draining)]
	}
	return sum
}

// paidNodes of a pool in a zone.
func (s *State) paidNodes(pool, zone int) int {
	c := s.cell(int32(pool), int32(zone))
	var sum int
	for status := Booting; status.paid(); status++ {
		sum += s.count[c+int(status)]
	}
	return sum
}
