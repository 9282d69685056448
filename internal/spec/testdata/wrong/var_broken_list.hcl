# --var zones=us-east-1a,us-east-1b
variable "zones" {
  type = list(string)
}

cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = var.zones
  kubernetes_version = "1.35"

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
