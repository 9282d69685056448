cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu          = "500m"
        memory       = "768Mi"
        network_mbps = 10
        disk_mbps    = 10
        resources = {
          "example.com/a" = 1
          "example.com/b" = 1
          "example.com/c" = 1
        }
      }
    }
    workload "web" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
        resources = {
          "example.com/c" = 1
          "example.com/d" = 1
          "example.com/e" = 1
        }
      }
    }
  }
}
