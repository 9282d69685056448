package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// commands are what the steps of a runbook are carried out with, on the ground of a plan.
// What the plan does not know is a word in capitals.
type commands struct {
	plan     *planner.Plan
	cluster  *planner.Cluster
	strategy string
	// where is the flag that says where a managed cluster is, with its value.
	where string
	o     *planner.UpgradeStrategy
	u     *planner.UpgradePlan
	// parts are the pools of the plan by the names of their courses.
	parts map[string]part
}

// part is a pool of nodes that is replaced by itself.
type part struct {
	group *planner.GroupPlan
	pool  *planner.Pool
	// spec is what was asked for of the group; nil where the document has no such group.
	spec *planner.NodeGroup
	// name under which emit writes the pool; empty where it has none to give.
	name string
}

// The clouds whose control planes are managed, by their providers' names.
const (
	onEKS = "aws"
	onGKE = "gcp"
	// onPremises is where machines are one's own.
	onPremises = "on_premises"
)

func commandsOf(plan *planner.Plan, u *planner.UpgradePlan, o *planner.UpgradeStrategy) *commands {
	c := &commands{plan: plan, cluster: &plan.Cluster, strategy: o.Name, o: o, u: u}
	c.parts = c.named()
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
	if c.managed() == onEKS && !c.o.ParallelRun() {
		out = append(out, "Terraform's EKS module adds a suffix to the names of node groups: `aws eks list-nodegroups` lists them.",
			"`aws eks wait` gives up on a cluster after 20 minutes and on a node group after 40, with exit code 255: start it again while `aws eks describe-update` says `InProgress`. A node group is active after an update that failed, too: go on where its UPDATE, which the command that starts it prints, is `Successful`.")
	}
	if c.kops() {
		out = append(out, "Machines are replaced, and times planned, as kops rolls them.")
	}
	switch {
	case c.managed() == "" || c.o.ParallelRun():
	case c.strategy == besideGroup:
		out = append(out,
			"Where Terraform or eksctl hold the node groups, a second group is a second entry of what `scantling emit` writes, under the new name, applied in place of the command that creates it; the old entry is taken out in place of the one that deletes it.")
	default:
		out = append(out,
			"Where Terraform holds the cluster, take the variables of a plan at the next minor instead, minor by minor, and let it carry them out: `scantling emit terraform --out DIR`, `terraform plan -out=upgrade.tfplan`, `terraform apply upgrade.tfplan`.")
	}
	return out
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
	return c.ownControlPlane(minor)
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
	return c.ownAddOns()
}
