cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "cache" {
      replicas = 2
      affinity "api" {
        required = true
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "api" {
      replicas = 6
      affinity "cache" {
        required = true
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
