package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// besideGroup is the strategy of a second group beside each.
const besideGroup = "node_group_blue_green"

// The most characters that a name of a group may have: of a node group that Terraform's EKS
// module adds a suffix to, of a pool of GKE, and of what EKS and kops take themselves.
const (
	longestOnEKS = 63 - 26 - 1
	longestOnGKE = 40
	longestName  = 63
)

// named are the pools of the plan by the names of their courses.
func (c *commands) named() map[string]part {
	names, err := writtenNames(c.plan)
	out := map[string]part{}
	for i := range c.plan.NodeGroups {
		g := &c.plan.NodeGroups[i]
		for j, course := range g.CourseNames() {
			p := part{group: g, pool: &g.Pools[j], spec: emit.SpecOf(c.plan, g.Name)}
			if err == nil { // else two would be written under one name
				p.name = names[i][j]
			}
			out[course] = p
		}
	}
	return out
}

// nameOr is the name under which a course's nodes are written, or a word in its place where
// the plan does not say.
func (c *commands) nameOr(g *planner.UpgradeGroup, word string) string {
	if p, ok := c.parts[g.Name]; ok {
		if p.name != "" {
			return shellWord(p.name)
		}
		return word
	}
	if strings.Contains(g.Name, "/") {
		return word
	}
	return shellWord(g.Name)
}

// nodes brings the nodes of a group to a minor, where they are replaced or upgraded within
// the group.
func (c *commands) nodes(g *planner.UpgradeGroup, by, minor string) []string {
	switch {
	case c.managed() == onEKS:
		return c.eksNodes(g, by, minor)
	case c.managed() == onGKE:
		return c.gkeNodes(g, by, minor)
	case c.kops() && by != inPlaceStrategy:
		return c.kopsNodes(g)
	}
	return c.ownNodes(by, minor)
}

// eksNodes updates a managed node group.
func (c *commands) eksNodes(g *planner.UpgradeGroup, by, minor string) []string {
	way := "DEFAULT"
	if by == "minimal" {
		way = "MINIMAL"
	}
	of := c.eksGroup(g)
	var out []string
	if g.Width.MaxUnavailable > 0 {
		out = append(out,
			fmt.Sprintf("aws eks update-nodegroup-config %s --update-config maxUnavailable=%d,updateStrategy=%s", of, g.Width.MaxUnavailable, way),
			"aws eks wait nodegroup-active "+of)
	}
	return append(out,
		fmt.Sprintf("aws eks update-nodegroup-version %s --kubernetes-version %s --query update.id --output text", of, shellWord(minor)),
		"aws eks wait nodegroup-active "+of,
		fmt.Sprintf("aws eks describe-update %s --name %s --nodegroup-name %s --update-id UPDATE", c.where, shellWord(c.cluster.Name), c.nameOr(g, "NODE_GROUP")))
}

// eksGroup are the flags that name a node group.
func (c *commands) eksGroup(g *planner.UpgradeGroup) string {
	return fmt.Sprintf("%s --cluster-name %s --nodegroup-name %s", c.where, shellWord(c.cluster.Name), c.nameOr(g, "NODE_GROUP"))
}

// gkeNodes upgrades a node pool by its own settings.
func (c *commands) gkeNodes(g *planner.UpgradeGroup, by, minor string) []string {
	pool, cluster := c.nameOr(g, "NODE_POOL"), shellWord(c.cluster.Name)
	update := fmt.Sprintf("gcloud container node-pools update %s --cluster %s %s ", pool, cluster, c.where)
	soak := fmt.Sprintf("--node-pool-soak-duration %ds", int64(c.o.RollbackNodes/time.Second))
	switch by {
	case "gke_blue_green":
		update += fmt.Sprintf("--enable-blue-green-upgrade --standard-rollout-policy batch-node-count=%d,batch-soak-duration=%ds %s",
			max(g.Width.Batch, 1), int64(c.batchSoak(g)/time.Second), soak)
	case "gke_autoscaled_blue_green":
		wait := "WAIT"
		if d := c.waitsForDrain(g); d > 0 {
			wait = fmt.Sprintf("%ds", int64(d/time.Second))
		}
		update += "--enable-blue-green-upgrade --autoscaled-rollout-policy wait-for-drain-duration=" + wait
	default:
		update += fmt.Sprintf("--enable-surge-upgrade --max-surge-upgrade %d --max-unavailable-upgrade %d", g.Width.MaxSurge, g.Width.MaxUnavailable+g.Width.Batch)
	}
	return []string{
		update,
		fmt.Sprintf("gcloud container clusters upgrade %s %s --node-pool %s --cluster-version %s", cluster, c.where, pool, shellWord(minor)),
	}
}

// waitsForDrain is how long pods of a group are planned to have to leave by themselves.
func (c *commands) waitsForDrain(g *planner.UpgradeGroup) time.Duration {
	for i := range c.o.Timeline {
		if e := &c.o.Timeline[i]; e.Kind == planner.UpgradeAwaitDrain && e.Group == g.Name {
			return e.For
		}
	}
	return 0
}

// batchSoak is the pause between batches that a group declares.
func (c *commands) batchSoak(g *planner.UpgradeGroup) time.Duration {
	group, _, _ := strings.Cut(g.Name, "/")
	if spec := emit.SpecOf(c.plan, group); spec != nil {
		return spec.UpdateConfig.Soak
	}
	return 0
}

// twin is the name of the group that takes the place of another at a minor.
func (c *commands) twin(g *planner.UpgradeGroup, minor string) string {
	p, ok := c.parts[g.Name]
	name := p.name
	if !ok {
		name = g.Name
	}
	longest := longestName
	if c.managed() == onGKE {
		longest = longestOnGKE
	}
	name += "-" + strings.ReplaceAll(minor, ".", "-")
	if p.name == "" || len(name) > longest {
		return "NEW_GROUP"
	}
	return shellWord(name)
}

// current is the name of the group whose nodes are left for a minor: its own in the first
// round, then that which the round before has made.
func (c *commands) current(g *planner.UpgradeGroup, minor string) string {
	at := slices.Index(c.u.NodeRounds, minor)
	if at <= 0 {
		return c.nameOr(g, "OLD_GROUP")
	}
	return c.twin(g, c.u.NodeRounds[at-1])
}

// selectorOf is the label by which the nodes of a group are found.
func (c *commands) selectorOf(name string) string {
	switch {
	case c.managed() == onEKS:
		return "eks.amazonaws.com/nodegroup=" + name
	case c.managed() == onGKE:
		return "cloud.google.com/gke-nodepool=" + name
	case c.kops():
		return "kops.k8s.io/instancegroup=" + name
	}
	return ""
}

// createBeside makes a second group of the same kind.
func (c *commands) createBeside(g *planner.UpgradeGroup, minor string) []string {
	name, cluster := c.twin(g, minor), shellWord(c.cluster.Name)
	switch {
	case c.managed() == onEKS:
		of := fmt.Sprintf("%s --cluster-name %s --nodegroup-name ", c.where, cluster)
		return []string{
			"# prints the role, the subnets, the image and the launch template of the group that there is",
			fmt.Sprintf("aws eks describe-nodegroup %s%s --query 'nodegroup.[nodeRole,subnets,amiType,launchTemplate]'", of, c.current(g, minor)),
			"# without --launch-template where it has none",
			fmt.Sprintf("aws eks create-nodegroup %s%s --kubernetes-version %s%s --node-role ROLE --subnets SUBNETS --ami-type IMAGE --launch-template id=TEMPLATE,version=VERSION",
				of, name, shellWord(minor), c.eksKind(g)),
			fmt.Sprintf("aws eks wait nodegroup-active %s%s", of, name),
		}
	case c.managed() == onGKE:
		return []string{
			fmt.Sprintf("gcloud container node-pools create %s --cluster %s %s --node-version %s%s", name, cluster, c.where, shellWord(minor), c.gkeKind(g)),
		}
	case c.kops():
		kops := shellWord(emit.KopsCluster(c.cluster.Name))
		return []string{
			fmt.Sprintf("kops get instancegroups %s --name %s --output yaml > group.yaml", c.current(g, minor), kops),
			"# in it metadata.name becomes " + name,
			"kops create --filename group.yaml --name " + kops,
			fmt.Sprintf("kops update cluster %s --yes", kops),
			fmt.Sprintf("kops validate cluster %s --wait 15m", kops),
		}
	}
	first := "# as many new machines, with the packages of " + patch(minor)
	if c.ownMachines() {
		first = "# the idle machines have been installed anew, with the packages of " + patch(minor)
	}
	return append([]string{first}, joinCommands("each of them")...)
}

// eksKind are the flags that say what nodes a group of EKS has.
func (c *commands) eksKind(g *planner.UpgradeGroup) string {
	p, ok := c.parts[g.Name]
	if !ok {
		return " --instance-types TYPE --scaling-config SIZES"
	}
	capacity := "ON_DEMAND"
	if p.pool.CapacityType == planner.Spot {
		capacity = "SPOT"
	}
	least, most := p.bounds()
	words := fmt.Sprintf(" --capacity-type %s --instance-types %s --scaling-config minSize=%d,maxSize=%d,desiredSize=%d",
		capacity, shellWord(p.pool.InstanceType), least, most, p.pool.Nodes)
	labels, taints := p.marks(func(t planner.Taint) string {
		effect := map[planner.TaintEffect]string{planner.NoSchedule: "NO_SCHEDULE", planner.NoExecute: "NO_EXECUTE", planner.PreferNoSchedule: "PREFER_NO_SCHEDULE"}[t.Effect]
		return fmt.Sprintf("key=%s,value=%s,effect=%s", t.Key, t.Value, effect)
	})
	words += " --labels " + shellWord(strings.Join(labels, ","))
	if len(taints) > 0 {
		for i := range taints {
			taints[i] = shellWord(taints[i])
		}
		words += " --taints " + strings.Join(taints, " ")
	}
	return words
}

// gkeKind are the same of a pool of GKE, whose counts are of each zone.
func (c *commands) gkeKind(g *planner.UpgradeGroup) string {
	p, ok := c.parts[g.Name]
	if !ok || len(p.pool.NodesByZone) == 0 {
		return " --machine-type TYPE --num-nodes NODES"
	}
	var zones []string
	for _, z := range p.pool.NodesByZone {
		zones = append(zones, z.Zone)
	}
	words := fmt.Sprintf(" --machine-type %s --node-locations %s --num-nodes %d --max-pods-per-node %d",
		shellWord(p.pool.InstanceType), shellWord(strings.Join(zones, ",")), units.CeilDiv(p.pool.Nodes, len(zones)), p.pool.Allocatable.Pods)
	if len(p.pool.RootDisks) > 0 {
		d := p.pool.RootDisks[0]
		words += fmt.Sprintf(" --disk-type %s --disk-size %d", shellWord(d.Type), int64(units.CeilDiv(d.Size, units.GiB)))
	}
	if p.pool.CapacityType == planner.Spot {
		words += " --spot"
	}
	if n := c.gpusOf(p.pool.InstanceType); n > 0 {
		words += fmt.Sprintf(" --accelerator type=ACCELERATOR,count=%d", n)
	}
	labels, taints := p.marks(func(t planner.Taint) string { return fmt.Sprintf("%s=%s:%s", t.Key, t.Value, t.Effect) })
	words += " --node-labels " + shellWord(strings.Join(labels, ","))
	if len(taints) > 0 {
		words += " --node-taints " + shellWord(strings.Join(taints, ","))
	}
	if least, most := p.bounds(); least != most {
		words += fmt.Sprintf(" --enable-autoscaling --min-nodes %d --max-nodes %d", units.CeilDiv(least, len(zones)), most/len(zones))
	}
	return words
}

// gpusOf is how many GPUs a machine of a type has, shares of one not counted.
func (c *commands) gpusOf(instanceType string) int {
	for i := range c.plan.Offers {
		if t := &c.plan.Offers[i]; t.Name == instanceType {
			return t.GPUs.Milli / 1000
		}
	}
	return 0
}

// gpuName is the model of a machine's GPUs.
func (c *commands) gpuName(instanceType string) string {
	for i := range c.plan.Offers {
		if t := &c.plan.Offers[i]; t.Name == instanceType {
			return t.GPUs.Name
		}
	}
	return ""
}

// bounds are the pool's parts of its group's bounds.
func (p *part) bounds() (least, most int) {
	var base units.CountOrRatio
	if p.spec != nil {
		base = p.spec.Instances.OnDemandBase
	}
	lower, upper := planner.SplitBounds(p.group, base, 1)
	for i := range p.group.Pools {
		if &p.group.Pools[i] == p.pool {
			return lower[i], upper[i]
		}
	}
	return p.pool.Nodes, p.pool.Nodes
}

// marks are the labels and taints of a pool's nodes, sorted, a taint as it is written.
func (p *part) marks(write func(planner.Taint) string) (labels, taints []string) {
	all := map[string]string{emit.GroupLabel: p.group.Name}
	if p.spec != nil {
		maps.Copy(all, p.spec.Labels)
		for _, t := range p.spec.Taints {
			taints = append(taints, write(t))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		labels = append(labels, key+"="+all[key])
	}
	return labels, taints
}

// seeBeside looks at the nodes of a second group before pods move to it.
func (c *commands) seeBeside(g *planner.UpgradeGroup, minor string) []string {
	return []string{
		"kubectl get nodes" + c.selecting(c.twin(g, minor)),
		"# the pods of DaemonSets run on each NODE of them",
		"kubectl get pods --all-namespaces --field-selector spec.nodeName=NODE",
	}
}

// selecting is a flag that selects the nodes of a group; empty where no label tells them.
func (c *commands) selecting(name string) string {
	if s := c.selectorOf(name); s != "" {
		return " --selector " + s
	}
	return ""
}

// moveBeside moves the pods to the second group.
func (c *commands) moveBeside(g *planner.UpgradeGroup, minor string) []string {
	var out []string
	old := c.selecting(c.current(g, minor))
	if old == "" {
		return []string{"# each old NODE of the group first", "kubectl cordon NODE", "# then each of them, so many at a time as said", "kubectl drain NODE" + drainFlags}
	}
	if c.managed() == onGKE && c.scales(g) {
		out = append(out, fmt.Sprintf("gcloud container node-pools update %s --cluster %s %s --no-enable-autoscaling", c.current(g, minor), shellWord(c.cluster.Name), c.where))
	}
	return append(out,
		"kubectl cordon"+old,
		"# for each NODE that this lists, so many at a time as said",
		"kubectl get nodes"+old,
		"kubectl drain NODE"+drainFlags)
}

// scales reports whether an autoscaler may change how many nodes a group has.
func (c *commands) scales(g *planner.UpgradeGroup) bool {
	p, ok := c.parts[g.Name]
	return ok && p.group.MinNodes != p.group.MaxNodes
}

// deleteOld deletes the group whose pods have moved.
func (c *commands) deleteOld(g *planner.UpgradeGroup, minor string) []string {
	name, cluster := c.current(g, minor), shellWord(c.cluster.Name)
	switch {
	case c.managed() == onEKS:
		of := fmt.Sprintf("%s --cluster-name %s --nodegroup-name %s", c.where, cluster, name)
		return []string{"aws eks delete-nodegroup " + of, "aws eks wait nodegroup-deleted " + of}
	case c.managed() == onGKE:
		return []string{fmt.Sprintf("gcloud container node-pools delete %s --cluster %s %s", name, cluster, c.where)}
	case c.kops():
		return []string{fmt.Sprintf("kops delete instancegroup %s --name %s --yes", name, shellWord(emit.KopsCluster(c.cluster.Name)))}
	}
	return []string{"# for each old NODE of the group; its machine " + map[bool]string{true: "is idle then", false: "is deleted after it"}[c.ownMachines()], "kubectl delete node NODE"}
}
