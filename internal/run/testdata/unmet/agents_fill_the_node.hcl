cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  daemonset "agent" {
    cpu    = "2"
    memory = "1Gi"
  }

  node_group "web" {
    instances {
      types = ["m7i.large"]
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
