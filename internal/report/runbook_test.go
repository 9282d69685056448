package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestRunbookCommands: each ground's commands, with the names and widths of the plan.
func TestRunbookCommands(t *testing.T) {
	const eks = "--region us-east-1 --cluster-name shop"
	surge := planner.UpgradeWidth{MaxSurge: 6, MaxUnavailable: 3}
	for name, tc := range map[string]struct {
		provider string
		mode     planner.Mode
		strategy string
		width    planner.UpgradeWidth
		want     []string
		never    string
	}{
		"EKS": {"aws", planner.Managed, "surge", surge, []string{
			"aws eks update-cluster-version --region us-east-1 --name shop --kubernetes-version 1.36\n",
			"aws eks update-addon " + eks + " --addon-name ADDON --addon-version VERSION --resolve-conflicts PRESERVE\n",
			"aws eks update-nodegroup-config " + eks + " --nodegroup-name web --update-config maxUnavailable=3,updateStrategy=DEFAULT\n",
			"aws eks update-nodegroup-version " + eks + " --nodegroup-name web --kubernetes-version 1.36 --query update.id --output text\n",
			"aws eks wait nodegroup-active " + eks + " --nodegroup-name web\n",
			"aws eks describe-update --region us-east-1 --name shop --nodegroup-name web --update-id UPDATE\n",
			"## Go back\n", "aws eks update-nodegroup-version " + eks + " --nodegroup-name web --kubernetes-version 1.35\n",
			"aws eks update-cluster-version --region us-east-1 --name shop --kubernetes-version 1.35\n",
		}, "kubeadm"},
		"EKS, minimal": {"aws", planner.Managed, "minimal", planner.UpgradeWidth{MaxUnavailable: 2}, []string{"maxUnavailable=2,updateStrategy=MINIMAL\n"}, "gcloud"},
		"EKS, a second group": {"aws", planner.Managed, "node_group_blue_green", planner.UpgradeWidth{Batch: 1}, []string{
			"aws eks create-nodegroup " + eks + " --nodegroup-name web-1-36 --kubernetes-version 1.36 --capacity-type ON_DEMAND --instance-types ",
			" --scaling-config minSize=6,maxSize=6,desiredSize=6 --labels scantling.dev/group=web,team=shop --node-role ROLE --subnets SUBNETS ",
			"kubectl cordon --selector eks.amazonaws.com/nodegroup=web\n", "kubectl drain NODE --ignore-daemonsets --delete-emptydir-data\n",
			"aws eks delete-nodegroup " + eks + " --nodegroup-name web\n", "kubectl uncordon --selector eks.amazonaws.com/nodegroup=web\n",
			"aws eks update-cluster-version --region us-east-1 --name shop --kubernetes-version 1.35\n",
		}, "update-nodegroup-version"},
		"GKE": {"gcp", planner.Managed, "surge", planner.UpgradeWidth{MaxSurge: 4}, []string{
			"gcloud container clusters upgrade shop --location us-east-1 --master --cluster-version 1.36\n",
			"gcloud container node-pools update web --cluster shop --location us-east-1 --enable-surge-upgrade --max-surge-upgrade 4 --max-unavailable-upgrade 0\n",
			"gcloud container clusters upgrade shop --location us-east-1 --node-pool web --cluster-version 1.36\n",
			"gcloud container operations list --location us-east-1 --filter status=RUNNING\n", "gcloud container operations cancel OPERATION --location us-east-1\n",
			"gcloud container node-pools rollback web --cluster shop --location us-east-1\n",
		}, "aws "},
		"GKE, blue/green": {"gcp", planner.Managed, "gke_blue_green", planner.UpgradeWidth{Batch: 3}, []string{
			"--enable-blue-green-upgrade --standard-rollout-policy batch-node-count=3,batch-soak-duration=0s --node-pool-soak-duration 1800s\n",
		}, "max-surge-upgrade"},
		"kubeadm": {"aws", planner.SelfManaged, "in_place", planner.UpgradeWidth{Batch: 1}, []string{
			"kubeadm upgrade plan v1.36.PATCH\n", "kubeadm upgrade apply v1.36.PATCH\n", "kubeadm upgrade node\n",
			"kubectl drain NODE --ignore-daemonsets --delete-emptydir-data\n", "systemctl restart kubelet\n", "kubectl uncordon NODE\n",
		}, "aws "},
		"machines that are replaced": {"on_premises", planner.SelfManaged, "surge", planner.UpgradeWidth{MaxSurge: 1}, []string{
			"3 machines of the kind of `web` stand idle in its rooms",
			"kubectl drain NODE ", "kubeadm reset\n", "kubectl delete node NODE\n", "kubeadm init phase upload-certs --upload-certs\n",
			"kubectl wait --for=condition=Ready node/NODE --timeout=30m\n", "kubeadm init phase addon all --config cluster.yaml\n",
			"3 at a time (1 idle machine)", "# the idle machine first", "kubeadm token create --print-join-command\n", "kubectl wait --for=condition=Ready node/NEW_NODE --timeout=30m\n",
			"kubectl drain NODE ", "kubectl delete node NODE\n",
		}, "upgrade apply"},
		"machines that go first": {"on_premises", planner.SelfManaged, "minimal", planner.UpgradeWidth{MaxUnavailable: 1}, []string{
			"nodes of `web` to 1.36", "kubectl drain NODE ", "kubectl delete node NODE\n", "installed anew", "kubeadm token create --print-join-command\n", "node/NEW_NODE",
		}, "The account"},
		"machines of a cloud": {"aws", planner.SelfManaged, "surge", planner.UpgradeWidth{MaxSurge: 1}, []string{
			"# its machine is deleted; a new one is started", "# a new machine first", "node/NEW_NODE", "kubectl drain NODE ", "# its machine is deleted; again",
		}, "idle"},
		"kops": {"aws", planner.SelfManaged, "surge", planner.UpgradeWidth{MaxSurge: 2}, []string{
			"kops edit cluster shop.k8s.local --set spec.kubernetesVersion=1.36.PATCH\n",
			"kops rolling-update cluster shop.k8s.local --instance-group-roles=control-plane,apiserver --yes\n",
			"kops edit instancegroup web --name shop.k8s.local --set spec.rollingUpdate.maxSurge=2 --set spec.rollingUpdate.maxUnavailable=0\n",
			"kops rolling-update cluster shop.k8s.local --instance-group web --yes\n",
		}, "kubeadm upgrade"},
	} {
		t.Run(name, func(t *testing.T) {
			p := shop(t)
			p.Cluster.Name, p.Cluster.Provider, p.Cluster.Region, p.Cluster.ControlPlane.Mode = "shop", tc.provider, "us-east-1", tc.mode
			p.Cluster.Emits = nil
			if name == "kops" {
				p.Cluster.Emits = []planner.Emit{{Tool: "kops"}}
			}
			s := twoHours()
			s.Name, s.RollbackNodes = tc.strategy, 30*time.Minute
			for i := range s.Groups {
				s.Groups[i].Width, s.Groups[i].PeakExtraNodes = tc.width, s.Groups[i].Parallel
			}
			var out bytes.Buffer
			if err := report.Runbook(&out, shownOf(p, s)); err != nil {
				t.Fatal(err)
			}
			rest := out.String()
			for _, want := range tc.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("no %q, in this order, in\n%s", want, out.String())
				}
				rest = after
			}
			if strings.Contains(out.String(), tc.never) {
				t.Errorf("%q is of another ground:\n%s", tc.never, out.String())
			}
		})
	}
}

// TestRunbookOfASecondCluster: until the end of the parallel run both clusters are there and
// paid for, and that long the way back is open; no word of nodes that are drained.
func TestRunbookOfASecondCluster(t *testing.T) {
	p := shop(t)
	p.Cluster.Name = "shop"
	kept := &p.Cluster.NodeGroups[slices.IndexFunc(p.Cluster.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == "web" })]
	kept.Workloads[0].Volumes = []planner.Volume{{Name: "data", Size: 500 * units.GiB}}
	s := planner.UpgradeStrategy{
		Name: "cluster_blue_green", Duration: 48 * time.Hour, Simulated: true, ExtraCostKnown: true, ExtraCost: 96 * units.Dollar, PeakExtraNodes: 11, PeakNodes: 22,
		RollbackNodes: 48 * time.Hour, Rollback: "back",
		Timeline: []planner.UpgradeEvent{
			{Kind: planner.UpgradeRunParallel, Minor: "1.36", Times: 1, For: 48 * time.Hour},
			{At: 48 * time.Hour, Until: 48 * time.Hour, Kind: planner.UpgradeSwitch, Minor: "1.36", Times: 1},
		},
	}
	var out bytes.Buffer
	if err := report.Runbook(&out, shownOf(p, s)); err != nil {
		t.Fatal(err)
	}
	rest := out.String()
	for _, want := range []string{
		"1. 0:00: create `shop-1-36`", "paid for from now on", "data of volumes", "x 500 GiB",
		"Until 48:00, and longer for 2.00 USD an hour, it can be moved back", "48:00: all of the traffic has moved: delete the first cluster, `shop`.",
		"## Go back\n", "- Until 48:00: move the traffic back to the first cluster",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q, in this order, in\n%s", want, out.String())
		}
		rest = after
	}
	for _, never := range []string{"one minor at a time", "Old nodes are kept", "drain"} {
		steps, _, _ := strings.Cut(out.String(), "## Watch")
		_, back, _ := strings.Cut(out.String(), "## Go back")
		if strings.Contains(steps+back, never) {
			t.Errorf("%q is of another strategy:\n%s", never, out.String())
		}
	}
}

// TestRunbookSkew: what is asked of nodes before is what kubelet_skew lets them be behind.
func TestRunbookSkew(t *testing.T) {
	p := shop(t)
	shown := shownOf(p, twoHours())
	shown.Upgrade.From, shown.Upgrade.Hops, shown.Upgrade.NodeRounds = "1.31", []string{"1.32", "1.33", "1.34", "1.35", "1.36"}, []string{"1.34", "1.36"}
	var out bytes.Buffer
	if err := report.Runbook(&out, shown); err != nil {
		t.Fatal(err)
	}
	if want := "All nodes are of 1.31: they follow at 1.34, 1.36, and trail the control plane by up to 3 minors until then"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out.String())
	}
	if never := "No component is more than one minor"; strings.Contains(out.String(), never) {
		t.Errorf("%q contradicts it", never)
	}
}

// TestRunbookAutoscaler: it is stopped before nodes and started after them, where people run
// it; and pools of a group have the names that emit gives them.
func TestRunbookAutoscaler(t *testing.T) {
	p := shop(t)
	p.Cluster.Provider, p.Cluster.ControlPlane.Mode = "aws", planner.Managed
	for i := range p.NodeGroups {
		if g := &p.NodeGroups[i]; g.Name == "web" {
			g.MaxNodes++
		}
	}
	s := twoHours()
	s.Name = "surge"
	var out bytes.Buffer
	if err := report.Runbook(&out, shownOf(p, s)); err != nil {
		t.Fatal(err)
	}
	stop, nodes, start := strings.Index(out.String(), "CLUSTER_AUTOSCALER --replicas 0"), strings.Index(out.String(), "nodes of `web`"), strings.Index(out.String(), "CLUSTER_AUTOSCALER --replicas 1")
	if stop < 0 || nodes < stop || start < nodes {
		t.Errorf("stopped at %d, nodes at %d, started at %d:\n%s", stop, nodes, start, out.String())
	}
}

// TestRunbookOfOwnStrategies: a group that has a strategy of its own is replaced by that, and
// old nodes are kept where there are any.
func TestRunbookOfOwnStrategies(t *testing.T) {
	for name, c := range map[string]struct {
		provider, own string
		width         planner.UpgradeWidth
		want          []string
	}{
		"EKS": {"aws", "minimal", planner.UpgradeWidth{MaxUnavailable: 2}, []string{
			"2 at a time (max_unavailable 2); by `minimal`, the group's own strategy", "--nodegroup-name web --update-config maxUnavailable=2,updateStrategy=MINIMAL\n",
		}},
		"GKE": {"gcp", "gke_blue_green", planner.UpgradeWidth{Batch: 2}, []string{
			"by `gke_blue_green`, the group's own strategy",
			"node-pools update web --cluster prod --location us-east-1 --enable-blue-green-upgrade --standard-rollout-policy batch-node-count=2,batch-soak-duration=0s --node-pool-soak-duration 1800s\n",
			"Old nodes of `web` are kept for 30 min after the last pod has left them.", "node-pools rollback", "What is left of the old nodes",
		}},
	} {
		p := shop(t)
		p.Cluster.Name, p.Cluster.Provider, p.Cluster.Region, p.Cluster.ControlPlane.Mode = "prod", c.provider, "us-east-1", planner.Managed
		s := twoHours()
		s.Name, s.RollbackNodes = "surge", 30*time.Minute
		for i := range s.Groups {
			g := &s.Groups[i]
			if g.Strategy = s.Name; g.Name == "web" {
				g.Strategy, g.Width, g.Parallel = c.own, c.width, 2
			}
		}
		var out bytes.Buffer
		if err := report.Runbook(&out, shownOf(p, s)); err != nil {
			t.Fatal(err)
		}
		rest := out.String()
		for _, want := range c.want {
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Fatalf("%s: no %q, in this order, in\n%s", name, want, out.String())
			}
			rest = after
		}
		if n := strings.Count(out.String(), "the group's own strategy"); n != 1 {
			t.Errorf("%s: %d groups have a strategy of their own:\n%s", name, n, out.String())
		}
	}
}

// TestRunbookQuotes: names of a document are words of a shell, whatever is in them.
func TestRunbookQuotes(t *testing.T) {
	p := shop(t)
	p.Cluster.Provider, p.Cluster.ControlPlane.Mode = "aws", planner.Managed
	p.Cluster.Name = "a b'; rm -rf /"
	var out bytes.Buffer
	if err := report.Runbook(&out, shownOf(p, twoHours())); err != nil {
		t.Fatal(err)
	}
	if want := `--name 'a b'\''; rm -rf /' --kubernetes-version`; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out.String())
	}
}

// TestRunbookAsksForNoOther: whoever follows the runbook of a strategy is not to declare another
// one first; machines to spare are still asked for.
func TestRunbookAsksForNoOther(t *testing.T) {
	for remedy, stays := range map[string]bool{`strategy = "surge"`: false, "machines to spare": true} {
		p := shop(t)
		s := shownOf(p, twoHours())
		p.Upgrade = s.Upgrade
		p.Findings = []planner.Finding{{Rule: "UP-02", Path: "upgrade.strategy", Message: "in_place leaves 91% of the nodes ready", Remedy: remedy}}
		var out bytes.Buffer
		if err := report.Runbook(&out, s); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "UP-02"); got != stays {
			t.Errorf("%s is a to-do: %t, want %t", remedy, got, stays)
		}
	}
}
