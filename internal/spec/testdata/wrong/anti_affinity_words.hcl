cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 6
      anti_affinity     = "required"
      anti_affinity_key = "rack"
      priority          = 2000000000
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
