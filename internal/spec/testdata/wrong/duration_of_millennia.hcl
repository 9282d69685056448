# It is too long, and rightly written.
cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  node_group "web" {
    workload "slow" {
      replicas     = 3
      startup_time = "99999999h"
      pod {
        cpu    = -1
        memory = -1.5
      }
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
