cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  daemonset "agent" {
    cpu    = "100m"
    memory = "128Mi"
    node_selector = {
      "topology.kubernetes.io/zone" = "us-east-1a"
    }
    tolerations = ["nvidia.com/", { key = "batch" }]
  }

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
