cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = "three"
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "b" {
      replicas = 2.5
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "c" {
      replicas = 0
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "d" {
      replicas = [3]
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
