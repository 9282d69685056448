package karpentercheck_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	fakeclient "sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/log"
	karpenter "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/fake"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/events"
	"sigs.k8s.io/karpenter/pkg/operator/injection"
	"sigs.k8s.io/karpenter/pkg/operator/logging"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	requirements "sigs.k8s.io/karpenter/pkg/scheduling"
	karpentertest "sigs.k8s.io/karpenter/pkg/test"

	"github.com/scantling-dev/scantling/internal/packbench"
	"github.com/scantling-dev/scantling/planner/packing/baseline"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestRule: the same number of nodes at the same cost, with all sizes of types and
// with those of at most 64 vCPUs.
func TestRule(t *testing.T) {
	log.SetLogger(logging.NopLogger)
	all, err := packbench.Offers()
	if err != nil {
		t.Fatal(err)
	}
	capped := slices.DeleteFunc(slices.Clone(all), func(o colgen.Offer) bool { return o.Free[0] > 64_000 })
	for _, n := range []int{10, 50, 200} {
		for seed := uint64(1); seed <= 5; seed++ {
			for _, offers := range [][]colgen.Offer{all, capped} {
				t.Run(fmt.Sprintf("classes=%d/seed=%d/types=%d", n, seed, len(offers)), func(t *testing.T) {
					classes := packbench.Classes(seed, n, 1000)
					want, nodes := provision(t, classes, offers)
					got, err := baseline.Karpenter(classes, offers)
					if err != nil || got.Cost != want || got.Nodes != nodes {
						t.Errorf("%d nodes for %d, %v; Karpenter makes %d for %d", got.Nodes, got.Cost, err, nodes, want)
					}
				})
			}
		}
	}
}

// provision returns what Karpenter makes of the pods: the number of its node claims,
// and the cost of the cheapest types that are left to each.
func provision(t *testing.T, classes []colgen.Class, offers []colgen.Offer) (cost units.USDPerHour, nodes int) {
	t.Helper()
	ctx := options.ToContext(injection.WithControllerName(t.Context(), "provisioner"), karpentertest.Options())
	pool := karpentertest.NodePool()
	pods, instances := pending(classes), catalog(offers)
	scheduler, err := newScheduler(ctx, pool, pods, instances)
	if err != nil {
		t.Fatal(err)
	}
	results, err := scheduler.Solve(ctx, pods)
	if err != nil || len(results.PodErrors) > 0 {
		t.Fatalf("%d pods find no node: %v", len(results.PodErrors), err)
	}
	price := map[string]units.USDPerHour{}
	for i := range offers {
		price[offers[i].Name] = offers[i].Price
	}
	for _, claim := range results.NewNodeClaims {
		cheapest := price[claim.InstanceTypeOptions[0].Name]
		for _, it := range claim.InstanceTypeOptions {
			cheapest = min(cheapest, price[it.Name])
		}
		cost += cheapest
	}
	return cost, len(results.NewNodeClaims)
}

func newScheduler(ctx context.Context, pool *karpenter.NodePool, pods []*corev1.Pod, instances []*cloudprovider.InstanceType) (*scheduling.Scheduler, error) {
	provider := fake.NewCloudProvider()
	provider.InstanceTypes = instances
	client, time := fakeclient.NewFakeClient(), &clock.RealClock{}
	cluster := state.NewCluster(time, client, provider)
	pools, byPool := []*karpenter.NodePool{pool}, map[string][]*cloudprovider.InstanceType{pool.Name: instances}
	topology, err := scheduling.NewTopology(ctx, client, cluster, nil, pools, byPool, pods)
	if err != nil {
		return nil, err
	}
	return scheduling.NewScheduler(ctx, client, pools, cluster, nil, topology, byPool, nil,
		events.NewRecorder(&record.FakeRecorder{}), time, nil, nil), nil
}

// catalog returns the offers as on-demand types of one zone with nothing reserved.
func catalog(offers []colgen.Offer) []*cloudprovider.InstanceType {
	var out []*cloudprovider.InstanceType
	for i := range offers {
		o := &offers[i]
		it := fake.NewInstanceType(o.Name, fake.WithResources(corev1.ResourceList{
			corev1.ResourceCPU:    *resource.NewMilliQuantity(o.Free[0], resource.DecimalSI),
			corev1.ResourceMemory: *resource.NewQuantity(o.Free[1], resource.BinarySI),
			corev1.ResourcePods:   *resource.NewQuantity(o.Free[2], resource.DecimalSI),
		}), fake.WithOfferings(cloudprovider.Offering{
			Available: true, Price: float64(o.Price) / float64(units.DollarPerHour),
			Requirements: requirements.NewLabelRequirements(map[string]string{
				karpenter.CapacityTypeLabelKey: karpenter.CapacityTypeOnDemand, corev1.LabelTopologyZone: "test-zone-1",
			}),
		}))
		it.Overhead = &cloudprovider.InstanceTypeOverhead{}
		out = append(out, it)
	}
	return out
}

// pending returns the pods one by one.
func pending(classes []colgen.Class) []*corev1.Pod {
	var pods []*corev1.Pod
	for i := range classes {
		c := &classes[i]
		for range c.Count {
			pods = append(pods, karpentertest.Pod(karpentertest.PodOptions{
				ObjectMeta: metav1.ObjectMeta{UID: types.UID(fmt.Sprintf("%06d", len(pods)))},
				ResourceRequirements: corev1.ResourceRequirements{Requests: corev1.ResourceList{
					corev1.ResourceCPU:    *resource.NewMilliQuantity(c.Request[0], resource.DecimalSI),
					corev1.ResourceMemory: *resource.NewQuantity(c.Request[1], resource.BinarySI),
				}},
			}))
		}
	}
	return pods
}
