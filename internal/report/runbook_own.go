package report

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// inPlaceStrategy upgrades machines where they stand.
const inPlaceStrategy = "in_place"

// writesKops reports whether the cluster's machines are those of kops: its spec writes what
// kops takes.
func (c *commands) writesKops() bool {
	return c.managed() == "" && slices.ContainsFunc(c.cluster.Emits, func(e planner.Emit) bool { return e.Tool == "kops" })
}

// kops reports whether kops carries the steps out: it replaces machines.
func (c *commands) kops() bool {
	return c.writesKops() && c.strategy != inPlaceStrategy && !c.o.ParallelRun()
}

// ownMachines reports whether machines are installed anew, where a cloud deletes them and
// starts others.
func (c *commands) ownMachines() bool { return c.cluster.Provider == onPremises }

// anew says where the machine after a deleted one comes from.
func (c *commands) anew(version string) string {
	if c.ownMachines() {
		return "# it is installed anew, with the packages of " + version
	}
	return "# its machine is deleted; a new one is started in its zone, with the packages of " + version
}

// patch is a version of a minor, of which the plan does not know the patch.
func patch(minor string) string { return "v" + shellWord(minor) + ".PATCH" }

// fetchConfiguration reads what kubeadm keeps of the cluster.
const fetchConfiguration = "kubectl --namespace kube-system get configmap kubeadm-config --output jsonpath='{.data.ClusterConfiguration}' > cluster.yaml"

// ownControlPlane brings a control plane that people run to a minor: where its machines
// stand with kubeadm, else by new ones, one after another, as the times are planned.
func (c *commands) ownControlPlane(minor string) []string {
	version := patch(minor)
	if c.strategy == inPlaceStrategy {
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
	if c.kops() {
		name := shellWord(emit.KopsCluster(c.cluster.Name))
		return []string{
			fmt.Sprintf("kops edit cluster %s --set spec.kubernetesVersion=%s.PATCH", name, shellWord(minor)),
			fmt.Sprintf("kops update cluster %s --instance-group-roles=control-plane,apiserver --yes", name),
			fmt.Sprintf("kops rolling-update cluster %s --instance-group-roles=control-plane,apiserver --yes", name),
		}
	}
	out := []string{
		"# once, on a machine of the control plane, with kubeadm of " + version + ": machines join with this version from now on",
		"kubeadm upgrade plan " + version,
		fetchConfiguration,
		"sed --in-place 's/^kubernetesVersion:.*/kubernetesVersion: " + version + "/' cluster.yaml",
		"kubeadm init phase upload-config kubeadm --config cluster.yaml",
		"# then each machine of the control plane, NODE, one after another",
		"kubectl drain NODE" + drainFlags,
		"# on it: it leaves the cluster, and etcd where it has a member",
		"kubeadm reset",
		"kubectl delete node NODE",
		c.anew(version) + "; on a machine that stays, the first prints CERTIFICATE_KEY",
		"kubeadm init phase upload-certs --upload-certs",
		"kubeadm token create --print-join-command --certificate-key CERTIFICATE_KEY",
		"# on the new machine: the command that this printed; and then, before the next one",
	}
	return append(out, waitReady("NODE"), "kubectl --namespace kube-system get pods --selector tier=control-plane --output wide")
}

// waitReady waits until a machine that has joined is ready.
func waitReady(node string) string {
	return "kubectl wait --for=condition=Ready node/" + node + " --timeout=30m"
}

// ownAddOns brings the add-ons of such a cluster to what suits the minor.
func (c *commands) ownAddOns() []string {
	see := "kubectl --namespace kube-system get deployments,daemonsets --output wide"
	switch {
	case c.kops():
		return []string{
			"# kops brings kube-proxy, CoreDNS and the network plugin; the others as their makers say",
			fmt.Sprintf("kops update cluster %s --yes", shellWord(emit.KopsCluster(c.cluster.Name))), see,
		}
	case c.strategy == inPlaceStrategy:
		return []string{"# kubeadm has brought kube-proxy and CoreDNS; the others as their makers say", see}
	}
	return []string{
		"# on a machine of the control plane: kube-proxy and CoreDNS; the others as their makers say",
		fetchConfiguration,
		"kubeadm init phase addon all --config cluster.yaml", see,
	}
}

// kopsNodes rolls an instance group.
func (c *commands) kopsNodes(g *planner.UpgradeGroup) []string {
	cluster, group := shellWord(emit.KopsCluster(c.cluster.Name)), c.nameOr(g, "INSTANCE_GROUP")
	return []string{
		fmt.Sprintf("kops edit instancegroup %s --name %s --set spec.rollingUpdate.maxSurge=%d --set spec.rollingUpdate.maxUnavailable=%d",
			group, cluster, g.Width.MaxSurge, g.Width.MaxUnavailable+g.Width.Batch),
		fmt.Sprintf("kops update cluster %s --yes", cluster),
		fmt.Sprintf("kops rolling-update cluster %s --instance-group %s --yes", cluster, group),
	}
}

// joinCommands let a machine join, and wait until it is ready.
func joinCommands(machine string) []string {
	return []string{
		"# on the control plane: prints the command with which a machine joins",
		"kubeadm token create --print-join-command",
		"# on " + machine + ": that command; and then",
		waitReady("NEW_NODE"),
	}
}

// ownNodes upgrades machines where they stand, or replaces them by machines of one's own.
func (c *commands) ownNodes(by, minor string) []string {
	version := patch(minor)
	drain := "kubectl drain NODE" + drainFlags
	if by == inPlaceStrategy {
		return []string{
			"# for each NODE of the group, so many at a time as said",
			drain,
			"# on the node, with the package kubeadm of " + version,
			"kubeadm upgrade node",
			"# and then with the packages kubelet and kubectl of " + version,
			"systemctl daemon-reload",
			"systemctl restart kubelet",
			"# from outside, once it is ready",
			"kubectl uncordon NODE",
		}
	}
	gone := []string{drain, "# on it", "kubeadm reset", "kubectl delete node NODE"}
	if by == "minimal" {
		out := append([]string{"# for each NODE of the group, so many at a time as said"}, gone...)
		return append(append(out, c.anew(version)), joinCommands("it")...)
	}
	first, next := "# a new machine first, started in the zone of an old NODE, with the packages of "+version, "# its machine is deleted; again from the new machine on, until no old NODE is left"
	if c.ownMachines() {
		first = "# the idle machine first, of the NODE's room where there is one, which has been installed anew with the packages of " + version
		next = "# it is installed anew and is the next idle machine of its room; where none was idle there, it joins again itself; again from the token on, until no old NODE is left"
	}
	out := append([]string{first}, joinCommands("it")...)
	out = append(out, "# only then an old NODE of the group")
	out = append(out, gone...)
	out = append(out, next)
	if c.ownMachines() {
		out = append(out, "# in the end drain and reset what a room has more than before")
	}
	return out
}
