package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
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
		}, "kubeadm"},
		"EKS, minimal": {"aws", planner.Managed, "minimal", planner.UpgradeWidth{MaxUnavailable: 2}, []string{"maxUnavailable=2,updateStrategy=MINIMAL\n"}, "gcloud"},
		"EKS, a second group": {"aws", planner.Managed, "node_group_blue_green", planner.UpgradeWidth{Batch: 1}, []string{
			"kubectl cordon --selector eks.amazonaws.com/nodegroup=web\n", "kubectl drain NODE --ignore-daemonsets --delete-emptydir-data\n",
			"aws eks delete-nodegroup " + eks + " --nodegroup-name web\n", "kubectl uncordon NODE",
		}, "update-nodegroup-version"},
		"GKE": {"gcp", planner.Managed, "surge", planner.UpgradeWidth{MaxSurge: 4}, []string{
			"gcloud container clusters upgrade shop --location us-east-1 --master --cluster-version 1.36\n",
			"gcloud container node-pools update web --cluster shop --location us-east-1 --enable-surge-upgrade --max-surge-upgrade 4 --max-unavailable-upgrade 0\n",
			"gcloud container clusters upgrade shop --location us-east-1 --node-pool web --cluster-version 1.36\n",
			"gcloud container operations list --location us-east-1 --filter status=RUNNING\n", "gcloud container operations cancel OPERATION --location us-east-1\n",
			"gcloud container node-pools rollback NODE_POOL --cluster shop --location us-east-1",
		}, "aws "},
		"GKE, blue/green": {"gcp", planner.Managed, "gke_blue_green", planner.UpgradeWidth{Batch: 3}, []string{
			"--enable-blue-green-upgrade --standard-rollout-policy batch-node-count=3,batch-soak-duration=0s --node-pool-soak-duration 1800s\n",
		}, "max-surge-upgrade"},
		"kubeadm": {"aws", planner.SelfManaged, "in_place", planner.UpgradeWidth{Batch: 1}, []string{
			"kubeadm upgrade plan v1.36.PATCH\n", "kubeadm upgrade apply v1.36.PATCH\n", "kubeadm upgrade node\n",
			"kubectl drain NODE --ignore-daemonsets --delete-emptydir-data\n", "systemctl restart kubelet\n", "kubectl uncordon NODE\n",
		}, "aws "},
		"machines that are replaced": {"on_premises", planner.SelfManaged, "surge", planner.UpgradeWidth{MaxSurge: 1}, []string{
			"kubeadm token create --print-join-command\n", "kubectl delete node NODE\n",
		}, "gcloud"},
	} {
		t.Run(name, func(t *testing.T) {
			p := shop(t)
			p.Cluster.Name, p.Cluster.Provider, p.Cluster.Region, p.Cluster.ControlPlane.Mode = "shop", tc.provider, "us-east-1", tc.mode
			s := twoHours()
			s.Name, s.RollbackNodes = tc.strategy, 30*time.Minute
			for i := range s.Groups {
				s.Groups[i].Width = tc.width
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
