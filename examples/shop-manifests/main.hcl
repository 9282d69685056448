# A shop whose Kubernetes manifests say what runs. The spec adds what they cannot:
# where, what must survive, and the load of the storefront.

cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  node_group "web" {
    role      = "app"
    manifests = ["k8s/web"] # storefront and cart, with autoscaler and budgets

    # Throughput in place of the replicas of the manifest; the rest is from there.
    workload "storefront" {
      throughput         = 1500
      throughput_per_pod = 180
    }
  }

  node_group "data" {
    role = "stateful"

    workload "queue" {
      manifest  = "k8s/data/queue.yaml"
      min_ready = 2
    }
  }
}
