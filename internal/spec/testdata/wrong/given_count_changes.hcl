cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas       = 3
      min_replicas   = 4
      spare_replicas = 1
      min_ready      = 5
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
