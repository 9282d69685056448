package emit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/eksctl"
	"github.com/scantling-dev/scantling/internal/emit/karpenter"
	"github.com/scantling-dev/scantling/internal/emit/kops"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// batch is a plan of one group with everything that is written of one: 6 spot nodes on
// Bottlerocket that may be 4 to 9, of which an upgrade replaces 2 at a time.
func batch() *planner.Plan {
	zones := []string{"us-east-1a", "us-east-1b"}
	return &planner.Plan{
		Offers:       []catalogs.InstanceType{{Name: "c7g.xlarge", Architecture: catalogs.ARM64, VCPUs: 4, Memory: 8 * units.GiB}},
		ControlPlane: planner.ControlPlane{Mode: planner.Managed, Tier: "tier-2xl", Support: "extended"},
		Cluster: planner.Cluster{
			Name: "shop", Provider: "aws", Region: "us-east-1", Zones: zones, KubernetesVersion: "1.35", Network: planner.Network{CNI: planner.VPCPrefix},
			NodeGroups: []planner.NodeGroup{{
				Name: "batch", Zones: zones, Image: planner.Bottlerocket, Labels: map[string]string{"team": "media"},
				Taints:       []planner.Taint{{Key: "group", Value: "batch", Effect: planner.NoSchedule}, {Key: "slow", Effect: planner.PreferNoSchedule}},
				UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Share(33 * units.Percent)},
			}},
		},
		NodeGroups: []planner.GroupPlan{{
			Name: "batch", Nodes: 6, MinNodes: 4, MaxNodes: 9,
			Pools: []planner.Pool{{
				InstanceType: "c7g.xlarge", CapacityType: planner.Spot, Nodes: 6, Allocatable: planner.Allocatable{Pods: 110},
				NodesByZone: []planner.ZoneCount{{Zone: "us-east-1a", Nodes: 3}, {Zone: "us-east-1b", Nodes: 3}},
				RootDisks:   []planner.Disk{{Type: "gp3", Size: 2 * units.GiB}, {Type: "gp3", Size: 80 * units.GiB, IOPS: 4000, ThroughputMiBps: 250}},
			}},
			Workloads: []planner.WorkloadPlan{
				{Name: "coredns", System: true, Replicas: 2, Pod: planner.Pod{CPU: 100, Memory: 70 * units.MiB}},
				{Name: "ebs-csi-controller", System: true, Replicas: 2, Pod: planner.Pod{CPU: 60, Memory: 240 * units.MiB}},
				{Name: "metrics-server", System: true, Replicas: 1, Pod: planner.Pod{CPU: 100, Memory: 200 * units.MiB}},
			},
		}},
		Upgrade: &planner.UpgradePlan{Recommended: "surge", Strategies: []planner.UpgradeStrategy{{
			Name: "surge", Groups: []planner.UpgradeGroup{{Name: "batch", Width: planner.UpgradeWidth{MaxSurge: 4, MaxUnavailable: 2}}},
		}}},
	}
}

// has tells what of want the files of a tool do not have.
func has(t *testing.T, tool emit.Tool, p *planner.Plan, want ...string) {
	t.Helper()
	made, err := tool.Write(emit.Request{Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range made.Files {
		all.Write(f.Content)
	}
	for _, w := range want {
		if !strings.Contains(all.String(), w) {
			t.Errorf("%s: want\n%s\nin\n%s", tool.Name, w, all.String())
		}
	}
}

const eksctlWords = `- amiFamily: Bottlerocket
  availabilityZones:
  - us-east-1a
  - us-east-1b
  desiredCapacity: 6
  instanceTypes:
  - c7g.xlarge
  labels:
    scantling.dev/group: batch
    team: media
  maxPodsPerNode: 110
  maxSize: 9
  minSize: 4
  name: batch
  privateNetworking: true
  spot: true
  taints:
  - effect: NoSchedule
    key: group
    value: batch
  - effect: PreferNoSchedule
    key: slow
  updateConfig:
    maxUnavailable: 2
  volumeEncrypted: true
  volumeIOPS: 4000
  volumeSize: 80
  volumeThroughput: 250
  volumeType: gp3
`

const nodePoolWords = `spec:
  disruption:
    budgets:
    - nodes: "2"
    consolidateAfter: 0s
    consolidationPolicy: WhenEmptyOrUnderutilized
  limits:
    cpu: "36"
    memory: 73728Mi
    nodes: "9"
  template:
    metadata:
      labels:
        scantling.dev/group: batch
        team: media
    spec:
      nodeClassRef:
        group: karpenter.k8s.aws
        kind: EC2NodeClass
        name: batch
      requirements:
      - key: node.kubernetes.io/instance-type
        operator: In
        values:
        - c7g.xlarge
      - key: karpenter.sh/capacity-type
        operator: In
        values:
        - spot
      - key: topology.kubernetes.io/zone
        operator: In
        values:
        - us-east-1a
        - us-east-1b
      - key: kubernetes.io/arch
        operator: In
        values:
        - arm64
      - key: kubernetes.io/os
        operator: In
        values:
        - linux
      taints:
      - effect: NoSchedule
        key: group
        value: batch
      - effect: PreferNoSchedule
        key: slow
`

const nodeClassWords = `spec:
  amiSelectorTerms:
  - alias: bottlerocket@latest
  blockDeviceMappings:
  - deviceName: /dev/xvda
    ebs:
      deleteOnTermination: true
      encrypted: true
      volumeSize: 2Gi
      volumeType: gp3
  - deviceName: /dev/xvdb
    ebs:
      deleteOnTermination: true
      encrypted: true
      iops: 4000
      throughput: 250
      volumeSize: 80Gi
      volumeType: gp3
  kubelet:
    maxPods: 110
  role: KarpenterNodeRole-shop
`

// TestWordsOnEKS holds what is written of a group, and of the cluster, to the plan.
func TestWordsOnEKS(t *testing.T) {
	has(t, eksctl.Tool(), batch(), eksctlWords,
		"controlPlaneScalingConfig:\n  tier: tier-2xl\n", "upgradePolicy:\n  supportType: EXTENDED\n",
		"metadata:\n  name: shop\n  region: us-east-1\n  version: \"1.35\"\n",
		// The requests of six containers, 60m and 240Mi, by container.
		`'{"controller":{"nodeSelector":{"scantling.dev/group":"batch"},"replicaCount":2,"resources":{"requests":{"cpu":"10m","memory":"40Mi"}},"tolerations":[{"effect":"NoSchedule","key":"group","operator":"Equal","value":"batch"}]}}'`,
		`'{"env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1"}}'`)
	has(t, karpenter.Tool(), batch(), nodePoolWords, nodeClassWords)
	share := batch()
	share.Upgrade = nil
	has(t, eksctl.Tool(), share, "updateConfig:\n    maxUnavailablePercentage: 33\n")
	has(t, karpenter.Tool(), share, "- nodes: 33%\n")
}

const kopsEtcdWords = `  etcdClusters:
  - etcdMembers:
    - encryptedVolume: true
      instanceGroup: control-plane-us-east-1a
      name: a
      volumeIops: 5000
      volumeSize: 41
      volumeThroughput: 300
      volumeType: gp3
    - encryptedVolume: true
      instanceGroup: control-plane-us-east-1b
      name: b
      volumeIops: 5000
      volumeSize: 41
      volumeThroughput: 300
      volumeType: gp3
    - encryptedVolume: true
      instanceGroup: control-plane-us-east-1a-2
      name: c
      volumeIops: 5000
      volumeSize: 41
      volumeThroughput: 300
      volumeType: gp3
    heartbeatInterval: 100ms
    leaderElectionTimeout: 1s
    manager:
      backupInterval: 15m0s
      backupRetentionDays: 2
      env:
      - name: ETCD_QUOTA_BACKEND_BYTES
        value: "8589934592"
    name: main
  - etcdMembers:
    - encryptedVolume: true
      instanceGroup: control-plane-us-east-1a
      name: a
`

const kopsNodeWords = `  labels:
    kops.k8s.io/cluster: shop.k8s.local
  name: batch
spec:
  kubelet:
    evictionHard: memory.available<200Mi,nodefs.available<10%,nodefs.inodesFree<5%,imagefs.available<10%,imagefs.inodesFree<5%
    kubeReserved:
      cpu: 100m
      memory: 1024Mi
    maxPods: 110
  machineType: c7g.xlarge
  maxSize: 9
  minSize: 4
  mixedInstancesPolicy:
    instances:
    - c7g.xlarge
    onDemandAboveBase: 0
    onDemandBase: 0
    spotAllocationStrategy: price-capacity-optimized
  nodeLabels:
    scantling.dev/group: batch
    team: media
  role: Node
  rollingUpdate:
    maxSurge: 4
    maxUnavailable: 2
  rootVolumeEncryption: true
  rootVolumeSize: 80
  rootVolumeType: gp3
  subnets:
  - us-east-1a
  - us-east-1b
  taints:
  - group=batch:NoSchedule
  - slow=:PreferNoSchedule
`

// TestWordsOfKops does the same of a cluster that people run themselves.
func TestWordsOfKops(t *testing.T) {
	p := batch()
	p.Cluster.Network.CNI = planner.Cilium
	p.Cluster.NodeGroups[0].Kubelet = planner.Kubelet{KubeReserved: &planner.Reserve{CPU: 100, Memory: units.GiB}, EvictionMemory: 200 * units.MiB}
	p.NodeGroups[0].Pools[0].RootDisks = []planner.Disk{{Type: "gp3", Size: 80 * units.GiB}}
	p.ControlPlane = planner.ControlPlane{
		Mode: planner.SelfManaged, LoadBalancer: &planner.LoadBalancer{Kind: planner.CloudLoadBalancer},
		Machines: []planner.ControlPlaneMachines{{
			Role: planner.RoleControlPlane, InstanceType: "m6a.large", Nodes: 3, Disks: []planner.Disk{{Type: "gp3", Size: 50 * units.GiB}},
			NodesByZone: []planner.ZoneCount{{Zone: "us-east-1a", Nodes: 2}, {Zone: "us-east-1b", Nodes: 1}},
		}},
		Etcd: &planner.Etcd{
			Topology: planner.Stacked, Members: 3, Disk: planner.Disk{Type: "gp3", Size: 40*units.GiB + 1, IOPS: 5000, ThroughputMiBps: 300},
			Quota: 8 * units.GiB, Heartbeat: 100 * time.Millisecond, ElectionTimeout: time.Second, BackupInterval: 15 * time.Minute, BackupRetention: 25 * time.Hour,
		},
	}
	const master = "  name: control-plane-us-east-1a-2\nspec:\n  machineType: m6a.large\n  maxSize: 1\n  minSize: 1\n  role: Master\n" +
		"  rootVolumeEncryption: true\n  rootVolumeSize: 50\n  rootVolumeType: gp3\n  subnets:\n  - us-east-1a\n"
	has(t, kops.Tool(), p, kopsEtcdWords, kopsNodeWords, master, "  kubernetesVersion: 1.35.0\n  networking:\n    cilium: {}\n")

	p.ControlPlane.Etcd.Events = &planner.EventsEtcd{Quota: 2 * units.GiB, Disk: planner.Disk{Type: "gp3", Size: 42 * units.GiB, IOPS: 4000}}
	has(t, kops.Tool(), p, "  - etcdMembers:\n    - encryptedVolume: true\n      instanceGroup: control-plane-us-east-1a\n      name: a\n      volumeIops: 4000\n      volumeSize: 42\n      volumeType: gp3\n",
		"    manager:\n      env:\n      - name: ETCD_QUOTA_BACKEND_BYTES\n        value: \"2147483648\"\n    name: events\n")

	// On Google Cloud subnets are of the region, and spot is a word of the group.
	p.Cluster.Provider = "gcp"
	has(t, kops.Tool(), p, "  cloudProvider: gce\n", "  gcpProvisioningModel: SPOT\n", "  subnets:\n  - us-east-1\n  taints:\n",
		"  - slow=:PreferNoSchedule\n  zones:\n  - us-east-1a\n  - us-east-1b\n", "  subnets:\n  - name: us-east-1\n    region: us-east-1\n    type: Private\n")
}
