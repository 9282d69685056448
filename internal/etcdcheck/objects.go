package etcdcheck

import (
	"bytes"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
)

// encoder writes objects as an API server stores them.
type encoder struct{ serializer *protobuf.Serializer }

func newEncoder() (*encoder, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, coordinationv1.AddToScheme, discoveryv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return &encoder{serializer: protobuf.NewSerializer(scheme, scheme)}, nil
}

func (e *encoder) encode(o runtime.Object) ([]byte, error) {
	var b bytes.Buffer
	err := e.serializer.Encode(o, &b)
	return b.Bytes(), err
}

// born is the time in all objects: their sizes do not depend on it.
func born() metav1.Time { return metav1.NewTime(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)) }

func uid(kind string, i int) types.UID {
	return types.UID(fmt.Sprintf("%08x-1111-4222-8333-%012x", len(kind), i))
}

// managed are the fields of a manager as server-side tracking writes them: one entry
// for each field that it set.
func managed(manager, version, sub string, fields []string) metav1.ManagedFieldsEntry {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:{}", f)
	}
	b.WriteByte('}')
	when := born()
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: version, Time: &when,
		FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{Raw: b.Bytes()}, Subresource: sub,
	}
}

// names returns n names of fields.
func names(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("f:%s-%02d", prefix, i)
	}
	return out
}

func meta(kind, namespace string, i int, owner string) metav1.ObjectMeta {
	when := born()
	m := metav1.ObjectMeta{
		Name: fmt.Sprintf("%s-%06d-7c9f6d5b4-x%04d", kind, i, i%10_000), Namespace: namespace, UID: uid(kind, i),
		CreationTimestamp: when, GenerateName: kind + "-7c9f6d5b4-",
		Labels: map[string]string{
			"app.kubernetes.io/name": kind, "app.kubernetes.io/instance": kind + "-production", "app.kubernetes.io/version": "4.12.7",
			"app.kubernetes.io/part-of": "shop", "app.kubernetes.io/managed-by": "Helm", "pod-template-hash": "7c9f6d5b4",
		},
		Annotations: map[string]string{
			"checksum/config":      "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
			"prometheus.io/scrape": "true", "prometheus.io/port": "9090", "prometheus.io/path": "/metrics",
		},
	}
	if owner != "" {
		yes := true
		m.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: owner, Name: kind + "-7c9f6d5b4", UID: uid(owner, i), Controller: &yes, BlockOwnerDeletion: &yes}}
	}
	return m
}

// container is one of a service: thirty variables, probes, mounts.
func container(name string, variables int) corev1.Container {
	c := corev1.Container{
		Name: name, Image: "images.shop.example/shop/" + name + ":4.12.7@sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: "TCP"}, {Name: "metrics", ContainerPort: 9090, Protocol: "TCP"}},
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{"cpu": resource.MustParse("500m"), "memory": resource.MustParse("768Mi")},
			Limits:   corev1.ResourceList{"memory": resource.MustParse("768Mi")},
		},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "config", MountPath: "/etc/" + name, ReadOnly: true}, {Name: "tmp", MountPath: "/tmp"},
			{Name: "kube-api-access-x7k2p", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true},
		},
		ReadinessProbe:           &corev1.Probe{PeriodSeconds: 10, TimeoutSeconds: 1, SuccessThreshold: 1, FailureThreshold: 3},
		LivenessProbe:            &corev1.Probe{PeriodSeconds: 10, TimeoutSeconds: 1, SuccessThreshold: 1, FailureThreshold: 3},
		TerminationMessagePath:   "/dev/termination-log",
		TerminationMessagePolicy: "File", ImagePullPolicy: "IfNotPresent",
	}
	for i := range variables {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("SHOP_SETTING_%02d", i), Value: fmt.Sprintf("http://service-%02d.shop.svc.cluster.local:8080/v1", i)})
	}
	return c
}

// pod is one of a service with a proxy beside it, running.
func pod(i int) runtime.Object {
	when := born()
	p := &corev1.Pod{ObjectMeta: meta("checkout", "shop", i, "ReplicaSet")}
	p.ManagedFields = []metav1.ManagedFieldsEntry{
		managed("kube-controller-manager", "v1", "", names("spec-of-a-container-field", 110)),
		managed("kubelet", "v1", "status", names("status-of-a-container", 60)),
	}
	limit := int64(3607)
	p.Spec = corev1.PodSpec{
		NodeName: fmt.Sprintf("ip-10-0-%d-%d.ec2.internal", i/250%250, i%250), ServiceAccountName: "checkout", SchedulerName: "default-scheduler",
		RestartPolicy: "Always", DNSPolicy: "ClusterFirst", Containers: []corev1.Container{container("checkout", 30), container("proxy", 12)},
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "checkout-config"}}}},
			{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			{Name: "kube-api-access-x7k2p", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
				{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: &limit, Path: "token"}},
				{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"}, Items: []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}}}},
			}}}},
		},
		Tolerations: []corev1.Toleration{
			{Key: "node.kubernetes.io/not-ready", Operator: "Exists", Effect: "NoExecute"}, {Key: "node.kubernetes.io/unreachable", Operator: "Exists", Effect: "NoExecute"},
			{Key: "group", Operator: "Equal", Value: "web", Effect: "NoSchedule"},
		},
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "topology.kubernetes.io/zone", WhenUnsatisfiable: "ScheduleAnyway", LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "checkout"}}}},
	}
	p.Status = corev1.PodStatus{Phase: "Running", HostIP: "10.0.12.34", PodIP: "10.0.56.78", PodIPs: []corev1.PodIP{{IP: "10.0.56.78"}}, HostIPs: []corev1.HostIP{{IP: "10.0.12.34"}}, StartTime: &when, QOSClass: "Burstable"}
	for _, c := range []corev1.PodConditionType{"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"} {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: c, Status: "True", LastTransitionTime: when})
	}
	for _, c := range p.Spec.Containers {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: c.Name, Ready: true, Image: c.Image, ImageID: c.Image, ContainerID: "containerd://b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: when}},
		})
	}
	return p
}

// node is one with the images that it has pulled.
func node(i int) runtime.Object {
	when := born()
	n := &corev1.Node{ObjectMeta: meta("ip-10-0", "", i, "")}
	n.ManagedFields = []metav1.ManagedFieldsEntry{managed("kubelet", "v1", "status", names("status-of-a-node", 60))}
	n.Spec = corev1.NodeSpec{PodCIDR: "10.0.12.0/24", PodCIDRs: []string{"10.0.12.0/24"}, ProviderID: "aws:///us-east-1a/i-0123456789abcdef0"}
	resources := corev1.ResourceList{"cpu": resource.MustParse("8"), "memory": resource.MustParse("32Gi"), "pods": resource.MustParse("110"), "ephemeral-storage": resource.MustParse("50Gi")}
	n.Status = corev1.NodeStatus{Capacity: resources, Allocatable: resources, NodeInfo: corev1.NodeSystemInfo{
		MachineID: "ec2b94d27b9934d3e08a52e52d7da7da", SystemUUID: "ec2b94d2-7b99-34d3-e08a-52e52d7da7da", BootID: "ec2b94d2-7b99-34d3-e08a-52e52d7da7db",
		KernelVersion: "6.12.40-63.114.amzn2023.x86_64", OSImage: "Amazon Linux 2023", ContainerRuntimeVersion: "containerd://2.1.4", KubeletVersion: "v1.35.3", OperatingSystem: "linux", Architecture: "amd64",
	}}
	for _, c := range []corev1.NodeConditionType{"MemoryPressure", "DiskPressure", "PIDPressure", "Ready"} {
		n.Status.Conditions = append(n.Status.Conditions, corev1.NodeCondition{Type: c, Status: "True", Reason: "KubeletIsReady", Message: "kubelet is posting ready status", LastHeartbeatTime: when, LastTransitionTime: when})
	}
	// A kubelet reports fifty images (nodeStatusMaxImages), each by tag and digest.
	for j := range 50 {
		image := fmt.Sprintf("images.shop.example/shop/service-%02d", j)
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: []string{image + "@sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", image + ":4.12.7"}, SizeBytes: 123_456_789})
	}
	return n
}

func lease(i int) runtime.Object {
	holder, seconds, renewed := fmt.Sprintf("ip-10-0-%d-%d.ec2.internal", i/250, i%250), int32(40), metav1.NewMicroTime(born().Time)
	l := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: holder, Namespace: "kube-node-lease", UID: uid("Lease", i), CreationTimestamp: born(),
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: holder, UID: uid("Node", i)}},
		ManagedFields:   []metav1.ManagedFieldsEntry{managed("kubelet", "coordination.k8s.io/v1", "", names("spec", 6))}}}
	l.Spec = coordinationv1.LeaseSpec{HolderIdentity: &holder, LeaseDurationSeconds: &seconds, RenewTime: &renewed}
	return l
}

func event(i int) runtime.Object {
	e := &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("checkout-7c9f6d5b4-x%06d.17a2b3c4d5e6f708", i), Namespace: "shop", UID: uid("Event", i), CreationTimestamp: born(),
		ManagedFields: []metav1.ManagedFieldsEntry{managed("kubelet", "v1", "", names("field", 20))}}}
	e.InvolvedObject = corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: fmt.Sprintf("checkout-7c9f6d5b4-x%06d", i), UID: uid("Pod", i), APIVersion: "v1", ResourceVersion: "123456789", FieldPath: "spec.containers{checkout}"}
	e.Reason, e.Type, e.Count = "Pulled", "Normal", 1
	e.Message = "Container image \"images.shop.example/shop/checkout:4.12.7\" already present on machine and can be accessed by the pod"
	e.Source = corev1.EventSource{Component: "kubelet", Host: "ip-10-0-12-34.ec2.internal"}
	e.FirstTimestamp, e.LastTimestamp = born(), born()
	return e
}

// slice is a slice of so many endpoints.
func slice(i, endpoints int) runtime.Object {
	s := &discoveryv1.EndpointSlice{ObjectMeta: meta("checkout", "shop", i, "Service"), AddressType: "IPv4"}
	yes, name, port, zone := true, "http", int32(8080), "us-east-1a"
	s.Ports = []discoveryv1.EndpointPort{{Name: &name, Port: &port}}
	for j := range endpoints {
		host := fmt.Sprintf("ip-10-0-%d-%d.ec2.internal", j/250, j%250)
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{fmt.Sprintf("10.0.%d.%d", j/250, j%250)}, NodeName: &host, Zone: &zone,
			Conditions: discoveryv1.EndpointConditions{Ready: &yes, Serving: &yes},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: fmt.Sprintf("checkout-7c9f6d5b4-x%06d", j), UID: uid("Pod", j)},
		})
	}
	return s
}

func replicaSet(i int) runtime.Object {
	r := &appsv1.ReplicaSet{ObjectMeta: meta("checkout", "shop", i, "Deployment")}
	r.ManagedFields = []metav1.ManagedFieldsEntry{managed("kube-controller-manager", "apps/v1", "", names("field", 30))}
	replicas := int32(3)
	r.Spec = appsv1.ReplicaSetSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "checkout", "pod-template-hash": "7c9f6d5b4"}}}
	r.Spec.Template.Spec.Containers = []corev1.Container{container("checkout", 30)}
	return r
}

// other is a config map of so many bytes.
func other(i, size int) runtime.Object {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("config-%06d", i), Namespace: "shop", UID: uid("ConfigMap", i), CreationTimestamp: born()},
		Data: map[string]string{"settings.yaml": string(bytes.Repeat([]byte("a"), max(size-200, 1)))}}
}
