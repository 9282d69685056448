cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    instances {
      types = ["t3.medium"]
    }
    autoscaling {
      max_nodes = 4
    }
    workload "api" {
      replicas = 6
      pod {
        cpu    = "800m"
        memory = "1Gi"
      }
    }
  }
}
