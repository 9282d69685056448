cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      kind            = "CronJob"
      throughput      = { low = 800, mid = 1000, high = 1500 }
      throughput_per_pod = 100
      horizontal_pod_autoscaler {
        min_replicas = 2
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
