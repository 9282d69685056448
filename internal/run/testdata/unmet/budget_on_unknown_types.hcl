cluster "shop" {
  provider           = "aws"
  region             = "ca-west-1"
  zones              = ["ca-west-1a", "ca-west-1b", "ca-west-1c"]
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
