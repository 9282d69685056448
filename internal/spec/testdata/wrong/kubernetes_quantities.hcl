cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "0,5"
        memory = "768"
        limits {
          cpu    = "250m"
          memory = "1.5 GB"
        }
      }
    }
    workload "b" {
      replicas = 3
      pod {
        cpu    = "1Gi"
        memory = "500m"
      }
    }
  }
}
