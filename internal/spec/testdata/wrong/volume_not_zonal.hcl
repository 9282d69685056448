cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      kind      = "StatefulSet"
      min_ready = 4
      replicas = 6
      volume "data" {
        size  = "10Gi"
        zonal = false
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
