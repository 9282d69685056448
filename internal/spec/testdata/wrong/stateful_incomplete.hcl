cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "kafka" {
    role = "stateful"
    workload "kafka" {
      kind = "StatefulSet"
      pod {
        cpu    = 2
        memory = "12Gi"
      }
      rolling_update {
        max_surge = 1
      }
    }
  }
}
