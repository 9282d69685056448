cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  dynamic "node_group" {
    for_each = { web = 3 }
    labels   = [node_group.key]
    content {
      workload "api" {
        replicas = each.value
        pod {
          cpu    = "500m"
          memory = "768Mi"
        }
      }
    }
  }
}
