cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  dynamic "node_group" {
    for_each = ["web", "api"]
    labels   = [node_group.value]
    content {
      role = "app"
      rol  = "app"
      workload "api" {
        replicas = node_group.key
        pod {
          cpu    = "500m"
          memory = "768Mi"
        }
      }
    }
  }

  dynamic "daemonset" {
    for_each = 3
    labels   = ["agent"]
    content {
    }
  }

  dynamic "demonset" {
    for_each = []
    content {
    }
  }
}
