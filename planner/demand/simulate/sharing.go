package simulate

import "math"

// task is a request at a pod whose requests share cores.
type task struct {
	arrived, cpu, off float64
	from              int32
}

// sharing is the state of pods whose requests hold a worker while they first
// share the pod's cores and then spend time off them.
type sharing struct {
	router
	now  float64
	pods []sharingPod
	// next holds the pods as a heap by their next event, and place where each is.
	next, place []int32
	// queue is that of Pooled.
	queue fifo
	// rankings say how many requests are in flight: of LeastRequests and
	// PowerOfTwo for each balancer, of Pooled one.
	rankings []*ranking
}

type sharingPod struct {
	// work is the CPU time that each request in the CPU part has got at the time
	// since, from where the part was last empty. on holds these requests at the
	// work at which they are done, off those off the CPU at the time.
	work, since float64
	on, off     calendar[task]
	waiting     fifo
	held        int     // workers
	at          float64 // of the next event
}

// fifo is a queue.
type fifo struct {
	tasks []task
	head  int
}

func (q *fifo) len() int { return len(q.tasks) - q.head }

func (q *fifo) push(t task) {
	if q.head > len(q.tasks)/2 {
		q.tasks = q.tasks[:copy(q.tasks, q.tasks[q.head:])]
		q.head = 0
	}
	q.tasks = append(q.tasks, t)
}

func (q *fifo) pop() task {
	q.head++
	return q.tasks[q.head-1]
}

func (q *fifo) shift(by float64) {
	for i := range q.tasks {
		q.tasks[i].arrived -= by
	}
}

func newSharing(s System, seed Seed) *sharing {
	f := &sharing{router: newRouter(s, seed), pods: make([]sharingPod, s.Pods)}
	f.next, f.place = make([]int32, s.Pods), make([]int32, s.Pods)
	for range s.balancers() {
		f.rankings = append(f.rankings, newRanking(s.Pods))
	}
	f.empty()
	return f
}

// empty starts with empty pods at time 0.
func (f *sharing) empty() {
	f.now, f.queue = 0, fifo{}
	for i := range f.pods {
		f.pods[i] = sharingPod{at: math.Inf(1)}
		f.next[i], f.place[i] = int32(i), int32(i)
	}
	for _, r := range f.rankings {
		r.reset()
	}
}

func (f *sharing) rebind() bool {
	if !f.bind() {
		return false
	}
	f.empty()
	return true
}

func (f *sharing) clock() float64 { return f.now }

func (f *sharing) rebase() {
	for i := range f.pods {
		p := &f.pods[i]
		p.since -= f.now
		p.at -= f.now
		p.off.shift(f.now)
		for j := range p.on {
			p.on[j].what.arrived -= f.now
		}
		for j := range p.off {
			p.off[j].what.arrived -= f.now
		}
		p.waiting.shift(f.now)
	}
	f.queue.shift(f.now)
	f.now = 0
}

// serve lets the requests of a block arrive, and adds the response times of those
// that end before the last of them.
func (f *sharing) serve(b *block) {
	known := f.route(b)
	balancer := 0
	for i, gap := range b.gaps {
		now := f.now + gap
		for f.pods[f.next[0]].at <= now {
			f.happen(int(f.next[0]), b)
		}
		f.now = now
		if len(f.rankings) > 1 {
			balancer = pick(b.origins[i], len(f.rankings))
		}
		if !known {
			b.pods[i] = int32(f.choose(f.rankings[balancer], b.choices[i]))
		}
		t := task{arrived: now, cpu: b.cpu[i], off: b.services[i], from: int32(balancer)}
		pod := int(b.pods[i])
		p := &f.pods[pod]
		switch {
		case p.held < f.sys.Workers || f.sys.Workers == 0:
			f.rankings[balancer].add(pod)
			f.begin(pod, now, t)
		case f.sys.Policy == Pooled:
			f.queue.push(t)
		default:
			f.rankings[balancer].add(pod)
			p.waiting.push(t)
		}
	}
}

// choose returns the pod by a policy that looks.
func (f *sharing) choose(r *ranking, draw uint64) int {
	if f.sys.Policy == PowerOfTwo {
		first, second := pickTwo(draw, f.sys.Pods)
		if r.counts[second] < r.counts[first] {
			return second
		}
		return first
	}
	return r.least(draw)
}

// speed returns how much work each request in the CPU part gets in a second.
func (f *sharing) speed(p *sharingPod) float64 {
	return min(1, f.sys.Cores/float64(len(p.on)))
}

// advance brings the work of a pod up to a time.
func (f *sharing) advance(p *sharingPod, now float64) {
	if len(p.on) == 0 {
		p.work = 0
	} else {
		p.work += float64((now - p.since) * f.speed(p))
	}
	p.since = now
}

// begin gives a request a worker of a pod.
func (f *sharing) begin(pod int, now float64, t task) {
	p := &f.pods[pod]
	f.advance(p, now)
	p.held++
	p.on.push(event[task]{p.work + t.cpu, t})
	f.reschedule(pod)
}

// happen lets the next event of a pod happen: a request leaves the CPU part, or
// ends.
func (f *sharing) happen(pod int, b *block) {
	p := &f.pods[pod]
	now := p.at
	f.advance(p, now)
	if len(p.off) == 0 || p.off[0].at > now {
		e := p.on.pop()
		p.work = e.at
		p.off.push(event[task]{now + e.what.off, e.what})
		f.reschedule(pod)
		return
	}
	t := p.off.pop().what
	b.out = append(b.out, now-t.arrived)
	f.rankings[t.from].remove(pod)
	p.held--
	switch {
	case p.waiting.len() > 0:
		f.begin(pod, now, p.waiting.pop())
	case f.queue.len() > 0:
		f.rankings[0].add(pod)
		f.begin(pod, now, f.queue.pop())
	default:
		f.reschedule(pod)
	}
}

// reschedule finds the next event of a pod and its place in the order.
func (f *sharing) reschedule(pod int) {
	p := &f.pods[pod]
	p.at = math.Inf(1)
	if len(p.on) > 0 {
		p.at = p.since + max(p.on[0].at-p.work, 0)/f.speed(p)
	}
	if len(p.off) > 0 {
		p.at = min(p.at, p.off[0].at)
	}
	i := int(f.place[pod])
	for i > 0 && f.pods[f.next[(i-1)/2]].at > p.at {
		f.put(i, f.next[(i-1)/2])
		i = (i - 1) / 2
	}
	for {
		child := 2*i + 1
		if child+1 < len(f.next) && f.pods[f.next[child+1]].at < f.pods[f.next[child]].at {
			child++
		}
		if child >= len(f.next) || f.pods[f.next[child]].at >= p.at {
			break
		}
		f.put(i, f.next[child])
		i = child
	}
	f.put(i, int32(pod))
}

// put puts a pod at a place of the order.
func (f *sharing) put(i int, pod int32) { f.next[i], f.place[pod] = pod, int32(i) }
