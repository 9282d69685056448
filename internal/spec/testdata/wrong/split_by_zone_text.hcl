cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    split_by_zone = "each"
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
