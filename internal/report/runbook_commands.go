package report

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// commands are what the steps of a runbook are carried out with, on the ground of a plan.
// What the plan does not know is a word in capitals.
type commands struct {
	cluster  *planner.Cluster
	strategy string
	// where is the flag that says where a managed cluster is, with its value.
	where string
	o     *planner.UpgradeStrategy
}

// The clouds whose control planes are managed, by their providers' names.
const (
	onEKS = "aws"
	onGKE = "gcp"
)

func commandsOf(plan *planner.Plan, o *planner.UpgradeStrategy) *commands {
	c := &commands{cluster: &plan.Cluster, strategy: o.Name, o: o}
	switch c.managed() {
	case onEKS:
		c.where = "--region " + shellWord(c.cluster.Region)
	case onGKE:
		place := c.cluster.Region
		if c.cluster.ControlPlane.Tier == "zonal" && len(c.cluster.Zones) > 0 {
			place = c.cluster.Zones[0]
		}
		c.where = "--location " + shellWord(place)
	}
	return c
}

// managed is the cloud that manages the control plane; empty where people do.
func (c *commands) managed() string {
	if c.cluster.ControlPlane.Mode == planner.SelfManaged {
		return ""
	}
	return c.cluster.Provider
}

// notes say what the commands are of.
func (c *commands) notes() []string {
	out := []string{"Commands are of this plan: words in capitals are yours to fill in, and `#` says who runs what, and where."}
	if c.managed() == onEKS {
		out = append(out, "Terraform's EKS module adds a suffix to the names of node groups: `aws eks list-nodegroups` lists them.",
			"`aws eks wait` gives up on a cluster after 20 minutes and on a node group after 40, with exit code 255: start it again while `aws eks describe-update` says `InProgress`. A node group is active after an update that failed, too: go on where its UPDATE, which the command that starts it prints, is `Successful`.")
	}
	if c.managed() != "" && c.strategy != "cluster_blue_green" {
		out = append(out,
			"Where Terraform holds the cluster, take the variables of a plan at the next minor instead, minor by minor, and let it carry them out: `scantling emit terraform --out DIR`, `terraform plan -out=upgrade.tfplan`, `terraform apply upgrade.tfplan`.")
	}
	return out
}

// terraform makes another cluster from the variables of the plan.
func (c *commands) terraform(workspace string) []string {
	return []string{
		"scantling emit terraform PLAN_OF_THE_NEW_MINOR --out DIR",
		"terraform workspace new " + workspace,
		"terraform plan -out=upgrade.tfplan",
		"terraform apply upgrade.tfplan",
	}
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@=,+-]+$`)

// shellWord writes a text as one word of a shell.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// What kubectl needs to empty a node: pods of DaemonSets stay, and emptyDirs are lost.
const drainFlags = " --ignore-daemonsets --delete-emptydir-data"

// controlPlane brings the control plane to a minor.
func (c *commands) controlPlane(minor string) []string {
	name := shellWord(c.cluster.Name)
	switch c.managed() {
	case onEKS:
		return []string{
			fmt.Sprintf("aws eks update-cluster-version %s --name %s --kubernetes-version %s", c.where, name, shellWord(minor)),
			fmt.Sprintf("aws eks wait cluster-active %s --name %s", c.where, name),
		}
	case onGKE:
		return []string{fmt.Sprintf("gcloud container clusters upgrade %s %s --master --cluster-version %s", name, c.where, shellWord(minor))}
	}
	version := "v" + shellWord(minor) + ".PATCH"
	return []string{
		"# on the first machine, with the package kubeadm of " + version + " installed",
		"kubeadm upgrade plan " + version,
		"kubeadm upgrade apply " + version,
		"# on each other machine of the control plane, one after another",
		"kubeadm upgrade node",
		"# then on each of them, with the packages kubelet and kubectl of " + version,
		"kubectl drain NODE" + drainFlags,
		"systemctl daemon-reload",
		"systemctl restart kubelet",
		"kubectl uncordon NODE",
	}
}

// addOns brings the add-ons to what suits a minor.
func (c *commands) addOns(minor string) []string {
	switch c.managed() {
	case onEKS:
		name := shellWord(c.cluster.Name)
		return []string{
			fmt.Sprintf("aws eks list-addons %s --cluster-name %s", c.where, name),
			"# for each ADDON of these, with a VERSION of those that are listed for it",
			fmt.Sprintf("aws eks describe-addon-versions %s --kubernetes-version %s --addon-name ADDON", c.where, shellWord(minor)),
			fmt.Sprintf("aws eks update-addon %s --cluster-name %s --addon-name ADDON --addon-version VERSION --resolve-conflicts PRESERVE", c.where, name),
			fmt.Sprintf("aws eks wait addon-active %s --cluster-name %s --addon-name ADDON", c.where, name),
		}
	case onGKE:
		return []string{"# GKE brings its own with the control plane; see that they are ready", "kubectl --namespace kube-system get deployments,daemonsets"}
	}
	return []string{"# kubeadm brings kube-proxy and CoreDNS; the others as their makers say", "kubectl --namespace kube-system get deployments,daemonsets --output wide"}
}

// nodes brings the nodes of a group to a minor.
func (c *commands) nodes(g *planner.UpgradeGroup, minor string) []string {
	if c.strategy == "node_group_blue_green" {
		return c.besides(g)
	}
	switch c.managed() {
	case onEKS:
		return c.eksNodes(g, minor)
	case onGKE:
		return c.gkeNodes(g, minor)
	}
	return c.ownNodes(minor)
}

// eksNodes updates a managed node group.
func (c *commands) eksNodes(g *planner.UpgradeGroup, minor string) []string {
	way := "DEFAULT"
	if c.strategy == "minimal" {
		way = "MINIMAL"
	}
	of := fmt.Sprintf("%s --cluster-name %s --nodegroup-name %s", c.where, shellWord(c.cluster.Name), nameOr(g, "NODE_GROUP"))
	var out []string
	if g.Width.MaxUnavailable > 0 {
		out = append(out,
			fmt.Sprintf("aws eks update-nodegroup-config %s --update-config maxUnavailable=%d,updateStrategy=%s", of, g.Width.MaxUnavailable, way),
			"aws eks wait nodegroup-active "+of)
	}
	return append(out,
		fmt.Sprintf("aws eks update-nodegroup-version %s --kubernetes-version %s --query update.id --output text", of, shellWord(minor)),
		"aws eks wait nodegroup-active "+of,
		fmt.Sprintf("aws eks describe-update %s --name %s --nodegroup-name %s --update-id UPDATE", c.where, shellWord(c.cluster.Name), nameOr(g, "NODE_GROUP")))
}

// gkeNodes upgrades a node pool by its own settings.
func (c *commands) gkeNodes(g *planner.UpgradeGroup, minor string) []string {
	pool, cluster := nameOr(g, "NODE_POOL"), shellWord(c.cluster.Name)
	update := fmt.Sprintf("gcloud container node-pools update %s --cluster %s %s ", pool, cluster, c.where)
	soak := fmt.Sprintf("--node-pool-soak-duration %ds", int64(c.o.RollbackNodes/time.Second))
	switch c.strategy {
	case "gke_blue_green":
		update += fmt.Sprintf("--enable-blue-green-upgrade --standard-rollout-policy batch-node-count=%d,batch-soak-duration=%ds %s",
			max(g.Width.Batch, 1), int64(c.batchSoak(g)/time.Second), soak)
	case "gke_autoscaled_blue_green":
		update += "--enable-blue-green-upgrade --autoscaled-rollout-policy wait-for-drain-duration=WAIT"
	default:
		update += fmt.Sprintf("--enable-surge-upgrade --max-surge-upgrade %d --max-unavailable-upgrade %d", g.Width.MaxSurge, g.Width.MaxUnavailable+g.Width.Batch)
	}
	return []string{
		update,
		fmt.Sprintf("gcloud container clusters upgrade %s %s --node-pool %s --cluster-version %s", cluster, c.where, pool, shellWord(minor)),
	}
}

// batchSoak is the pause between batches that a group declares.
func (c *commands) batchSoak(g *planner.UpgradeGroup) time.Duration {
	group, _, _ := strings.Cut(g.Name, "/")
	for i := range c.cluster.NodeGroups {
		if d := &c.cluster.NodeGroups[i]; d.Name == group {
			return d.UpdateConfig.Soak
		}
	}
	return 0
}

// ownNodes upgrades machines where they stand, or replaces them.
func (c *commands) ownNodes(minor string) []string {
	version := "v" + shellWord(minor) + ".PATCH"
	drain := []string{"# for each NODE of the group, so many at a time as said", "kubectl drain NODE" + drainFlags}
	if c.strategy == "in_place" {
		return append(drain,
			"# on the node, with the package kubeadm of "+version,
			"kubeadm upgrade node",
			"# and then with the packages kubelet and kubectl of "+version,
			"systemctl daemon-reload",
			"systemctl restart kubelet",
			"# from outside, once it is ready",
			"kubectl uncordon NODE")
	}
	join := []string{"# on the control plane: prints what a new machine of " + version + " joins the cluster with", "kubeadm token create --print-join-command"}
	gone := []string{"kubectl delete node NODE", "# the machine is deleted, or installed anew"}
	if c.strategy == "minimal" {
		return append(append(drain, gone...), join...)
	}
	return append(append(join, drain...), gone...)
}

// besides moves pods to a second group, and deletes the first.
func (c *commands) besides(g *planner.UpgradeGroup) []string {
	name := nameOr(g, "NODE_GROUP")
	selector, remove := "LABEL_OF_THE_OLD_GROUP", "# the old machines are deleted"
	switch c.managed() {
	case onEKS:
		selector = "eks.amazonaws.com/nodegroup=" + name
		remove = fmt.Sprintf("aws eks delete-nodegroup %s --cluster-name %s --nodegroup-name %s", c.where, shellWord(c.cluster.Name), name)
	case onGKE:
		selector = "cloud.google.com/gke-nodepool=" + name
		remove = fmt.Sprintf("gcloud container node-pools delete %s --cluster %s %s", name, shellWord(c.cluster.Name), c.where)
	}
	return []string{
		"# with a second group of the same kind whose nodes are ready",
		"kubectl cordon --selector " + selector,
		"# for each NODE that this lists, so many at a time as said",
		"kubectl get nodes --selector " + selector,
		"kubectl drain NODE" + drainFlags,
		"# after the soak",
		remove,
	}
}

// back takes nodes back.
func (c *commands) back() []string {
	switch {
	case c.strategy == "node_group_blue_green":
		return []string{"kubectl uncordon NODE # of the old group, then cordon and drain the new one"}
	case strings.HasPrefix(c.strategy, "gke_"), c.managed() == onGKE && c.strategy != "cluster_blue_green":
		return []string{
			"# while the upgrade of NODE_POOL runs: its OPERATION is cancelled first, which is listed as UPGRADE_NODES",
			fmt.Sprintf("gcloud container operations list %s --filter status=RUNNING", c.where),
			fmt.Sprintf("gcloud container operations cancel OPERATION %s", c.where),
			fmt.Sprintf("gcloud container node-pools rollback NODE_POOL --cluster %s %s", shellWord(c.cluster.Name), c.where),
		}
	}
	return nil
}

// nameOr is the name under which a group is known to its provider, or a word in its place
// where it has several pools, whose names are not the plan's.
func nameOr(g *planner.UpgradeGroup, word string) string {
	if strings.Contains(g.Name, "/") {
		return word
	}
	return shellWord(g.Name)
}
