cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    instances {
      max_vcpus = 4
    }
    autoscaling {
      max_nodes = 3
    }
    workload "api" {
      replicas = 30
      pod {
        cpu    = "1"
        memory = "2Gi"
      }
    }
  }
}
