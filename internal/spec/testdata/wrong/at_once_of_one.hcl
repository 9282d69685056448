cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    redundancy {
      nodes   = 0
      zones   = 1
      at_once = true
    }
    workload "api" {
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }

}
