cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      throughput         = 1e12
      throughput_per_pod = 1e99
      min_replicas       = 1e10
      startup_time       = "9000h"
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
