cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "cache" {
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "store" {
      replicas = 2
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
      affinity "store" {
        required     = true
        topology_key = "zone"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
