package report

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// create makes a second cluster from a copy of the spec.
func (c *commands) create(twin string) []string {
	out := []string{"scantling plan COPY_OF_THE_SPEC --out second.json"}
	if c.writesKops() {
		kops := shellWord(emit.KopsCluster(twin))
		return append(out,
			"scantling emit kops second.json --out second",
			"kops create --filename second/cluster.yaml",
			fmt.Sprintf("kops update cluster %s --yes --admin", kops),
			fmt.Sprintf("kops validate cluster %s --wait 30m", kops))
	}
	out = append(out,
		"scantling emit terraform second.json --out second",
		"# in a folder of its own, with a state of its own",
		"terraform init",
		"terraform plan -out=create.tfplan",
		"terraform apply create.tfplan")
	if c.managed() == "" {
		out = append(out, "# then its machines are joined to a cluster, as those of the first were")
	}
	return out
}

// destroy deletes the first cluster.
func (c *commands) destroy() []string {
	if c.writesKops() {
		return []string{fmt.Sprintf("kops delete cluster %s --yes", shellWord(emit.KopsCluster(c.cluster.Name)))}
	}
	out := []string{"# in the folder of the first cluster"}
	if c.cluster.Environment != planner.Development {
		out = append(out, "# its protection against deletion goes first, by an apply of its own")
	}
	return append(out, "terraform plan -destroy -out=destroy.tfplan", "terraform apply destroy.tfplan")
}

// back takes nodes and, where that can be done, the control plane back.
func (c *commands) back() []string {
	var out []string
	switch {
	case c.o.ParallelRun() || c.strategy == inPlaceStrategy:
		return nil
	case c.strategy == besideGroup:
		out = c.backToOld()
	case c.managed() == onEKS:
		out = append(out, "# nodes first, since none may be newer than the control plane")
		for _, g := range groupsInTime(c.o) {
			out = append(out,
				fmt.Sprintf("aws eks update-nodegroup-version %s --kubernetes-version %s", c.eksGroup(g), c.before()),
				"aws eks wait nodegroup-active "+c.eksGroup(g))
		}
	case c.managed() == onGKE:
		out = c.backOnGKE()
	}
	if c.managed() == onEKS {
		name := shellWord(c.cluster.Name)
		out = append(out,
			fmt.Sprintf("# then the control plane, within %s of its step, and the add-ons as they were", long(c.o.RollbackControlPlane)),
			fmt.Sprintf("aws eks update-cluster-version %s --name %s --kubernetes-version %s", c.where, name, c.before()),
			fmt.Sprintf("aws eks wait cluster-active %s --name %s", c.where, name))
	}
	return out
}

// before is the minor that can be gone back to.
func (c *commands) before() string {
	if len(c.u.Hops) == 1 {
		return shellWord(c.u.From)
	}
	return "MINOR_BEFORE"
}

// backToOld opens the old groups again. The last minor's are there, one after another.
func (c *commands) backToOld() []string {
	var out []string
	last := c.u.To
	for _, g := range groupsInTime(c.o) {
		old, twin := c.selecting(c.current(g, last)), c.selecting(c.twin(g, last))
		if old == "" {
			return []string{"# each old NODE of the group, then cordon and drain the new ones", "kubectl uncordon NODE"}
		}
		out = append(out,
			"# `"+g.Name+"`, until its old nodes are deleted",
			"kubectl uncordon"+old, "kubectl cordon"+twin,
			"# for each NODE that this lists",
			"kubectl get nodes"+twin, "kubectl drain NODE"+drainFlags)
	}
	return out
}

// backOnGKE takes pools back, each while its own upgrade runs.
func (c *commands) backOnGKE() []string {
	out := []string{
		"# while the upgrade of a pool runs: its OPERATION is cancelled first, which is listed as UPGRADE_NODES",
		fmt.Sprintf("gcloud container operations list %s --filter status=RUNNING", c.where),
		fmt.Sprintf("gcloud container operations cancel OPERATION %s", c.where),
		"# then that pool is taken back",
	}
	for _, g := range groupsInTime(c.o) {
		rollback := fmt.Sprintf("gcloud container node-pools rollback %s --cluster %s %s", c.nameOr(g, "NODE_POOL"), shellWord(c.cluster.Name), c.where)
		if !slices.Contains(out, rollback) {
			out = append(out, rollback)
		}
	}
	return out
}
