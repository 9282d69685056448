package kops

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// etcd returns the clusters of etcd, with a member on each of the first machines.
func (c *cluster) etcd() []object {
	e := c.ControlPlane.Etcd
	manager := object{}
	if e.BackupInterval > 0 {
		manager["backupInterval"] = e.BackupInterval.String()
	}
	if e.BackupRetention > 0 {
		manager["backupRetentionDays"] = int64(units.CeilDiv(e.BackupRetention, 24*time.Hour))
	}
	state := object{"name": "main", "manager": manager}
	if e.Quota > 0 {
		manager["env"] = []object{{"name": "ETCD_QUOTA_BACKEND_BYTES", "value": strconv.FormatInt(int64(e.Quota), 10)}}
	}
	if e.Heartbeat > 0 {
		state["heartbeatInterval"] = e.Heartbeat.String()
	}
	if e.ElectionTimeout > 0 {
		state["leaderElectionTimeout"] = e.ElectionTimeout.String()
	}
	var members, events []object
	for i := range c.machines[:e.Members] {
		member := object{"name": memberName(i), "instanceGroup": c.machines[i].group}
		event := object{"name": memberName(i), "instanceGroup": c.machines[i].group, "encryptedVolume": true}
		if e.Events != nil {
			volume(event, e.Events.Disk, "volume")
		}
		events = append(events, event)
		volume(member, e.Disk, "volume")
		member["encryptedVolume"] = true
		members = append(members, member)
	}
	state["etcdMembers"] = members
	apart := object{"name": "events", "etcdMembers": events}
	if e.Events != nil {
		apart["manager"] = object{"env": []object{{"name": "ETCD_QUOTA_BACKEND_BYTES", "value": strconv.FormatInt(int64(e.Events.Quota), 10)}}}
	}
	return []object{state, apart}
}

// memberName is "a" for the first member.
func memberName(i int) string { return string(rune('a' + i)) }

// volume writes a disk under names that begin with prefix. Sizes are whole GiB, rounded
// up.
func volume(to object, d planner.Disk, prefix string) {
	to[prefix+"Size"], to[prefix+"Type"] = int64(units.CeilDiv(d.Size, units.GiB)), d.Type
	if d.IOPS > 0 {
		to[prefix+"Iops"] = d.IOPS
	}
	if d.ThroughputMiBps > 0 {
		to[prefix+"Throughput"] = d.ThroughputMiBps
	}
}

// group returns an InstanceGroup in some zones.
func (c *cluster) group(name string, zones []string, spec object) object {
	if c.gcp() {
		spec["subnets"], spec["zones"] = []string{c.Cluster.Region}, zones
	} else {
		spec["subnets"] = zones
	}
	return object{
		"apiVersion": apiVersion, "kind": "InstanceGroup",
		"metadata": object{"name": name, "labels": object{"kops.k8s.io/cluster": c.name}},
		"spec":     spec,
	}
}

// controlPlaneGroup is of one machine of the control plane.
func (c *cluster) controlPlaneGroup(m *machine) object {
	spec := object{"role": "Master", "machineType": m.of.InstanceType, "minSize": 1, "maxSize": 1}
	c.rootVolume(spec, m.of.Disks[0])
	return c.group(m.group, []string{m.zone}, spec)
}

// rootVolume writes the disk that machines start from.
func (c *cluster) rootVolume(spec object, d planner.Disk) {
	volume(spec, d, "rootVolume")
	if !c.gcp() {
		spec["rootVolumeEncryption"] = true // Google Cloud encrypts every disk
	}
}

// nodeGroup is of a pool of nodes. Its sizes are those of the whole group, over all zones.
func (c *cluster) nodeGroup(p *emit.Pool) object {
	spec := object{
		"role": "Node", "machineType": p.Pool.InstanceType, "minSize": p.Min, "maxSize": p.Max,
		"nodeLabels": p.Labels(), "kubelet": kubelet(p), "rollingUpdate": rollingUpdate(p),
	}
	if len(p.Pool.RootDisks) > 0 {
		c.rootVolume(spec, p.Pool.RootDisks[0])
	}
	var taints []string
	for _, t := range p.Spec.Taints {
		taints = append(taints, fmt.Sprintf("%s=%s:%s", t.Key, t.Value, t.Effect))
	}
	if len(taints) > 0 {
		spec["taints"] = taints
	}
	switch spot := p.Pool.CapacityType == planner.Spot; {
	case spot && c.gcp():
		spec["gcpProvisioningModel"] = "SPOT"
	case spot:
		spec["mixedInstancesPolicy"] = object{
			"instances": []string{p.Pool.InstanceType}, "onDemandBase": 0, "onDemandAboveBase": 0,
			"spotAllocationStrategy": "price-capacity-optimized",
		}
	}
	return c.group(p.Name, p.Zones, spec)
}

// kubelet are the settings that the plan counts with, and the limit of pods.
func kubelet(p *emit.Pool) object {
	k := object{"maxPods": p.Pool.Allocatable.Pods}
	for name, r := range map[string]*planner.Reserve{"kubeReserved": p.Spec.Kubelet.KubeReserved, "systemReserved": p.Spec.Kubelet.SystemReserved} {
		if r != nil {
			k[name] = object{"cpu": fmt.Sprintf("%dm", r.CPU), "memory": fmt.Sprintf("%dMi", units.CeilDiv(r.Memory, units.MiB))}
		}
	}
	if e := p.Spec.Kubelet.EvictionMemory; e > 0 {
		// Beside memory what kops sets by itself (pkg/model/components/kubelet.go).
		k["evictionHard"] = strings.Join([]string{
			fmt.Sprintf("memory.available<%dMi", units.CeilDiv(e, units.MiB)),
			"nodefs.available<10%", "nodefs.inodesFree<5%", "imagefs.available<10%", "imagefs.inodesFree<5%",
		}, ",")
	}
	return k
}

// rollingUpdate is how many nodes are replaced at a time. Without a surge kops would start
// one more on AWS, which the plan does not have.
func rollingUpdate(p *emit.Pool) object {
	more, fewer := p.Width(p.Strategy("surge", "minimal"))
	return object{"maxSurge": more, "maxUnavailable": fewer}
}
