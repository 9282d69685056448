cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      throughput         = 1000
      throughput_per_pod = 100
      rolling_update {
        max_surge       = 0
        max_unavailable = "100%"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
