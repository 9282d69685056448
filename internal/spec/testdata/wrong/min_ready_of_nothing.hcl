cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }

  node_group "kafka" {
    role = "stateful"
    workload "kafka" {
      kind      = "StatefulSet"
      replicas  = 3
      min_ready = 0
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
