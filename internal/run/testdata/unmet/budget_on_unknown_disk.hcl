cluster "shop" {
  provider           = "aws"
  region             = "eu-north-1"
  zones              = ["eu-north-1a", "eu-north-1b", "eu-north-1c"]
  kubernetes_version = "1.35"
  max_usd_per_month  = 5000

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
