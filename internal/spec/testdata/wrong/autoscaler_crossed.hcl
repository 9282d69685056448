cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      throughput         = 1000
      throughput_per_pod = 100
      horizontal_pod_autoscaler {
        min_replicas = 9
        max_replicas = 3
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
