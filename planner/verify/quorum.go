package verify

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// mostMachines of a control plane whose losses are tried one by one: seven API
// servers, seven members and seven hosts of a load balancer.
const mostMachines = 3 * mostMembers

// majority of n members must agree (Raft).
func majority(n int) int { return n/2 + 1 }

// roster is the machines of a control plane.
type roster struct {
	members []planner.Member
	// state is the role that holds etcd.
	state string
	// need is the majority of etcd members.
	need int
	// balanced: hosts of a load balancer stand in front.
	balanced bool
}

func newRoster(members []planner.Member, state string) *roster {
	r := &roster{members: members, state: state}
	n := 0
	for _, m := range members {
		if m.Role == state {
			n++
		}
		r.balanced = r.balanced || m.Role == planner.RoleLoadBalancer
	}
	r.need = majority(n)
	return r
}

// zones returns the zones in which machines stand, in the order of the members.
func (r *roster) zones() []string {
	var zones []string
	for _, m := range r.members {
		if !slices.Contains(zones, m.Zone) {
			zones = append(zones, m.Zone)
		}
	}
	slices.Sort(zones)
	return zones
}

// works reports whether the machines that are left are a control plane: a majority
// of etcd, an API server and, where there are any, a host of the load balancer. It
// says what is left.
func (r *roster) works(left []planner.Member) (ok bool, what string) {
	var state, servers, hosts int
	for _, m := range left {
		if m.Role == r.state {
			state++
		}
		switch m.Role {
		case planner.RoleControlPlane:
			servers++
		case planner.RoleLoadBalancer:
			hosts++
		}
	}
	ok = state >= r.need && servers >= 1 && (!r.balanced || hosts >= 1)
	return ok, fmt.Sprintf("%d etcd members (a quorum is %d), %d API servers and %d load balancers", state, r.need, servers, hosts)
}

// try tries every way in which e can strike: each choice of zones with machines,
// and of what stands elsewhere each choice of machines. It returns how many there
// are, how many the control plane survives, and what is left in the first that it
// does not.
func (r *roster) try(e event) (tried, held int, broken string) {
	names := r.zones()
	for lost := range subsets(upTo(len(names)), e.zones) {
		var alive []int
		for i, m := range r.members {
			if !slices.ContainsFunc(lost, func(z int) bool { return names[z] == m.Zone }) {
				alive = append(alive, i)
			}
		}
		for struck := range subsets(alive, e.nodes) {
			var left []planner.Member
			for _, i := range alive {
				if !slices.Contains(struck, i) {
					left = append(left, r.members[i])
				}
			}
			tried++
			if ok, what := r.works(left); ok {
				held++
			} else if broken == "" {
				broken = what
			}
		}
	}
	return tried, held, broken
}

// upTo returns 0, 1, … n-1.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// quorum checks that etcd and the API servers survive every declared loss, and
// what the plan says of it.
func (k *checker) quorum(got *planner.ControlPlane, members []planner.Member) {
	state := k.stateRole()
	if len(members) > mostMachines {
		k.need(false, "control_plane.members", "control_plane.count", "%d machines, at most %d are right", len(members), mostMachines)
		return
	}
	r := newRoster(members, state)
	losses := k.c.ControlPlane.Redundancy
	events := declared(losses)
	for _, e := range events {
		_, _, broken := r.try(e)
		k.need(broken == "", "control_plane", "control_plane.survives", "loss of %v leaves %s", e, broken)
	}
	k.controlPlaneDrills(got, r, events)

	var holders []planner.Member // as if they were all there is
	for _, m := range members {
		if m.Role == state {
			holders = append(holders, planner.Member{Role: planner.RoleControlPlane, Zone: m.Zone})
		}
	}
	e, path := got.Etcd, "control_plane.etcd"
	k.need(e.Quorum == majority(e.Members), path, "etcd.quorum", "a quorum of %d, of %d members it is %d", e.Quorum, e.Members, majority(e.Members))
	nodes, zones := newRoster(holders, planner.RoleControlPlane).tolerates()
	k.need(e.ToleratesMembers == nodes, path, "etcd.tolerates", "%d members may fail, it is %d", e.ToleratesMembers, nodes)
	k.need(e.ToleratesZones == zones, path, "etcd.tolerates", "%d zones may fail, it is %d", e.ToleratesZones, zones)
	k.fewest(e, losses)
}

// tolerates returns how many machines, and how many zones, may fail whichever they
// are.
func (r *roster) tolerates() (nodes, zones int) {
	survives := func(e event) bool {
		_, _, broken := r.try(e)
		return broken == ""
	}
	for nodes < len(r.members) && survives(event{nodes: nodes + 1}) {
		nodes++
	}
	for zones < len(r.zones()) && survives(event{zones: zones + 1}) {
		zones++
	}
	return nodes, zones
}

// leastServers is the fewest API servers and members that are right: three, and one
// where nothing is to be survived.
func leastServers(losses planner.Redundancy) int {
	if len(declared(losses)) == 0 {
		return 1
	}
	return 3
}

// fewestMachines checks that where the planner chose how many API servers stand
// beside an external etcd they are odd and no fewer odd ones, and no fewer hosts of a
// load balancer, spread evenly over the zones, leave one after the declared losses.
func (k *checker) fewestMachines(got *planner.ControlPlane, spec *planner.ControlPlaneSpec) {
	zones, losses := len(k.c.Zones), spec.Redundancy
	leaves := func(n int) bool {
		return !slices.ContainsFunc(declared(losses), func(e event) bool { return leftOf(n, zones, e) < 1 })
	}
	servers := min(machinesOf(got, planner.RoleControlPlane), mostMachines)
	if spec.Nodes == 0 && k.stateRole() == planner.RoleEtcd {
		path := "control_plane.nodes"
		k.need(servers%2 == 1, path, "control_plane.count", "%d nodes; where the planner chooses it is an odd number", servers)
		for n := leastServers(losses); n < servers; n += 2 {
			k.need(!leaves(n), path, "control_plane.fewest", "%d nodes, %d survive the same losses", servers, n)
		}
	}
	hosts := min(machinesOf(got, planner.RoleLoadBalancer), mostMachines)
	for n := 2; n < hosts; n++ {
		k.need(!leaves(n), "control_plane.load_balancer", "control_plane.fewest", "%d hosts, %d survive the same losses", hosts, n)
	}
}

// leftOf returns how many of n machines, spread evenly over zones, are left in the
// worst case of e: the fullest zones are lost, and machines of the others.
func leftOf(n, zones int, e event) int {
	left := n
	for z := range min(e.zones, zones) {
		left -= n / zones
		if z < n%zones {
			left--
		}
	}
	return max(left-e.nodes, 0)
}

// fewest checks that where the planner chose the number of members no smaller odd
// one, spread evenly over the zones, survives the same losses: from three on, from one
// where nothing is to be survived.
func (k *checker) fewest(e *planner.Etcd, losses planner.Redundancy) {
	spec := &k.c.ControlPlane
	given := spec.Etcd.Members
	if k.stateRole() == planner.RoleControlPlane {
		given = max(given, spec.Nodes)
	}
	if given > 0 || len(k.c.Zones) == 0 {
		return
	}
	least := leastServers(losses)
	k.need(e.Members >= least, "control_plane.etcd", "etcd.members", "%d members, though losses are to be survived", e.Members)
	for n := least; n < min(e.Members, mostMembers); n += 2 {
		var members []planner.Member
		for i := range n {
			members = append(members, planner.Member{Role: planner.RoleControlPlane, Zone: k.c.Zones[i%len(k.c.Zones)]})
		}
		r := newRoster(members, planner.RoleControlPlane)
		breaks := slices.ContainsFunc(declared(losses), func(e event) bool {
			_, _, broken := r.try(e)
			return broken != ""
		})
		k.need(breaks, "control_plane.etcd", "etcd.fewest", "%d members, %d survive the same losses", e.Members, n)
	}
}

// controlPlaneDrills checks the plan's account of what it tried: every declared
// loss, as often as it can strike, with the outcome of each.
func (k *checker) controlPlaneDrills(got *planner.ControlPlane, r *roster, events []event) {
	path := "control_plane.survives"
	seen := map[event]bool{}
	for _, d := range got.Survives {
		e, ok := parseEvent(d.Event)
		if !k.need(ok && e.nodes <= mostMachines && e.zones <= mostMachines, path, "control_plane.drill_event", "%q is not a loss of nodes or zones", d.Event) {
			continue
		}
		k.need(!seen[e], path, "control_plane.drill_twice", "%q is there twice", d.Event)
		seen[e] = true
		tried, held, _ := r.try(e)
		k.need(d.Tried == tried && d.Held == held, path, "control_plane.drill", "%q: %d of %d held, it is %d of %d", d.Event, d.Held, d.Tried, held, tried)
		k.need(d.FreeCPU == 0, path, "control_plane.drill", "%q: %s of CPU stays free, which nobody counted", d.Event, percent(d.FreeCPU))
	}
	for i, e := range events {
		// Where both strike at once, the drill of both covers each alone.
		if len(events) < 3 || i == 2 {
			k.need(seen[e], path, "control_plane.drill_missing", "loss of %v was not tried", e)
		}
	}
}
