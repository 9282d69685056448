package terraform

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// plainValues returns the values of variables of our own for a cluster that people run
// themselves: node groups, control plane and etcd.
func plainValues(p *planner.Plan, n names) (object, error) {
	own := len(p.Cluster.Machines) > 0
	groups, errGroups := plainGroups(p, own)
	c := &plainControl{plan: &p.ControlPlane, version: p.Cluster.KubernetesVersion, own: own}
	if err := errors.Join(c.check(), errGroups); err != nil {
		return nil, err
	}
	return object{
		n.groups:                   groups,
		n.prefix + "control_plane": c.values(),
		n.prefix + "etcd":          c.etcd(),
	}, nil
}

// plainGroupValues returns the value of the variable of our own for the node groups of
// a cluster whose control plane somebody runs for whom there is no module here.
func plainGroupValues(p *planner.Plan, n names) (object, error) {
	groups, err := plainGroups(p, len(p.Cluster.Machines) > 0)
	if err != nil {
		return nil, err
	}
	return object{n.groups: groups}, nil
}

// longestPlainName is that of a label of DNS, which clouds and hosts take for names.
const longestPlainName = 63

// plainGroups returns the node groups by name.
func plainGroups(p *planner.Plan, own bool) (object, error) {
	groups := object{}
	err := collect(p, target{longest: longestPlainName}, func(shared *group) error {
		g := &plainGroup{shared, own}
		if err := g.check(); err != nil {
			return err
		}
		groups[g.name] = g.values()
		return nil
	})
	return groups, err
}

// plainControl is a control plane that people run themselves.
type plainControl struct {
	plan    *planner.ControlPlane
	version string
	// own: machines are the owner's and bring their disks.
	own bool
}

// check returns everything that keeps the control plane from being written.
func (c *plainControl) check() error {
	var errs []error
	if c.plan.Etcd == nil {
		errs = append(errs, errors.New("control_plane.etcd: the plan has none"))
	} else if n := c.plan.Etcd.Members; n < 1 || n > 7 || n%2 == 0 {
		errs = append(errs, fmt.Errorf("control_plane.etcd: %d members: the count is odd and at most 7", n))
	}
	if e := c.plan.Etcd; e != nil {
		errs = append(errs, checkClock("backup_interval", e.BackupInterval), checkClock("backup_retention", e.BackupRetention))
	}
	if c.plan.LoadBalancer == nil {
		errs = append(errs, errors.New("control_plane.load_balancer: the plan has none"))
	}
	seen := map[string]int{}
	for i := range c.plan.Machines {
		m := &c.plan.Machines[i]
		seen[m.Role] += m.Nodes
		if n := sum(m.NodesByZone); n != m.Nodes {
			errs = append(errs, fmt.Errorf("control_plane.%s: its zones have %d machines, the role %d", m.Role, n, m.Nodes))
		}
		if !c.own && len(m.Disks) == 0 {
			errs = append(errs, fmt.Errorf("control_plane.%s: the plan has no disk that its machines start from", m.Role))
		}
	}
	if seen[planner.RoleControlPlane] == 0 {
		errs = append(errs, errors.New("control_plane: the plan has no machines for it"))
	}
	if e := c.plan.Etcd; e != nil {
		role := planner.RoleControlPlane
		if e.Topology == planner.External {
			role = planner.RoleEtcd
		}
		if seen[role] != e.Members {
			errs = append(errs, fmt.Errorf("control_plane.etcd: %d members on %d machines of role %s", e.Members, seen[role], role))
		}
	}
	if b := c.plan.LoadBalancer; b != nil && b.Hosts != seen[planner.RoleLoadBalancer] {
		errs = append(errs, fmt.Errorf("control_plane.load_balancer: %d hosts, the plan has machines for %d", b.Hosts, seen[planner.RoleLoadBalancer]))
	}
	return errors.Join(errs...)
}

// values returns the control plane without etcd.
func (c *plainControl) values() object {
	machines := object{}
	for i := range c.plan.Machines {
		m := &c.plan.Machines[i]
		v := object{"machine_type": m.InstanceType, "nodes_by_zone": byZone(m.NodesByZone)}
		if !c.own {
			v["root_disk"] = plainDisk(m.Disks[0])
		}
		machines[m.Role] = v
	}
	b := c.plan.LoadBalancer
	balancer := object{"kind": string(b.Kind), "hosts": b.Hosts, "ports": append([]int{}, b.Ports...)}
	if b.HealthCheck != "" {
		balancer["health_check"] = b.HealthCheck
	}
	return object{"kubernetes_version": c.version, "machines": machines, "load_balancer": balancer}
}

// etcd returns how the cluster's state is kept, by the names of etcd's flags.
func (c *plainControl) etcd() object {
	e := c.plan.Etcd
	out := object{
		"topology":            string(e.Topology),
		"members":             e.Members,
		"quota_backend_bytes": int64(e.Quota),
		"heartbeat_interval":  milliseconds(e.Heartbeat),
		"election_timeout":    milliseconds(e.ElectionTimeout),
		"disk":                plainDisk(e.Disk),
		"backup": object{
			"interval":    clock(e.BackupInterval),
			"retention":   clock(e.BackupRetention),
			"storage_gib": int64(units.CeilDiv(e.BackupStorage, units.GiB)),
		},
	}
	if e.Events != nil {
		out["events"] = object{"quota_backend_bytes": int64(e.Events.Quota), "disk": plainDisk(e.Events.Disk)}
	}
	return out
}

// milliseconds rounds up.
func milliseconds(d time.Duration) int64 { return int64(units.CeilDiv(d, time.Millisecond)) }

// checkClock returns an error unless clock can write an attribute of etcd.
func checkClock(name string, d time.Duration) error {
	if d < time.Second || d%time.Second != 0 {
		return fmt.Errorf("control_plane.etcd.%s: %v is not written in whole seconds, 1 or more", name, d)
	}
	return nil
}

// clock writes a duration of whole seconds, at least one, in hours, minutes and
// seconds, those that are 0 left out: "15m". It panics on any other: nothing is
// rounded.
func clock(d time.Duration) string {
	if err := checkClock("backup", d); err != nil {
		panic("terraform: " + err.Error())
	}
	var b strings.Builder
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / u.of; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
		}
		d %= u.of
	}
	return b.String()
}

// plainDisk returns a disk, in whole GiB, rounded up. What the type brings by
// itself is left out.
func plainDisk(d planner.Disk) object {
	v := object{"size_gib": int64(units.CeilDiv(d.Size, units.GiB))}
	if d.Type != "" {
		v["type"] = d.Type
	}
	if d.IOPS > 0 {
		v["iops"] = d.IOPS
	}
	if d.ThroughputMiBps > 0 {
		v["throughput_mib"] = d.ThroughputMiBps
	}
	return v
}

// byZone are counts by the zone's name.
func byZone(counts []planner.ZoneCount) map[string]int {
	zones := map[string]int{}
	for _, z := range counts {
		zones[z.Zone] += z.Nodes
	}
	return zones
}

func sum(counts []planner.ZoneCount) int {
	total := 0
	for _, z := range counts {
		total += z.Nodes
	}
	return total
}
