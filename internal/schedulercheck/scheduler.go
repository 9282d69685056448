package schedulercheck

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	extenderv1 "k8s.io/kube-scheduler/extender/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// Scheduler is the real kube-scheduler with its default profile. It is used by
// one goroutine, and one at a time: ties come from a source that all share.
type Scheduler struct {
	ctx       context.Context
	stop      context.CancelFunc
	kube      *scheduler.Scheduler
	logger    klog.Logger
	informers informers.SharedInformerFactory
	bound     chan string
	failed    error
	places    map[string]*v1.Pod // by UID: the pods that run, with their nodes
}

// NewScheduler starts a scheduler without nodes. Close it. A seed of 0 leaves
// nodes that score alike in the order of the scheduler's own list, which is all
// that 1.35 does where no extender scores (kubernetes/kubernetes#141024); FirstNode
// and FullestNode take the first of the model's; any other seed draws among them, as the
// scheduler did up to 1.34.
func NewScheduler(ctx context.Context, seed int64) (*Scheduler, error) {
	options := func() ([]scheduler.Option, error) { return nil, nil }
	if seed == FirstNode || seed == FullestNode {
		options = func() ([]scheduler.Option, error) { return firstNode(seed == FullestNode) }
	}
	s, err := newScheduler(ctx, options)
	if err == nil && seed > 0 {
		s.kube.Extenders = []fwk.Extender{ties{}}
		rand.Seed(seed) //nolint:staticcheck // The scheduler draws from the shared source.
	}
	return s, err
}

// newScheduler starts a scheduler with some options more.
func newScheduler(ctx context.Context, more func() ([]scheduler.Option, error)) (*Scheduler, error) {
	options, err := more()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(klog.NewContext(ctx, klog.Logger{}))
	client := fake.NewClientset()
	s := &Scheduler{
		ctx: ctx, stop: stop, logger: klog.FromContext(ctx),
		informers: informers.NewSharedInformerFactory(client, 0),
		bound:     make(chan string, 1),
		places:    map[string]*v1.Pod{},
	}
	client.PrependReactor("create", "pods", func(a clienttesting.Action) (bool, runtime.Object, error) {
		create, ok := a.(clienttesting.CreateAction)
		if !ok || a.GetSubresource() != "binding" {
			return false, nil, nil
		}
		binding, ok := create.GetObject().(*v1.Binding)
		if !ok {
			return true, nil, fmt.Errorf("bound by a %T", create.GetObject())
		}
		s.bound <- binding.Target.Name
		return true, binding, nil
	})
	recorders := func(string) events.EventRecorder { return &events.FakeRecorder{} }
	// One worker filters nodes in the order of the list, so that a seed tells all.
	options = append(options, scheduler.WithParallelism(1))
	kube, err := scheduler.New(ctx, client, s.informers, nil, recorders, options...)
	if err != nil {
		stop()
		return nil, err
	}
	s.kube = kube
	kube.FailureHandler = func(_ context.Context, _ framework.Framework, pod *framework.QueuedPodInfo, status *fwk.Status, _ *fwk.NominatingInfo, _ time.Time) {
		s.failed = status.AsError()
		kube.SchedulingQueue.Done(pod.Pod.UID)
	}
	return s, nil
}

// Close stops the scheduler.
func (s *Scheduler) Close() {
	s.kube.SchedulingQueue.Close()
	s.stop()
}

// AddNode and RemoveNode tell the scheduler of nodes, as its informer would.
func (s *Scheduler) AddNode(n *v1.Node) { s.kube.Cache.AddNode(s.logger, n) }

// RemoveNode takes the node out of the scheduler's cache.
func (s *Scheduler) RemoveNode(n *v1.Node) error { return s.kube.Cache.RemoveNode(s.logger, n) }

// AddOwner tells the scheduler of a ReplicaSet or StatefulSet.
func (s *Scheduler) AddOwner(o runtime.Object) error {
	switch o.(type) {
	case *appsv1.ReplicaSet:
		return s.informers.Apps().V1().ReplicaSets().Informer().GetIndexer().Add(o)
	case *appsv1.StatefulSet:
		return s.informers.Apps().V1().StatefulSets().Informer().GetIndexer().Add(o)
	}
	return fmt.Errorf("no list holds a %T", o)
}

// Schedule puts a new pod into the queue, runs a cycle and returns the node that
// the pod is bound to; empty is a pod that no node fits.
func (s *Scheduler) Schedule(pod *v1.Pod) (string, error) {
	s.failed = nil
	s.kube.SchedulingQueue.Add(s.logger, pod)
	s.kube.ScheduleOne(s.ctx)
	if s.failed != nil {
		if _, ok := errors.AsType[*framework.FitError](s.failed); ok || errors.Is(s.failed, scheduler.ErrNoNodesAvailable) {
			return "", nil
		}
		return "", fmt.Errorf("pod %s: %w", pod.Name, s.failed)
	}
	select {
	case node := <-s.bound:
		return node, s.Put(pod, node)
	case <-s.ctx.Done():
		return "", context.Cause(s.ctx)
	}
}

// Put says that a pod runs on a node.
func (s *Scheduler) Put(pod *v1.Pod, node string) error {
	running := pod.DeepCopy()
	running.Spec.NodeName = node
	s.places[string(pod.UID)] = running
	return s.kube.Cache.AddPod(s.logger, running)
}

// Delete ends a pod that runs.
func (s *Scheduler) Delete(pod *v1.Pod) error {
	running, ok := s.places[string(pod.UID)]
	if !ok {
		return fmt.Errorf("pod %s does not run", pod.Name)
	}
	delete(s.places, string(pod.UID))
	return s.kube.Cache.RemovePod(s.logger, running)
}

// ties is an extender that likes all nodes alike. Its being there makes the
// scheduler draw among those with the highest score.
type ties struct{}

var _ fwk.Extender = ties{}

func (ties) Name() string              { return "ties" }
func (ties) IsInterested(*v1.Pod) bool { return true }
func (ties) IsBinder() bool            { return false }
func (ties) IsPrioritizer() bool       { return true }
func (ties) IsFilter() bool            { return false }
func (ties) IsIgnorable() bool         { return false }
func (ties) SupportsPreemption() bool  { return false }
func (ties) Bind(*v1.Binding) error    { return nil }

func (ties) Filter(_ *v1.Pod, nodes []fwk.NodeInfo) ([]fwk.NodeInfo, extenderv1.FailedNodesMap, extenderv1.FailedNodesMap, error) {
	return nodes, nil, nil, nil
}

func (ties) Prioritize(_ *v1.Pod, nodes []fwk.NodeInfo) (*extenderv1.HostPriorityList, int64, error) {
	list := make(extenderv1.HostPriorityList, len(nodes))
	for i, n := range nodes {
		list[i].Host = n.Node().Name
	}
	return &list, 1, nil
}

func (ties) ProcessPreemption(_ *v1.Pod, victims map[string]*extenderv1.Victims, _ fwk.NodeInfoLister) (map[string]*extenderv1.Victims, error) {
	return victims, nil
}
