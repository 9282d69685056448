cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["use1-az1", "us-east-1b", "us-east-1c"]
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
}
